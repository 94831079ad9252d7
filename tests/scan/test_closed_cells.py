"""Documents, pictures and packed data in cells: nobody looks into them, so nobody calls them clean."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import random
import zlib

import pytest
import sqlalchemy as sa

from piiguard.database import open_reader
from piiguard.keys import Keyring
from piiguard.scan import Options, ScanReport, scan_database

TEXT = "ИИН 050312300015, Сынақов Үлгі".encode()
NOISE = random.Random(1).randbytes(400)
CLOSED = {
    "a PDF document": b"%PDF-1.7\n" + NOISE,
    "an image": b"\xff\xd8\xff\xe0" + NOISE,
    "an Office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE,
    "an archive, or an Office document": b"PK\x03\x04" + NOISE,
    "packed data": gzip.compress(TEXT),
}


def scanned(url: str, cells: list[bytes]) -> ScanReport:
    engine = sa.create_engine(url)
    kind = "bytea" if engine.dialect.name == "postgresql" else "blob"
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"create table files (id integer primary key, body {kind}, name varchar(9))"
        )
        insert = sa.text("insert into files values (:id, :body, 'x')")
        connection.execute(insert, [{"id": number, "body": cell} for number, cell in enumerate(cells)])
    engine.dispose()
    reader = open_reader(url)
    report = scan_database(reader, Options())
    reader.dispose()
    return report


@pytest.mark.parametrize("kind", CLOSED)
def test_one_closed_value_among_a_thousand_is_named(any_database_url: str, kind: str) -> None:
    report = scanned(any_database_url, [*[b"text"] * 1000, CLOSED[kind]])
    (gap,) = report.unread
    assert gap.place.endswith("files.body")
    assert gap.reason == f"values that are not taken apart: {kind} (1)"


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, gzip.compress])
def test_whatever_packs_it_is_named(sqlite_url: str, pack: object) -> None:
    report = scanned(sqlite_url, [pack(TEXT * 40) for _ in range(3)])  # type: ignore[operator]
    assert [gap.reason for gap in report.unread] == ["values that are not taken apart: packed data (3)"]


def test_hashes_ciphertext_and_random_bytes_are_no_documents(sqlite_url: str, keyring: Keyring) -> None:
    column, dice = keyring.column("files.body", 1), random.Random(2)
    cells = [hashlib.sha256(str(n).encode()).digest() for n in range(3000)]
    cells += [dice.randbytes(dice.randint(8, 80)) for _ in range(3000)]
    cells += [column.encrypt(TEXT) for _ in range(50)] + [zlib.crc32(TEXT).to_bytes(4, "big")]
    assert scanned(sqlite_url, cells).unread == ()
