"""The wrapping key in a real PKCS#11 token: SoftHSM2."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys import Keyring, change

MODULES = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
]
PIN = "1234"


def _missing() -> str | None:
    if not shutil.which("softhsm2-util"):
        return "NO SoftHSM2: apt-get install softhsm2"
    if not any(map(os.path.exists, MODULES)):
        return "NO SoftHSM2 library"
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        return "NO python-pkcs11: pip install 'piiguard[pkcs11]'"
    return None


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a fresh token, without its object; nothing under /etc or /var is touched."""
    if reason := _missing():
        if os.environ.get("CI") in ("1", "true"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("hsm")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))  # before the library is loaded
        patch.setenv("PIIGUARD_PKCS11_PIN", PIN)
        subprocess.run(
            [
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "piiguard",
                "--so-pin",
                "so-pin-1",
                "--pin",
                PIN,
            ],
            check=True,
            capture_output=True,
        )
        yield f"token=piiguard;object={{}}?module-path={next(filter(os.path.exists, MODULES))}"


@pytest.fixture
def made(token: str, tmp_path: Path) -> Keyring:
    """A keyring whose only recipient is a key of the token."""
    return Keyring.create(tmp_path / "keyring.json", [f"pkcs11:{token.format(tmp_path.name)}"])


def test_the_token_opens_the_keyring_and_keeps_its_key(made: Keyring, token: str, tmp_path: Path) -> None:
    import pkcs11

    column = made.column("students.iin", 1)
    assert column.decrypt(column.encrypt(b"050312300017")) == b"050312300017"
    library = pkcs11.lib(token.partition("module-path=")[2])
    with library.get_token(token_label="piiguard").open(user_pin=PIN) as session:
        key = session.get_key(label=tmp_path.name)
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_a_second_keyring_of_the_same_key_cannot_be_opened_with_the_first_one_s_wrapped_key(
    made: Keyring, token: str, tmp_path: Path
) -> None:
    import json

    other = tmp_path / "other.json"
    Keyring.create(other, [f"pkcs11:{token.format(tmp_path.name)}"])
    first, second = json.loads(made.path.read_text()), json.loads(other.read_text())
    second["recipients"] = first["recipients"]
    other.write_text(json.dumps(second))
    with pytest.raises(WrappingKeyError, match=r"does not open the keyring \(GeneralError\)"):
        Keyring.from_file(other).open()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PIIGUARD_PKCS11_PIN", "9999", "wrong PIN"),
        ("PIIGUARD_PKCS11_PIN", "1", "wrong PIN"),
        ("PIIGUARD_PKCS11_PIN", None, "the PIN of the token is needed"),
    ],
)
def test_a_wrong_or_missing_pin_is_said_and_tried_once(
    made: Keyring, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, message: str
) -> None:
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with pytest.raises(WrappingKeyError, match=message) as caught:
        Keyring.from_file(made.path).open()
    assert "9999" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("token=piiguard", "token=absent", "pkcs11 token 'absent': not there"),
        ("object=", "object=no-", "pkcs11 token 'piiguard': no key"),
        ("object=", "thing=", "names no token and object"),
    ],
)
def test_what_is_missing_is_named(made: Keyring, old: str, new: str, message: str) -> None:
    text = made.path.read_text()
    made.path.write_text(text.replace(old, new))
    with pytest.raises(WrappingKeyError, match=message):
        Keyring.from_file(made.path).open()


@pytest.mark.parametrize(
    ("module", "message"),
    [("/nowhere", "/nowhere: the PKCS#11 library does not load"), ("", "this provider is not accepted here")],
)
def test_the_library_is_named_where_the_keyring_is_used(
    made: Keyring, monkeypatch: pytest.MonkeyPatch, module: str, message: str
) -> None:
    monkeypatch.setenv("PIIGUARD_PROVIDERS", "")
    monkeypatch.setenv("PIIGUARD_PKCS11_MODULE", module)
    with pytest.raises(WrappingKeyError, match=message):
        Keyring.from_file(made.path).open()


