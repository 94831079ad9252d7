"""A zero ends a string of C and of SQLite's functions; it hides nothing of what stands behind it, in texts, in bytes, beside files."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.detect.encodings import text_of
from piiguard.manifest import Manifest
from piiguard.read.relation import MOST
from piiguard.redact.files.literal import literal
from piiguard.scan import Options, ScanReport, scan_database
from piiguard.scan.targets import scan_target
from piiguard.subjects import Identifier, erase_subject, find_subject
from tests.hostile import files

IIN = files.iin(7)
NOTE = f"принят, ИИН {IIN}"
ASKED = [Identifier.of("iin", IIN)]
MANIFEST = Manifest.parse('[[subjects]]\ntable = "t"\nkey = "id"\nidentifiers = ["iin"]\nerase = "delete"\n')
ONLY = Options(entities=("KZ_IIN",))
HIDDEN = {
    "behind": f"x\0 {NOTE}",
    "first": f"\0{NOTE}",
    "padded": f"{NOTE}\0\0\0",
    "bytes": f"x\0{NOTE}".encode(),
    "padded bytes": NOTE.encode() + bytes(48),
    "bytes of cp1251": f"x\0{NOTE}\0 принят\0".encode("cp1251"),
    "beside a number": b"\0\0\xf1\x95\0\x12" + NOTE.encode() + b"\0\xff",
    "padded UTF-16": NOTE.encode("utf-16-le") + bytes(36),
}


def made(path: Path, *cells: object, first: str = "") -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(first or "select 1")
        connection.execute("create table t (id integer primary key, note text)")
        connection.executemany("insert into t (note) values (?)", [(cell,) for cell in cells])
        connection.commit()
    return f"sqlite:///{path}"


def matched(report: ScanReport) -> dict[str, int]:
    return {finding.entity: finding.matched for finding in report.findings}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le"])
@pytest.mark.parametrize("cell", HIDDEN.values(), ids=HIDDEN)
def test_a_scan_sees_what_a_zero_stands_beside(tmp_path: Path, cell: object, encoding: str) -> None:
    report = scan_database(made(tmp_path / "n.db", cell, first=f"pragma encoding = '{encoding}'"), ONLY)
    assert matched(report) == {"KZ_IIN": 1}
    assert report.complete


def test_a_long_text_is_read_up_to_the_limit_and_named_whether_it_holds_a_zero_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST, "any", 1000)
    for number, zero in enumerate(("", "\0")):
        report = scan_database(made(tmp_path / f"{number}.db", f"{zero}{NOTE} {'ы' * MOST['any']}"), ONLY)
        assert matched(report) == {"KZ_IIN": 1}
        assert [error.place for error in report.errors] == ["t.note"]


@pytest.mark.parametrize("cell", HIDDEN.values(), ids=HIDDEN)
def test_a_person_behind_a_zero_is_found_and_erased(tmp_path: Path, cell: object) -> None:
    url = made(tmp_path / "n.db", cell, "x\0 somebody else")
    found = find_subject(url, ASKED, manifest=MANIFEST)
    assert [(place.column, place.row_keys) for place in found.places] == [("note", ("1",))]
    erase_subject(url, ASKED, manifest=MANIFEST)
    with closing(sqlite3.connect(tmp_path / "n.db")) as connection:
        assert [row[0] for row in connection.execute("select id from t")] == [2]


def test_random_bytes_with_zeros_are_no_text() -> None:
    chance = random.Random(20)
    taken = 0
    for _ in range(20_000):
        value = bytearray(chance.randbytes(chance.randrange(16, 80)))
        value[chance.randrange(len(value))] = 0
        taken += text_of(bytes(value)) is not None
    assert taken <= 20  # one in a thousand


def test_bytes_that_are_text_between_zeros_come_out_of_a_redaction_as_they_were_beside_it() -> None:
    for cell in HIDDEN.values():
        if isinstance(cell, bytes):
            found = literal(f"\\\\x{cell.hex()}", 0, escapes=True)
            assert found is not None
            assert IIN in found.says
            assert found.write([]) == f"\\\\x{cell.hex()}"


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("named", ["folder", "glob"])
def test_a_text_that_is_called_like_a_side_file_is_read(tmp_path: Path, end: str, named: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    made(folder / "x.db", "nothing")
    (folder / f"x.db{end}").write_text(f"{NOTE}\n", encoding="utf-8")
    os.utime(folder / f"x.db{end}", (0, 0))  # nobody waits for the end of an old journal
    report = scan_target(str(folder if named == "folder" else folder / "*"), ONLY)
    assert matched(report) == {"KZ_IIN": 1}


def test_what_sqlite_wrote_beside_a_database_belongs_to_it(tmp_path: Path) -> None:
    files.with_log(tmp_path / "x.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.db", "x.db-shm", "x.db-wal"]
    report = scan_target(str(tmp_path), ONLY)
    assert report.complete
    assert [target.kind for target in report.targets] == ["database"]


def test_an_index_of_words_without_its_texts_is_named(tmp_path: Path) -> None:
    url = made(tmp_path / "n.db", "x")
    with closing(sqlite3.connect(tmp_path / "n.db")) as connection:
        connection.execute("create virtual table held using fts5(note)")
        connection.execute("create virtual table bare using fts5(note, content = '')")
        connection.execute("insert into bare (rowid, note) values (1, ?)", (NOTE,))
        connection.commit()
    assert [error.place for error in scan_database(url, ONLY).errors] == ["bare"]
    assert ("bare", "its words") in {
        (one.place, one.reason[:9]) for one in find_subject(url, ASKED, manifest=MANIFEST).unread
    }


def test_a_server_pads_bytes_with_zeros(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table t (id int primary key, note binary(60), word text)")
        connection.execute(
            sa.text("insert into t values (1, :note, 'x'), (2, 'x', :word)"),
            {"note": NOTE.encode(), "word": f"x\0{NOTE}"},
        )
    engine.dispose()
    report = scan_database(mariadb_url, ONLY)
    assert {finding.place: finding.matched for finding in report.findings} == {"t.note": 1, "t.word": 1}
    places = find_subject(mariadb_url, ASKED, manifest=MANIFEST).places
    assert {place.column: place.row_keys for place in places} == {"note": ("1",), "word": ("2",)}


def test_large_objects_are_named(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    assert scan_database(postgresql_url, ONLY).complete
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.lo_from_bytea(0, NOTE.encode())))
    engine.dispose()
    report = scan_database(postgresql_url, ONLY)
    assert not report.complete
    assert [(error.place, error.message) for error in report.errors] == [
        ("pg_largeobject", "1 large object is not searched")
    ]
