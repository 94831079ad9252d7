"""A recipient whose private half lies in a safe."""

from __future__ import annotations

import json
import stat
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import KeyringError, WrappingKeyError
from piiguard.keys import Keyring, change, derivation, recipients
from piiguard.keys.document import Contents, Document, unb64
from piiguard.keys.wrapping import hpke

KINDS = sorted(hpke.KEMS)
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "v1" / "hpke.json").read_text())


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """The files of a new pair: the private one, the public one."""
    private, public = tmp_path / "safe.key", tmp_path / "safe.key.pub"
    for path, text in zip((private, public), hpke.make_pair(request.param), strict=True):
        path.write_text(text)
        path.chmod(0o600)
    return private, public


@pytest.fixture
def made(pair: tuple[Path, Path], tmp_path: Path) -> Keyring:
    """A keyring for a key file and for the pair, made while the private half was in its safe."""
    hidden = pair[0].rename(tmp_path / "hidden")
    keyring = Keyring.create(tmp_path / "k.json", [f"file:{tmp_path / 'a.key'}", f"hpke:{pair[1]}"])
    hidden.rename(pair[0])
    return keyring


def opened(path: Path) -> Contents:
    """What a command opens."""
    document = Document.parse(path.read_bytes(), path.name)
    return document.open(recipients.unwrap(document, path.name, None))


def test_the_private_half_opens_what_the_public_half_wrapped_when_the_key_file_is_lost(
    made: Keyring, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = made.column("t.c", 1).encrypt(b"value")
    (tmp_path / "a.key").unlink()
    with pytest.raises(WrappingKeyError, match="PIIGUARD_WRAPPING_KEY does not name its private key"):
        opened(made.path)
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(pair[0]))
    change.rewrap(made.path, None, [f"file:{tmp_path / 'new.key'}"], None)
    monkeypatch.delenv(hpke.PRIVATE_KEY)
    assert Keyring.from_file(made.path).column("t.c", 1).decrypt(sealed) == b"value"


@pytest.mark.parametrize("named", [True, False])
def test_no_application_encrypts_with_a_keyring_that_anybody_can_have_made(
    made: Keyring, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """The public half stands in the keyring: whoever reads it can wrap the key of a keyring of his own, of the same id."""
    entry = json.loads(made.path.read_text())["recipients"][1]
    (tmp_path / "read.pub").write_text(f"piiguard-hpke-public-1 {entry['kem']} {entry['public']}\n")
    monkeypatch.setattr("uuid.uuid4", lambda: made.id)
    planted = Keyring.create(tmp_path / "planted.json", [f"hpke:{tmp_path / 'read.pub'}"]).path
    if named:
        monkeypatch.setenv(hpke.PRIVATE_KEY, f"file:{pair[0]}")
        assert opened(planted).id == made.id  # a person has to look whether it opens his values
    with pytest.raises(WrappingKeyError, match="opens the keyring for 'piiguard keys' alone") as caught:
        Keyring.from_file(planted).open()
    assert "keys rewrap" in caught.value.hint


def test_every_change_keeps_the_recipient_whose_private_half_is_away(
    made: Keyring, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change.apply(made.path, None, "note", lambda held, now: held.with_header())
    (tmp_path / "a.key").unlink()
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(pair[0]))
    assert opened(made.path).generation == 2


def test_nothing_in_the_keyring_opens_it(made: Keyring, pair: tuple[Path, Path]) -> None:
    entry = json.loads(made.path.read_text())["recipients"][1]
    assert sorted(entry) == ["kem", "provider", "public", "wrapped"]
    assert entry["public"] == pair[1].read_text().split()[2]
    assert pair[0].read_text().split()[2] not in made.path.read_text()


def test_a_wrapped_key_of_another_keyring_is_refused(
    made: Keyring, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Keyring.create(tmp_path / "other.json", [f"hpke:{pair[1]}"]).path
    document = json.loads(other.read_text())
    document["recipients"] = json.loads(made.path.read_text())["recipients"][1:]
    other.write_text(json.dumps(document))
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(pair[0]))
    with pytest.raises(WrappingKeyError, match="does not open the keyring"):
        opened(other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_private_key_of_another_pair_is_told_from_a_damaged_one(
    made: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "a.key").unlink()
    wrong = tmp_path / "wrong.key"
    wrong.write_text(hpke.make_pair(kind)[0])
    wrong.chmod(0o600)
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(wrong))
    with pytest.raises(WrappingKeyError, match="the private key of another recipient"):
        opened(made.path)
    wrong.write_text("piiguard-hpke-private-1 x25519\n")
    with pytest.raises(WrappingKeyError, match="not the file of a private key"):
        opened(made.path)
    wrong.chmod(0o644)
    with pytest.raises(KeyringError, match="others can read"):
        opened(made.path)


def test_a_private_key_is_not_taken_for_a_public_one(pair: tuple[Path, Path], tmp_path: Path) -> None:
    secret = pair[0].read_text().split()[2]
    with pytest.raises(WrappingKeyError, match="not the file of a public key") as caught:
        Keyring.create(tmp_path / "k.json", [f"hpke:{pair[0]}"])
    assert secret not in str(caught.value) + caught.value.hint
    assert not (tmp_path / "k.json").exists()


@pytest.mark.parametrize(
    "changes",
    [{"kem": "rot13"}, {"kem": None}, {"public": "%"}, {"public": ""}, {"public": 1}, {"wrapped": "AAAA"}],
    ids=str,
)
def test_a_damaged_recipient_is_said(
    made: Keyring,
    pair: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
) -> None:
    (tmp_path / "a.key").unlink()
    document = json.loads(made.path.read_text())
    document["recipients"][1].update(changes)
    made.path.write_text(json.dumps(document))
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(pair[0]))
    with pytest.raises(KeyringError):
        opened(made.path)


