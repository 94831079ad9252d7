"""Write the vectors of format version 1 with nothing but ``cryptography``: a second implementation of the format.

Run once per format version, then frozen: ``python tests/keys/vectors/generate.py DIRECTORY``. Every nonce is fixed, so
that a second run writes the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEYRING = bytes.fromhex("00112233445566778899aabbccddeeff")
OTHER_KEYRING = bytes.fromhex("ffeeddccbbaa99887766554433221100")
WRAPPING = bytes(range(0x60, 0x80))
FILE_KEY = bytes(range(0x80, 0xA0))
NONCE = bytes(range(0x40, 0x58))
CREATED = "2026-03-01T00:00:00Z"
# kind, version, key id, state, first byte of the 32 of its root
KEYS = [
    ("data", 1, 0x0A0B0C0D, "primary", 0x00),
    ("index", 1, 0x01020304, "primary", 0x20),
    ("data", 2, 0x11111111, "staged", 0xA0),
    ("data", 3, 0x22222222, "decrypt-only", 0xB0),
    ("data", 4, 0x33333333, "retired", 0xC0),
    ("data", 5, 0x44444444, "destroyed", 0xD0),
    ("index", 2, 0x05060708, "decrypt-only", 0xE0),
]
ROOT = {(kind, version): bytes(range(first, first + 32)) for kind, version, _, _, first in KEYS}


def lp(item: bytes) -> bytes:
    return len(item).to_bytes(4, "big") + item


def derive(key: bytes, *info: bytes, keyring: bytes = KEYRING) -> bytes:
    return HKDF(SHA256(), 32, keyring, b"".join(map(lp, info))).derive(key)


def xaes(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """XAES-256-GCM through CMAC itself; piiguard computes the same through single AES blocks."""
    halves = []
    for counter in (1, 2):
        mac = cmac.CMAC(AES(key))
        mac.update(bytes([0, counter]) + b"X\0" + nonce[:12])
        halves.append(mac.finalize())
    return AESGCM(b"".join(halves)).encrypt(nonce[12:], plaintext, aad)


def envelope(
    plaintext: bytes,
    *,
    context: str = "students.iin",
    code: int = 1,
    version: int = 1,
    key_id: int | None = None,
    suite: int = 1,
    keyring: bytes = KEYRING,
    nonce: bytes = NONCE,
) -> bytes:
    if key_id is None:
        key_id = next(i for kind, v, i, _, _ in KEYS if (kind, v) == ("data", version))
    header = bytes([0xF9, suite]) + key_id.to_bytes(4, "big")
    key = derive(ROOT["data", version], b"piiguard/1 data", bytes([1]), context.encode(), keyring=keyring)
    aad = header + lp(keyring) + lp(context.encode()) + lp(bytes([code]))
    return header + nonce + xaes(key, nonce, plaintext, aad)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def case(
    name: str,
    value: bytes | str,
    expect: str,
    plaintext: bytes = b"",
    context: str = "students.iin",
    code: int = 1,
) -> dict[str, Any]:
    shown = {"text": value} if isinstance(value, str) else {"envelope": value.hex()}
    return {
        "name": name,
        "context": context,
        "type": code,
        **shown,
        "expect": expect,
        "plaintext": plaintext.hex(),
    }


def good() -> list[dict[str, Any]]:
    """Values that open."""
    iin = b"050312300017"
    cases = [case("the worked example", envelope(iin), "value", iin)]
    for length in (0, 1, 15, 16, 17, 4096):
        data = (iin * 342)[:length]
        cases.append(case(f"{length} bytes", envelope(data), "value", data))
    for name, text in (
        ("Cyrillic", "Сынақов Үлгі Әліұлы"),
        ("Kazakh Latin", "Synaqov Úlgi"),
        ("outside the BMP", "𐰴𐰀𐰔"),
    ):
        cases.append(case(name, envelope(text.encode()), "value", text.encode()))
    for code in range(1, 15):
        cases.append(case(f"type {code:02x}", envelope(b"\x01", code=code), "value", b"\x01", code=code))
    for name, data in (("F9 first", b"\xf9\x01abc"), ("pg1. first", b"pg1.-QEK")):
        cases.append(case(f"plaintext with {name}", envelope(data, code=2), "value", data, code=2))
    for name, context in (("empty", ""), ("Kazakh", "оқушылар.жсн"), ("65535 bytes", "x" * 65535)):
        cases.append(case(f"context {name}", envelope(iin, context=context), "value", iin, context=context))
    for version, state in ((2, "staged"), (3, "decrypt-only")):
        cases.append(case(f"a {state} key", envelope(iin, version=version), "value", iin))
    cases.append(case("nonce of zeros", envelope(iin, nonce=bytes(24)), "value", iin))
    text = "pg1." + b64(envelope(iin))
    return [
        *cases,
        case("text form", text, "value", iin),
        case("padded", envelope(iin + b"\xff" * 20), "value", iin + b"\xff" * 20),
    ]


def bad() -> list[dict[str, Any]]:
    """Values that do not."""
    iin = b"050312300017"
    sound = envelope(iin)
    text = "pg1." + b64(sound)
    return [
        case("plaintext", iin, "NotEncrypted"),
        case("nothing", b"", "NotEncrypted"),
        case("Cyrillic plaintext", "Сынақов".encode(), "NotEncrypted"),
        case("the magic alone", b"\xf9", "EnvelopeError"),
        case("truncated to 45 bytes", sound[:45], "EnvelopeError"),
        case("suite 00", envelope(iin, suite=0), "EnvelopeError"),
        case("suite 02", envelope(iin, suite=2), "EnvelopeError"),
        case("unknown key id", envelope(iin, key_id=0x7F7F7F7F), "KeyVersionNotFound"),
        case("key id zero", envelope(iin, key_id=0), "KeyVersionNotFound"),
        case("retired key", envelope(iin, version=4), "KeyVersionRetired"),
        case("destroyed key", envelope(iin, version=5), "KeyVersionDestroyed"),
        case("id of an index key", envelope(iin, key_id=0x01020304), "KeyringError"),
        case("moved to another context", sound, "DecryptionError", context="staff.iin"),
        case("moved to another type", sound, "DecryptionError", code=2),
        case("of another keyring", envelope(iin, keyring=OTHER_KEYRING), "DecryptionError"),
        case(
            "under the bytes of another key", envelope(iin, version=3, key_id=0x0A0B0C0D), "DecryptionError"
        ),
        case("one byte short", sound[:-1], "DecryptionError"),
        case("one byte more", sound + b"\0", "DecryptionError"),
        case("no ciphertext but a tag", sound[:30] + bytes(16), "DecryptionError"),
        case(
            "context and type run together",
            envelope(iin, context="students.iin\x00\x00\x00\x01\x01"),
            "DecryptionError",
        ),
        case("text: plaintext", "050312300017", "NotEncrypted"),
        case("text: other prefix", "pg2" + text[3:], "NotEncrypted"),
        case("text: prefix alone", "pg1.", "NotEncrypted"),
        case("text: padded base64", text + "=", "EnvelopeError"),
        case("text: other alphabet", text[:10] + "+" + text[11:], "EnvelopeError"),
        case("text: spare bits in the last character", text[:-1] + chr(ord(text[-1]) + 1), "EnvelopeError"),
        case("text: blank at the end", text + " ", "EnvelopeError"),
        case("text: one character short", text[:-1], "EnvelopeError"),
    ]


INDEXED = [
    ("exact", "Сынақов", "Сынақов"),
    ("digits", "0503 1230 0017", "050312300017"),
    ("phone", "8 (701) 123-45-67", "+77011234567"),
    ("email", " Ulgi@Example.KZ", "ulgi@example.kz"),
    ("name", "СЫНАҚОВ-Үлгі", "сынақов үлгі"),
    ("upper", "n12345678", "N12345678"),
    ("last4", "4000 0000 0000 1234", "1234"),
    ("domain", "ulgi@example.kz", "example.kz"),
    ("year", "12.03.1905", "1905"),
    ("prefix:3", "Сынақов", "сын"),
]


def indexes() -> list[dict[str, Any]]:
    found = []
    for normalizer, value, normal in INDEXED:
        hashes = []
        for version in (1, 2):
            label = f"{normalizer}/1".encode()
            key = derive(ROOT["index", version], b"piiguard/1 index", b"students.iin", b"iin_index", label)
            digest = hmac.new(key, normal.encode(), hashlib.sha256).digest()[:14]
            hashes.append((version.to_bytes(2, "big") + digest).hex())
        found.append({"normalizer": normalizer, "value": value, "candidates": hashes})
    return found


# normalizer, type, what is indexed as JSON can spell it, what is hashed; None: it has no index; an empty text: refused
SECOND: list[tuple[str, str, Any, str | None]] = [
    ("digits/2", "string", "0503 1230 0017", "050312300017"),
    ("digits/2", "string", "05\u066012", ""),
    ("digits/2", "string", "---", None),
    ("digits/2", "integer", 50312300017, "50312300017"),
    ("phone/2", "string", "8 (701) 123-45-67", "+77011234567"),
    ("phone/2", "string", "+8 701 123 45 67", "+77011234567"),
    ("phone/2", "string", "+7 701 123 45 67 доб. 12", "+77011234567"),
    ("phone/2", "string", "810 44 20 7946 0000", "+442079460000"),
    ("phone/2", "string", "+84 95 123 4567", "+84951234567"),
    ("email/2", "string", " Ulgi@Example.KZ", "ulgi@example.kz"),
    ("email/2", "string", "stra\u00dfe@example.kz", "stra\u00dfe@example.kz"),
    ("email/2", "string", "a@xn--80akhbyknj4f", "a@испытание"),
    ("name/2", "string", "АЛЁНА\u200b О\u2019Коннор", "алена о'коннор"),
    ("name/2", "string", "Сынақов-Үлгі", "сынақов үлгі"),
    ("exact/2", "string", "Сынақов ", "Сынақов "),
    ("exact/2", "decimal", "1.100", "1.1"),
    ("exact/2", "decimal", "-0.00", "0"),
    ("exact/2", "decimal", "1.2E+3", "1200"),
    ("exact/2", "integer", -7, "-7"),
    ("exact/2", "float", -0.0, "0"),
    ("exact/2", "float", 0.1, "0.1"),
    ("exact/2", "boolean", True, "True"),
    ("exact/2", "date", "1905-03-12", "1905-03-12"),
    ("exact/2", "time", "12:30:01", "12:30:01"),
    ("exact/2", "datetime", "1905-03-12T12:30:01", "1905-03-12 12:30:01"),
    ("exact/2", "datetime_tz", "1905-03-12T12:30:01+05:00", "1905-03-12 07:30:01+00:00"),
    ("exact/2", "uuid", "00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff"),
    ("exact/2", "enum", "red", "red"),
    ("exact/2", "json", {"a": 1}, ""),
    ("exact/1", "integer", 7, "7"),
    ("exact/1", "decimal", "1.100", "1.100"),
    ("exact/1", "boolean", False, "False"),
    ("exact/1", "date", "1905-03-12", "1905-03-12"),
    ("exact/1", "datetime", "1905-03-12T12:30:01", "1905-03-12 12:30:01"),
    ("exact/1", "enum", "red", "red"),
    ("year/1", "date", "1905-03-12", "1905"),
]


def second() -> list[dict[str, Any]]:
    found = []
    for label, kind, value, normal in SECOND:
        key = derive(ROOT["index", 1], b"piiguard/1 index", b"t.v", b"v_index", label.encode())
        digest = hmac.new(key, (normal or "").encode(), hashlib.sha256).digest()[:14]
        index = "refused" if normal == "" else (b"\0\1" + digest).hex() if normal else None
        found.append({"normalizer": label, "type": kind, "value": value, "index": index})
    return found


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sealed(key: bytes, plaintext: bytes, aad: bytes) -> str:
    return b64(NONCE + xaes(key, NONCE, plaintext, aad))


def keyring() -> dict[str, Any]:
    wrap_aad = lp(b"piiguard/1 wrap") + lp(KEYRING)
    header = {
        "format": "piiguard.keyring/1",
        "id": "00112233-4455-6677-8899-aabbccddeeff",
        "generation": 7,
        "keys": [
            {"version": v, "kind": kind, "id": i, "state": state, "created": CREATED}
            for kind, v, i, state, _ in KEYS
        ],
        "recipients": [
            {
                "provider": "env",
                "name": "PIIGUARD_VECTOR_KEY",
                "wrapped": sealed(derive(WRAPPING, b"piiguard/1 wrap"), FILE_KEY, wrap_aad),
            }
        ],
        "later": {"members": ["of", "newer", "versions", "are", "kept"]},
    }
    secrets = {f"{kind}/{v}": b64(ROOT[kind, v]) for kind, v, _, state, _ in KEYS if state != "destroyed"}
    secrets["audit"] = b64(bytes(32))
    body = sealed(derive(FILE_KEY, b"piiguard/1 keyring body"), canonical(secrets), canonical(header))
    return {**header, "body": body}


def main(folder: Path) -> None:
    for name, content in (
        ("v1/keyring.json", keyring()),
        ("v1/envelopes.json", good() + bad()),
        ("v1/indexes.json", indexes()),
        ("v2/indexes.json", second()),
    ):
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
