"""Hashes of what can be guessed are no protection, and the plaintext beside them proves it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa

from piiguard.scan import Finding, Options, hashes, scan_database
from piiguard.scan.observe import Observer
from piiguard.scan.protection import findings_of

PHONES = [f"+7 701 {n // 100:03} {n % 100:02} 17" for n in range(60)]
MAILS = [f"User{n}@example.kz" for n in range(60)]


def iins(make: Callable[[], str]) -> list[str]:
    return [make() for _ in range(60)]


def table(observer: Observer, **columns: Sequence[object]) -> dict[str, Finding]:
    partials = observer.observe("id", list(range(60)))
    for name, values in columns.items():
        observer.observe(name, values, partials)
    hashes.prove(columns, partials)
    return {str(f.column): f for f in findings_of("db", "t", partials)}


def as_hex(name: str, text: str) -> object:
    return hashlib.new(name, text.encode()).hexdigest()


def as_capitals(name: str, text: str) -> object:
    return hashlib.new(name, text.encode()).hexdigest().upper()


def as_bytes(name: str, text: str) -> object:
    return hashlib.new(name, text.encode()).digest()


SPELLINGS: list[tuple[str, str, Callable[[str], str]]] = [
    ("iin", "KZ_IIN", str),
    ("phone", "KZ_PHONE", str),
    ("phone", "KZ_PHONE", lambda text: text.replace(" ", "")),
    ("phone", "KZ_PHONE", lambda text: text.replace(" ", "").removeprefix("+")),
    ("phone", "KZ_PHONE", lambda text: "8" + text.replace(" ", "").removeprefix("+7")),
    ("email", "EMAIL_ADDRESS", str.lower),
]


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("stored", [as_hex, as_capitals, as_bytes])
@pytest.mark.parametrize(("column", "entity", "spelling"), SPELLINGS)
def test_the_plaintext_beside_a_hash_proves_that_there_was_no_key(
    observer: Observer, iin: Callable[[], str], name: str, stored: Callable[[str, str], object],
    column: str, entity: str, spelling: Callable[[str], str],
) -> None:  # fmt: skip
    plain = {"iin": iins(iin), "phone": PHONES, "email": MAILS}[column]
    found = table(observer, h1=[stored(name, spelling(text)) for text in plain], **{column: plain})
    finding = found["h1"]
    assert (finding.entity, finding.confidence, finding.protection) == (entity, "high", "none")
    assert f"of {column} in the same row" in finding.reason
    assert finding.masked == ""


@pytest.mark.parametrize("stored", [as_hex, as_bytes])
@pytest.mark.parametrize(
    ("column", "told"), [("iin", "7.3e8"), ("phone", "2e8"), ("email", "known addresses")]
)
def test_a_hash_in_a_column_that_says_of_what_is_reported_with_its_reason(
    observer: Observer, iin: Callable[[], str], stored: Callable[[str, str], object], column: str, told: str
) -> None:
    plain = {"iin": iins(iin), "phone": PHONES, "email": MAILS}[column]
    for algorithm, shown in (("md5", "MD5"), ("sha1", "SHA-1"), ("sha256", "SHA-256")):
        finding = table(observer, **{f"{column}_hash": [stored(algorithm, text) for text in plain]})[
            f"{column}_hash"
        ]
        assert (finding.protection, finding.confidence) == ("none", "medium")
        assert told in finding.reason
        assert shown in finding.reason


def test_a_keyed_hash_beside_its_plaintext_proves_nothing(observer: Observer, iin: Callable[[], str]) -> None:
    plain = iins(iin)
    keyed: list[object] = [hmac.digest(b"key", text.encode(), "sha256") for text in plain]
    assert "h1" not in table(observer, iin=list(plain), h1=keyed)
    assert "iin_hmac" not in table(observer, iin=list(plain), iin_hmac=keyed)


def test_a_column_that_calls_itself_keyed_is_not_believed_against_a_proof(
    observer: Observer, iin: Callable[[], str]
) -> None:
    plain = iins(iin)
    found = table(observer, iin=list(plain), iin_hmac=[as_bytes("sha256", text) for text in plain])
    assert "in the same row" in found["iin_hmac"].reason


def test_ciphertext_as_long_as_a_hash_is_what_its_name_says(
    observer: Observer, iin: Callable[[], str]
) -> None:
    values = [as_bytes("sha256", "key" + text) for text in iins(iin)]
    assert table(observer, iin_enc=list(values))["iin_enc"].protection == "encrypted"


def test_parts_of_a_table_prove_what_the_whole_proves(observer: Observer, iin: Callable[[], str]) -> None:
    from piiguard.scan.statistics import merge_partials

    plain = iins(iin)
    parts = []
    for start in range(0, 60, 20):
        own = plain[start : start + 20]
        part = observer.observe("iin", own)
        observer.observe("h1", [as_hex("sha1", text) for text in own], part)
        hashes.prove({"iin": own, "h1": [as_hex("sha1", text) for text in own]}, part)
        parts.append(part)
    found = {f.column: f for f in findings_of("db", "t", merge_partials(parts))}
    assert found["h1"].confidence == "high"


def test_hashes_are_proven_in_real_databases(any_engine: sa.Engine, iin: Callable[[], str]) -> None:
    people = sa.Table(
        "people", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("number", sa.BigInteger),
        sa.Column("a", sa.String(64)), sa.Column("b", sa.LargeBinary(32)),
    )  # fmt: skip
    people.create(any_engine)
    rows = [
        {"number": int(text), "a": as_hex("md5", text), "b": as_bytes("sha256", text)} for text in iins(iin)
    ]
    with any_engine.begin() as connection:
        connection.execute(people.insert(), rows)
    found = {f.column: f.reason for f in scan_database(any_engine, Options(entities=("KZ_IIN",))).findings}
    assert found.keys() == {"number", "a", "b"}
    assert "MD5 of number" in found["a"]
    assert "SHA-256 of number" in found["b"]