@pytest.mark.parametrize("mechanism", ["aes-gcm", "aes-kwp", "rsa-oaep-sha1"])
def test_each_mechanism_opens_the_keyring_with_a_key_that_stays_inside(
    token: str, tmp_path: Path, mechanism: str
) -> None:
    import pkcs11

    label = f"{mechanism}-{tmp_path.name}"
    made = Keyring.create(tmp_path / "k.json", [f"pkcs11:{token.format(label)}&mechanism={mechanism}"])
    assert Keyring.from_file(made.path).open().generation == 1
    wrapped = json.loads(made.path.read_text())["recipients"][0]["wrapped"]
    of_gcm = 12 + 32 + 16  # nonce, file key, tag: what a token of one mechanism alone gives
    assert (len(base64.urlsafe_b64decode(wrapped + "==")) == of_gcm) is (mechanism == "aes-gcm")
    library = pkcs11.lib(token.partition("module-path=")[2])
    with library.get_token(token_label="piiguard").open(user_pin=PIN) as session:
        held = [key for key in session.get_objects({pkcs11.Attribute.LABEL: label}) if _secret(key)]
        assert [key[pkcs11.Attribute.EXTRACTABLE] for key in held] == [False]


def _secret(key: object) -> bool:
    import pkcs11

    return isinstance(key, pkcs11.SecretKey | pkcs11.PrivateKey)


@pytest.mark.parametrize("mechanism", ["aes-kwp", "rsa-oaep-sha1"])
def test_a_mechanism_without_associated_data_is_bound_to_its_keyring_all_the_same(
    token: str, tmp_path: Path, mechanism: str
) -> None:
    option = f"pkcs11:{token.format(f'bound-{mechanism}')}&mechanism={mechanism}"
    first, second = (Keyring.create(tmp_path / f"{n}.json", [option]).path for n in "ab")
    document = json.loads(second.read_text())
    document["recipients"] = json.loads(first.read_text())["recipients"]
    second.write_text(json.dumps(document))
    with pytest.raises(WrappingKeyError, match="does not open the keyring"):
        Keyring.from_file(second).open()


def test_a_mechanism_that_the_token_lacks_is_said_with_the_others(token: str, tmp_path: Path) -> None:
    with pytest.raises(WrappingKeyError, match="refuses this mechanism") as caught:
        Keyring.create(tmp_path / "k.json", [f"pkcs11:{token.format('oaep-256')}&mechanism=rsa-oaep"])
    assert "aes-kwp" in caught.value.hint
    with pytest.raises(WrappingKeyError, match="unknown mechanism 'rot13'"):
        Keyring.create(tmp_path / "k.json", [f"pkcs11:{token.format('x')}&mechanism=rot13"])


def test_a_token_is_told_apart_by_its_serial_number(token: str, tmp_path: Path) -> None:
    option = f"pkcs11:{token.format('by-serial')}".replace("token=piiguard", "token=piiguard;serial=0")
    with pytest.raises(WrappingKeyError, match="not there"):
        Keyring.create(tmp_path / "k.json", [option])


def test_the_pin_may_lie_in_a_file_but_never_in_the_uri(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIIGUARD_PKCS11_PIN")
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    uri = f"pkcs11:{token.format('by-file')}&pin-source=file:{pin}"
    path = Keyring.create(tmp_path / "keyring.json", [uri]).path
    assert "pin-source" not in path.read_text()
    assert "module-path" not in path.read_text()
    assert Keyring.from_file(path, wrapping_key=uri).open().generation == 1
    pin.unlink()
    with pytest.raises(WrappingKeyError, match="the PIN cannot be read"):
        Keyring.from_file(path, wrapping_key=uri).open()
    with pytest.raises(WrappingKeyError, match="never an argument"):
        Keyring.create(tmp_path / "other.json", [f"pkcs11:{token.format('x')}&pin-value={PIN}"])
    assert not (tmp_path / "other.json").exists()


def test_a_lost_token_is_not_a_lost_database(
    made: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = made.column("a", 1).encrypt(b"value")
    uri = next(iter(__import__("json").loads(made.path.read_text())["recipients"]))["uri"]
    change.rewrap(made.path, None, [f"pkcs11:{uri}", f"file:{tmp_path / 'spare.key'}"], None)
    monkeypatch.setenv("PIIGUARD_PKCS11_PIN", "")
    assert Keyring.from_file(made.path).column("a", 1).decrypt(sealed) == b"value"


def _open_again(path: Path, pipe: multiprocessing.connection.Connection) -> None:
    pipe.send(Keyring.from_file(path).open().generation)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on this system")
def test_a_forked_child_opens_the_token_again(made: Keyring) -> None:
    made.open()
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_open_again, args=(made.path, there))
    child.start()
    assert here.poll(120)
    assert here.recv() == 1
    child.join()


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(MissingExtra) as caught:
        Keyring.create(tmp_path / "k.json", ["pkcs11:token=a;object=b?module-path=/nowhere"])
    assert caught.value.hint == "pip install 'piiguard[pkcs11]'"
