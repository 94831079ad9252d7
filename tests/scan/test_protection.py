"""What is protected, half protected, or only looks so."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Sequence

import pytest

from piiguard.keys.envelope import to_text
from piiguard.manifest import Manifest, ProtectedColumn
from piiguard.scan import Finding, Options
from piiguard.scan.engines import make_observer
from piiguard.scan.observe import Observer
from piiguard.scan.protection import findings_of

DICE = random.Random(2)


def findings(
    observer: Observer, column: str, values: Sequence[object], manifest: Manifest | None = None
) -> list[Finding]:
    return findings_of("db", "t", observer.observe(column, values), manifest=manifest)


def envelope() -> bytes:
    return bytes.fromhex("f901a1b2c3d4") + DICE.randbytes(52)


def fernet() -> str:
    return base64.urlsafe_b64encode(b"\x80\x00\x00\x00\x00" + DICE.randbytes(84)).decode()


@pytest.mark.parametrize(
    ("tool", "make"),
    [
        ("piiguard", lambda: envelope()),
        ("piiguard", lambda: to_text(envelope())),
        ("Fernet", lambda: fernet()),
        ("Vault", lambda: "vault:v1:" + base64.b64encode(DICE.randbytes(40)).decode()),
        ("PGP", lambda: b"\xc3\x0d\x04\x07\x03\x02" + DICE.randbytes(60)),
        ("PGP", lambda: "-----BEGIN PGP MESSAGE-----\n\n" + base64.b64encode(DICE.randbytes(60)).decode()),
        ("OpenSSL", lambda: b"Salted__" + b"\xff" + DICE.randbytes(40)),
        ("a tool that leaves no mark", lambda: b"\xff" + DICE.randbytes(44)),
        ("a tool that leaves no mark", lambda: base64.b64encode(b"\xfb" + DICE.randbytes(44)).decode()),
    ],
)
def test_ciphertext_counts_as_encrypted(observer: Observer, tool: str, make: Callable[[], object]) -> None:
    (finding,) = findings(observer, "iin_enc", [make() for _ in range(20)])
    assert (finding.entity, finding.protection, finding.matched) == ("KZ_IIN", "encrypted", 20)
    assert tool in finding.reason


@pytest.mark.parametrize("text", [False, True])
def test_tink_is_known_by_the_key_ids_that_all_values_share(observer: Observer, text: bool) -> None:
    keys = [b"\x01\x47\x02\x99\xf3", b"\x01\x11\xc4\x08\x52"]
    values = [keys[n % 2] + DICE.randbytes(40) for n in range(40)]
    shown: list[object] = [base64.b64encode(value).decode() for value in values] if text else list(values)
    (finding,) = findings(observer, "f7", shown)
    assert (finding.entity, finding.protection, finding.matched) == ("UNKNOWN", "encrypted", 40)
    assert "Tink" in finding.reason


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b"\x01" + DICE.randbytes(44),  # a version byte, and no key id
        lambda n: b"\x01\x00\x00\x00\x07" + bytes([n]) * 12 + b"\x00" * 30,  # a header, and nothing random
        lambda n: (
            (b"\x01\x47\x02\x99\xf3" if n else b"\xff") + DICE.randbytes(44)
        ),  # one of them begins otherwise
    ],
)
def test_bytes_that_only_begin_with_01_are_not_taken_for_tink(
    observer: Observer, make: Callable[[int], object]
) -> None:
    assert findings(observer, "f7", [make(n) for n in range(40)]) == []


def test_bytes_without_a_mark_count_only_where_the_name_says_so(observer: Observer) -> None:
    assert findings(observer, "thumbnail", [b"\xff" + DICE.randbytes(44) for _ in range(20)]) == []


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_a_hash_of_an_iin_is_no_protection(observer: Observer, iin: Callable[[], str], name: str) -> None:
    hashes = [hashlib.new(name, iin().encode()).hexdigest() for _ in range(20)]
    (finding,) = findings(observer, "iin_hash", hashes)
    assert (finding.entity, finding.protection, finding.confidence) == ("KZ_IIN", "none", "medium")
    assert "without a key" in finding.reason
    assert findings(observer, "iin_hmac", hashes) == []
    assert findings(observer, "commit", hashes) == []


def test_a_column_under_way_says_how_many_rows_are_plain(observer: Observer, iin: Callable[[], str]) -> None:
    values: list[object] = [envelope() for _ in range(30)] + [iin() for _ in range(12)]
    (finding,) = findings(observer, "iin", values)
    assert (finding.protection, finding.plain_rows, finding.examined) == ("partial", 12, 42)
    assert "12 of 42" in finding.reason


def test_plaintext_where_the_manifest_says_encrypted(observer: Observer) -> None:
    manifest = Manifest((ProtectedColumn("t", "code", "t.code", index="code_index", normalizer="exact"),))
    (finding,) = findings(observer, "code", ["alpha", "beta"], manifest)
    assert (finding.entity, finding.protection, finding.plain_rows) == ("UNKNOWN", "none", 2)
    assert findings(observer, "code_index", [DICE.randbytes(16) for _ in range(9)], manifest) == []


def test_dates_beside_a_document_are_its_dates(observer: Observer) -> None:
    partials = observer.observe("doc_number", [f"0{n:08}" for n in range(30)])
    observer.observe("doc_issued_at", [f"2015-03-{n % 28 + 1:02}" for n in range(30)], partials)
    found = {f.entity: f.confidence for f in findings_of("db", "t", partials)}
    assert found == {"KZ_ID_CARD": "high", "KZ_DOCUMENT_DATE": "high"}


def test_only_what_was_asked_for_is_found(iin: Callable[[], str]) -> None:
    observer = make_observer(Options(entities=("KZ_IIN",)))
    partials = observer.observe(
        "full_name", ["Сынақов Үлгі Мысалұлы", "Үлгіқызы Дана", "Мысалова Айгүл"] * 20
    )
    observer.observe("phone", ["нет", "да", "?"] * 20, partials)
    observer.observe("iin", [iin() for _ in range(60)], partials)
    found = findings_of("db", "t", partials, min_confidence="low", entities=("KZ_IIN",))
    assert [(f.column, f.entity) for f in found] == [("iin", "KZ_IIN")]