def test_an_older_cryptography_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.hpke", None)
    with pytest.raises(WrappingKeyError, match="this build of cryptography cannot") as caught:
        hpke.make_pair()
    assert "cryptography>=47" in caught.value.hint


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["kem"])
def test_keys_wrapped_by_version_1_open_for_ever(
    vector: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "safe.key"
    private.write_text(f"piiguard-hpke-private-1 {vector['kem']} {vector['private']}\n")
    private.chmod(0o600)
    monkeypatch.setenv(hpke.PRIVATE_KEY, str(private))
    key = hpke.HpkeKey.from_recipient({"kem": vector["kem"], "public": vector["public"]}, None)
    aad = derivation.wrapping_aad(uuid.UUID(vector["keyring"]))
    assert key.unwrap(unb64(vector["wrapped"]), aad).hex() == vector["file_key"]


def test_the_command_makes_a_pair_and_never_overwrites_one(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from piiguard.cli.main import cli

    private = tmp_path / "safe.key"
    ran = CliRunner().invoke(cli, ["keys", "recipient", "-o", str(private)])
    assert ran.exit_code == 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    text = private.read_text()
    assert text.split()[2] not in ran.output
    assert CliRunner().invoke(cli, ["keys", "recipient", "-o", str(private)]).exit_code == 1
    assert private.read_text() == text
    public = private.with_name("safe.key.pub")
    before = public.read_text()
    public.unlink()  # as a command leaves it that was killed between the two
    again = CliRunner().invoke(cli, ["keys", "recipient", "-o", str(private)])
    assert (again.exit_code, public.read_text(), private.read_text()) == (0, before, text)
    assert text.split()[2] not in again.output


def test_a_file_that_is_no_key_is_left_as_it_is_and_called_what_it_is(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from piiguard.cli.main import cli

    notes = tmp_path / "notes.txt"
    for there in (notes, tmp_path / "other.key.pub"):
        there.write_text("mine")
        there.chmod(0o600)
    for name in ("notes.txt", "other.key"):
        ran = CliRunner().invoke(cli, ["keys", "recipient", "-o", str(tmp_path / name)])
        assert ran.exit_code == 1
        assert "keyring" not in ran.output.replace(str(tmp_path), "")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "other.key.pub"]
    assert notes.read_text() == "mine"
