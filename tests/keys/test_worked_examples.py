"""The published vectors of XAES-256-GCM and the worked examples that fix format version 1."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from piiguard.keys import Keyring, cipher, derivation, envelope
from piiguard.keys.index import _digest, _hmac

ROOT = bytes(range(32))
INDEX_ROOT = bytes(range(0x20, 0x40))
KEYRING = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
KEY_ID = 0x0A0B0C0D
NONCE = bytes(range(0x40, 0x58))
ENVELOPE = (
    "f9010a0b0c0d404142434445464748494a4b4c4d4e4f5051525354555657"
    "75ae63714c361acbc96c3a0aaddef99d5d78696c03634f6cc16e8b9b"
)
TEXT = "pg1.-QEKCwwNQEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXda5jcUw2GsvJbDoKrd75nV14aWwDY09swW6Lmw"


@pytest.mark.parametrize(
    ("key", "aad", "expected"),
    [
        (b"\x01" * 32, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (b"\x03" * 32, b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
)
def test_the_published_single_vectors_of_c2sp(key: bytes, aad: bytes, expected: str) -> None:
    sealed = cipher.subcipher(key, b"ABCDEFGHIJKL").encrypt(b"MNOPQRSTUVWX", b"XAES-256-GCM", aad)
    assert sealed.hex() == expected
    assert cipher.open_sealed(key, b"ABCDEFGHIJKLMNOPQRSTUVWX" + sealed, aad) == b"XAES-256-GCM"


def test_the_worked_example_step_by_step() -> None:
    key = derivation.column_key(ROOT, KEYRING, "students.iin")
    assert key.hex() == "b910a68864cb54407f5ee495240f6c0fcec5ab7f7b240da531184db4b5764a05"
    subkey = cipher.subkey(key, NONCE[:12])
    assert subkey.hex() == "0b410158120d6aa5f5366fe240a4c2c6e5ba7ac712942d1b86a117b73d46252e"
    header = envelope.header(KEY_ID)
    aad = derivation.aad(header, KEYRING, "students.iin", 0x01)
    assert aad.hex() == (
        "f9010a0b0c0d0000001000112233445566778899aabbccddeeff0000000c73747564656e74732e69696e0000000101"
    )
    sealed = cipher.subcipher(key, NONCE[:12]).encrypt(NONCE[12:], b"050312300017", aad)
    assert (header + NONCE + sealed).hex() == ENVELOPE
    assert envelope.to_text(bytes.fromhex(ENVELOPE)) == TEXT
    assert envelope.from_text(TEXT).hex() == ENVELOPE


def test_the_worked_example_of_the_blind_index() -> None:
    key = derivation.index_key(INDEX_ROOT, KEYRING, "students.iin", "iin_index", "digits/1")
    assert key.hex() == "a76703d6bcf8f9e090c1b2fd75d0c24eba50876ccc54c6bc672a64fe0b74f704"
    assert _digest(_hmac(1, key), b"050312300017").hex() == "00015a15b72f1bce406c10055cc44f99"


def test_a_keyring_round_trips_values_and_finds_them(keyring: Keyring) -> None:
    column = keyring.column("students.iin", 0x01)
    envelopes = column.encrypt_many([b"050312300017", None, b""])
    assert column.decrypt_many(envelopes) == [b"050312300017", None, b""]
    assert keyring.version_of(column.encrypt(b"x")) == keyring.primary()
    index = keyring.index("students.iin", "iin_index", "digits")
    assert index.compute("050312-300017") == index.candidates("050312300017")[0]


def test_a_keyring_file_holds_no_key(keyring_file: Path) -> None:
    wrapping = keyring_file.with_name("wrapping.key").read_text().strip()
    assert wrapping not in keyring_file.read_text()
    assert keyring_file.stat().st_mode & 0o077 == 0
