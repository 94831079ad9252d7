"""Wrapping keys in files, environment variables and systemd credentials."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from piiguard.errors import KeyringError, WrappingKeyError
from piiguard.keys import Keyring, store
from piiguard.keys.document import b64

KEY = bytes(range(32))
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")


def test_a_missing_key_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    Keyring.create(tmp_path / "k.json", [f"file:{tmp_path / 'w.key'}"]).open()
    assert len(base64.urlsafe_b64decode((tmp_path / "w.key").read_text().strip() + "=")) == 32
    if os.name == "posix":
        assert (tmp_path / "w.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        KEY,
        base64.b64encode(bytes([0xFB] * 32)),
        base64.urlsafe_b64encode(bytes([0xFB] * 32)),
        base64.urlsafe_b64encode(KEY).rstrip(b"=") + b"\r\n",
    ],
)
def test_a_key_may_be_raw_or_base64(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.key"
    path.write_bytes(content)
    path.chmod(0o600)
    Keyring.create(tmp_path / "k.json", [f"file:{path}"]).open()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", [b"", KEY[:31], KEY + b"\0", b"not base64!" * 4, base64.b64encode(KEY[:16])]
)
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(WrappingKeyError, match="not a key: 32 bytes") as caught:
        Keyring.create(tmp_path / "k.json", [f"file:{path}"])
    assert not content or content.decode("latin-1") not in str(caught.value)
    assert not (tmp_path / "k.json").exists()


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o601, 0o777])
def test_a_key_file_that_others_can_read_is_refused(keyring: Keyring, mode: int) -> None:
    keyring.path.with_name("wrapping.key").chmod(mode)
    with pytest.raises(
        WrappingKeyError, match=f"others can read or change it \\(mode {mode:04o}\\)"
    ) as caught:
        Keyring.from_file(keyring.path).open()
    assert caught.value.hint.startswith("chmod 600 ")


@POSIX
def test_a_key_file_may_be_mounted_through_links(keyring: Keyring, tmp_path: Path) -> None:
    path = keyring.path.with_name("wrapping.key")
    path.rename(tmp_path / "data")
    path.symlink_to(tmp_path / "data")
    assert Keyring.from_file(keyring.path).open().generation == 1


def test_a_key_file_that_is_gone_is_named(keyring: Keyring) -> None:
    path = keyring.path.with_name("wrapping.key")
    path.unlink()
    with pytest.raises(WrappingKeyError, match=r"wrapping\.key: the key file cannot be read: no such file"):
        Keyring.from_file(keyring.path).open()
    path.mkdir()
    with pytest.raises(WrappingKeyError, match="the key file cannot be read"):
        Keyring.from_file(keyring.path).open()
    with pytest.raises(WrappingKeyError, match="needs a path"):
        Keyring.create(keyring.path.with_name("k2.json"), ["file:"])


def test_the_environment_holds_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRAPPING", base64.b64encode(KEY).decode())
    path = Keyring.create(tmp_path / "k.json", ["env:WRAPPING"]).open().path
    monkeypatch.setenv("WRAPPING", base64.b64encode(KEY[::-1]).decode())
    with pytest.raises(WrappingKeyError, match="WRAPPING: this wrapping key does not open the keyring"):
        Keyring.from_file(path).open()
    for value, message in (
        ("", "WRAPPING: the environment variable is not set"),
        ("x", "WRAPPING: not a key"),
    ):
        monkeypatch.setenv("WRAPPING", value)
        with pytest.raises(WrappingKeyError, match=message):
            Keyring.from_file(path).open()
    with pytest.raises(WrappingKeyError, match="needs a name"):
        Keyring.create(tmp_path / "k2.json", ["env:"])


def test_a_systemd_credential_is_a_key_file_in_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "kek").write_bytes(KEY)
    (credentials / "kek").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    path = Keyring.create(tmp_path / "k.json", ["file:$CREDENTIALS_DIRECTORY/kek"]).open().path
    moved = credentials.rename(tmp_path / "elsewhere")  # systemd makes a new directory at every start
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(moved))
    assert Keyring.from_file(path).open().generation == 1
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(WrappingKeyError, match="systemd passed no credentials"):
        Keyring.from_file(path).open()


def test_a_credential_that_systemd_encrypted_opens_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = shutil.which("systemd-creds")
    if not tool:
        pytest.skip("NO systemd-creds: apt-get install systemd")
    (tmp_path / "plain").write_bytes(KEY)
    sealed = subprocess.run(
        [tool, "--with-key=host", "encrypt", "--name=kek", tmp_path / "plain", "-"],
        capture_output=True,
        check=False,
    )
    if sealed.returncode:
        pytest.skip("NO host key for systemd-creds: systemd-creds setup, as root")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "kek.cred").write_bytes(sealed.stdout)
    subprocess.run(
        [tool, "decrypt", "--name=kek", tmp_path / "kek.cred", credentials / "kek"],
        check=True,
        capture_output=True,
    )
    (credentials / "kek").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert Keyring.create(tmp_path / "k.json", ["file:$CREDENTIALS_DIRECTORY/kek"]).open().generation == 1


def test_one_key_file_for_two_keyrings_serves_two_keys(tmp_path: Path) -> None:
    import json

    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        Keyring.create(path, [f"file:{tmp_path / 'w.key'}"])
    documents = [json.loads(path.read_text()) for path in paths]
    documents[1]["recipients"] = documents[0]["recipients"]
    paths[1].write_text(json.dumps(documents[1]))
    with pytest.raises(KeyringError, match="this wrapping key does not open the keyring"):
        Keyring.from_file(paths[1]).open()


def test_two_inits_at_once_have_one_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen that it is missing; the second must not take the first one's key away."""
    key, theirs = tmp_path / "shared.key", b64(bytes(32)).encode()

    def slower(path: Path, data: bytes) -> None:
        real(path, data)
        key.write_bytes(theirs)

    real = store._write_through
    monkeypatch.setattr(store, "_write_through", slower)
    with pytest.raises(KeyringError, match="already there"):
        Keyring.create(tmp_path / "k.json", [f"file:{key}"])
    assert key.read_bytes() == theirs
