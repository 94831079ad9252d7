"""The two secrets without versions: what is made with them, how old keyrings get them, how one ends and stays dead."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.errors import DecryptionError, KeyringFormatError, NotIndexable
from piiguard.keys import Keyring, audit, change, recipients, store
from piiguard.keys.document import Contents, Document
from piiguard.keys.restriction import Restriction
from piiguard.keys.tombstone import Tombstones

Operate = Callable[..., Contents]
ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
SECRET = bytes(range(0x20, 0x40))
PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
FROZEN = [  # made by a script of hmac and hashlib alone; a released format is kept for ever
    ("KZ_IIN", "digits/2", "050312300015", "914152e40a25e1df7b9a19a5780f63c49a2b6c9d081ee212fd75673ac4005e78"),
    ("KZ_IIN", "digits/2", "050312 300015", "914152e40a25e1df7b9a19a5780f63c49a2b6c9d081ee212fd75673ac4005e78"),
    ("KZ_IIN", "digits/1", "050312300015", "3af455f3845a6c8fdf136ac1c0e0a0716972371aaeb77a90e232b7c84b58a096"),
    ("KZ_PHONE", "phone/2", "8 701 000 00 01", "f15a0e700be61df9e278c5453d6b4887c8d20ce166155b0b367b9e17ef085478"),
    ("EMAIL_ADDRESS", "email/2", "Aigul@Example.KZ", "eca33c997d742a7cb39e3b96f582a5bdb9c23cac252b0067977a9c9b31c48ac5"),
    ("PERSON", "name/2", "Әлия  СЕЙІТҚЫЗЫ", "6557ce4893cf9783b5f0ee3cf2e7a61ed0e61954647f2d97bdbcb04179d6eb91"),
]  # fmt: skip


def lp(item: bytes) -> bytes:
    return len(item).to_bytes(4, "big") + item


def hkdf(secret: bytes, label: bytes) -> bytes:
    """RFC 5869 for one block, as docs/format.md names it."""
    return hmac.digest(hmac.digest(ID.bytes, secret, "sha256"), lp(label) + b"\1", "sha256")


def opened(path: Path) -> Contents:
    document = Document.parse(path.read_bytes(), path.name)
    return document.open(recipients.unwrap(document, path.name, None))


def aged(path: Path) -> Path:
    """The keyring as it was made before there were such members, with its backups and its trail."""
    document = Document.parse(path.read_bytes(), path.name)
    file_key = recipients.unwrap(document, path.name, None)
    held = document.open(file_key)
    header = {name: value for name, value in held.header.items() if name != "members"}
    secrets = {name: held.secrets[name] for name in held.secrets if name not in ("tombstone", "restrict")}
    path.write_bytes(Contents(header, secrets).seal(file_key).to_bytes())
    return path


# What is made


@pytest.mark.parametrize(("entity", "rule", "value", "expected"), FROZEN)
def test_a_tombstone_is_the_frozen_one(entity: str, rule: str, value: str, expected: str) -> None:
    made = Tombstones(SECRET, ID).of(entity, rule, value)
    assert made is not None
    assert made.hex() == expected


def test_a_tombstone_is_what_the_page_says_and_so_is_its_example() -> None:
    key = hkdf(SECRET, b"piiguard/1 tombstone")
    text = lp(b"KZ_IIN") + lp(b"digits/2") + lp(b"050312300015")
    made = hmac.new(key, text, hashlib.sha256).hexdigest()
    assert f"`{made}`" in PAGE
    assert made == FROZEN[0][3]
    name = hkdf(SECRET, b"piiguard/1 tombstone id")[:8].hex()
    assert f"`{name}`" in PAGE
    assert Tombstones(SECRET, ID).id == name


def test_no_two_meanings_of_one_text_have_one_tombstone() -> None:
    graves = Tombstones(SECRET, ID)
    asked = [
        (e, r) for e in ("KZ_IIN", "KZ_BIN", "USERNAME") for r in ("digits/1", "digits/2", "exact/2", "last4")
    ]
    assert len({graves.of(entity, rule, "050312300015") for entity, rule in asked}) == len(asked)
    assert graves.of("KZ_IIN", "digits/2", " - ") is None
    assert graves.of("KZ_IIN", "digits/2", None) is None


def test_a_value_that_a_rule_refuses_is_in_no_message() -> None:
    with pytest.raises(NotIndexable) as caught:
        Tombstones(SECRET, ID).of("KZ_IIN", "digits/2", "٠٥٠٣١٢٣٠٠٠١٥")
    assert "٠٥٠" not in f"{caught.value} {caught.value.hint}"


def test_what_is_restricted_opens_in_its_place_alone() -> None:
    seal = Restriction(SECRET, ID)
    sealed = seal.seal("students 7", b"row")
    assert seal.open("students 7", sealed) == b"row"
    assert sealed != seal.seal("students 7", b"row")
    others = [Restriction(SECRET, uuid.uuid4()), Restriction(bytes(32), ID)]
    for reader, place, data in (
        (seal, "students 8", sealed),
        (seal, "students 7", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (seal, "students 7", b""),
        *((other, "students 7", sealed) for other in others),
    ):
        with pytest.raises(DecryptionError):
            reader.open(place, data)


def test_nothing_shows_the_keys() -> None:
    keyring = Keyring.in_memory()
    secret = keyring.current().members["tombstone"]
    for shown in (repr(keyring.tombstones()), repr(keyring.restriction()), repr(keyring.current())):
        assert secret.hex() not in shown
        assert repr(secret) not in shown


# Where they come from


def test_a_new_keyring_has_both_and_asking_changes_nothing(keyring_file: Path) -> None:
    before = keyring_file.read_bytes()
    keyring = Keyring.from_file(keyring_file)
    keyring.tombstones()
    keyring.restriction()
    assert keyring_file.read_bytes() == before
    assert set(opened(keyring_file).secrets) >= {"tombstone", "restrict"}


def test_a_keyring_of_before_gets_each_when_it_is_needed(keyring_file: Path) -> None:
    path = aged(keyring_file)
    old = opened(path)
    sealed = Keyring.from_file(path).column("students.iin", 1).encrypt(b"x")
    assert path.read_bytes()
    assert opened(path).generation == old.generation
    graves = Keyring.from_file(path).tombstones()
    grown = opened(path)
    assert grown.generation == old.generation + 1
    assert set(grown.secrets) - set(old.secrets) == {"tombstone"}
    assert {slot: grown.secrets[slot] for slot in old.secrets} == old.secrets
    assert Keyring.from_file(path).column("students.iin", 1).decrypt(sealed) == b"x"
    again = Keyring.from_file(path).tombstones()
    assert (again.id, again.of("KZ_IIN", "digits/2", "050312300015")) == (
        graves.id,
        graves.of("KZ_IIN", "digits/2", "050312300015"),
    )
    Keyring.from_file(path).restriction()
    assert set(opened(path).secrets) - set(grown.secrets) == {"restrict"}
    assert change.verify(path, None)[1] == opened(path).header["trail"]["number"]


def test_two_processes_that_need_it_at_once_get_one(keyring_file: Path) -> None:
    path = aged(keyring_file)
    first, second = Keyring.from_file(path).open(), Keyring.from_file(path).open()
    assert first.tombstones().id == second.tombstones().id
    assert opened(path).generation == 2


def test_rotation_leaves_them_alone(keyring_file: Path, operate: Operate) -> None:
    before = Keyring.from_file(keyring_file).tombstones()
    for kind in ("data", "index"):
        operate("add", kind=kind)
        operate("promote", 2, kind=kind)
        operate("retire", 1, kind=kind)
        operate("destroy", 1, kind=kind)
    change.rewrap(keyring_file, None, [f"file:{keyring_file.with_name('new.key')}"], None)
    after = Keyring.from_file(keyring_file, wrapping_key=f"file:{keyring_file.with_name('new.key')}")
    assert after.tombstones().id == before.id


def test_a_reader_that_does_not_know_them_gives_them_back(keyring_file: Path) -> None:
    """What a reader of version 1 does: it takes the members it knows and writes the rest as it was."""
    before = opened(keyring_file)
    document = Document.parse(keyring_file.read_bytes(), "")
    file_key = recipients.unwrap(document, "", None)
    raw = json.loads(keyring_file.read_bytes())
    header = {name: value for name, value in raw.items() if name != "body"}
    secrets = dict(before.secrets)  # it opened all of the body, as the page says
    header["generation"] += 1
    keyring_file.write_bytes(Contents(header, secrets).seal(file_key).to_bytes())
    after = Keyring.from_file(keyring_file)
    assert after.tombstones().id == Tombstones(before.secrets["tombstone"], before.id).id


@pytest.mark.parametrize(
    "members",
    [[], "x", {"tombstone": 7}, {"tombstone": {"created": "now"}}, {"tombstone": {"created": 1, "generation": 1}},
     {"tombstone": {"created": "now", "generation": -1}}],
)  # fmt: skip
def test_a_header_that_says_nonsense_of_them_is_damaged(keyring_file: Path, members: object) -> None:
    raw = json.loads(keyring_file.read_bytes())
    with pytest.raises(KeyringFormatError, match="members"):
        Document.parse(json.dumps({**raw, "members": members}).encode(), "keyring.json")


def test_a_body_without_what_the_header_names_is_damaged(keyring_file: Path) -> None:
    held = opened(keyring_file)
    file_key = bytes(32)
    left = {slot: secret for slot, secret in held.secrets.items() if slot != "tombstone"}
    with pytest.raises(KeyringFormatError, match="tombstone"):
        Contents(held.header, left).seal(file_key)


# How it ends


def test_the_end_of_replay_leaves_no_copy_beside_the_keyring(keyring_file: Path, operate: Operate) -> None:
    operate("add")
    before = Keyring.from_file(keyring_file).tombstones()
    secret = opened(keyring_file).secrets["tombstone"]
    changed, removed = change.end(keyring_file, None, "tombstone")
    assert [file.name for file in removed] == ["keyring.json.1.bak"]
    held = [opened(file).secrets for file in (keyring_file, *store.backups(keyring_file))]
    assert all(secret not in secrets.values() for secrets in held)
    assert "restrict" in changed.secrets
    assert "restrict" in changed.members
    begun, done = audit.read(keyring_file)[-2:]
    assert (begun["action"], begun["state"], begun["member"]) == ("destroy", "begun", "tombstone")
    assert (done["action"], done["removed"]) == ("destroy", ["keyring.json.1.bak"])
    assert change.end(keyring_file, None, "tombstone")[1] == []  # run again
    after = Keyring.from_file(keyring_file).tombstones()  # a life after: another key, under another name
    assert after.id != before.id
    change.verify(keyring_file, None)


def test_a_copy_from_before_the_end_does_not_bring_it_back(keyring_file: Path, operate: Operate) -> None:
    copy = keyring_file.with_name("copy.json")
    shutil.copy(keyring_file, copy)
    old = Keyring.from_file(keyring_file).tombstones().id
    change.end(keyring_file, None, "tombstone")
    keyring_file.unlink()
    restored = change.restore(keyring_file, copy, None)
    assert "tombstone" not in restored.secrets
    assert "tombstone" not in restored.members
    assert restored.header["change"]["dead"] == ["tombstone"]
    assert Keyring.from_file(keyring_file).tombstones().id != old


def test_a_copy_from_after_the_end_keeps_the_new_one(keyring_file: Path) -> None:
    change.end(keyring_file, None, "tombstone")
    new = Keyring.from_file(keyring_file).tombstones().id
    copy = keyring_file.with_name("copy.json")
    shutil.copy(keyring_file, copy)
    keyring_file.unlink()
    change.restore(keyring_file, copy, None)
    assert Keyring.from_file(keyring_file).tombstones().id == new


def test_it_is_revived_by_name_alone(keyring_file: Path) -> None:
    copy = keyring_file.with_name("copy.json")
    shutil.copy(keyring_file, copy)
    old = Keyring.from_file(keyring_file).tombstones().id
    change.end(keyring_file, None, "tombstone")
    keyring_file.unlink()
    change.restore(keyring_file, copy, None, revive=["tombstone"])
    assert Keyring.from_file(keyring_file).tombstones().id == old


def test_the_command_says_that_replay_ends_and_asks(
    keyring_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "end-replay", "--keyring", str(keyring_file)]) == 2
    assert "replay ends" in capsys.readouterr().err
    assert "tombstone" in opened(keyring_file).secrets
    assert run(["keys", "end-replay", "--keyring", str(keyring_file), "--yes"]) == 0
    said = capsys.readouterr().err
    assert re.search(r"destroyed, generation 2", said)
    assert "tombstone" not in opened(keyring_file).secrets
