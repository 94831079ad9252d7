"""What an SQLite schema says reaches nothing outside of its file, and no trigger of it runs while it is read."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.scan import Limits, Options, scan_database

from . import files
from .files import iin, state_of

OTHER = "attached.db"
OBJECTS = {
    "attach by a view": "create view v as select writefile('pwned', iin) as n from people",
    "extension": "create view v as select load_extension('./evil') as n, iin from people",
    "file": "create view v as select readfile('attached.db') as iin",
    "pages": "create view v as select data as iin from sqlite_dbpage",
    "tokenizer": "create view v as select fts3_tokenizer('simple', x'0000000000000000') as iin",
    "statements": "create view v as select sql as iin from sqlite_stmt",
    "csv": "create virtual table v using csv(filename='attached.db')",
    "full text": "create virtual table v using fts5(iin, content='people')",
    "vacuum": "create view v as select 1 as iin union all select sqlite_offset(iin) from people",
    "trigger": "create trigger v after insert on people begin delete from people; end",
    "generated": "create table v (a text, b generated always as (load_extension(a)) virtual)",
    "index": "create index v on people (abs(-9223372036854775808 + 0 * id))",
    "check": "create table v (a text check (length(randomblob(1000000000)) > 0))",
    "zeroblob": "create view v as select zeroblob(2000000000) as iin",
    "pragma": "create view v as select * from pragma_database_list",
    "series": "create view v as select value as iin from generate_series(1, 9223372036854775807)",
}  # fmt: skip


@pytest.mark.parametrize("called", OBJECTS)
def test_an_object_costs_itself_and_nothing_outside_is_touched(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    files.database(tmp_path / "x.db")
    files.database(tmp_path / OTHER, table="secret", first=500)
    with closing(sqlite3.connect("x.db")) as connection:
        with suppress(sqlite3.Error):  # not in this build
            connection.execute(OBJECTS[called])
        connection.commit()
        with suppress(sqlite3.Error):  # as if it had been made by another one
            connection.execute("pragma writable_schema = on")
            connection.execute(
                "insert or ignore into sqlite_master select 'view', 'v', 'v', 0, ? where not exists"
                " (select 1 from sqlite_master where name = 'v')",
                (OBJECTS[called],),
            ) if OBJECTS[called].startswith("create view") else None
            connection.commit()
    before = state_of(tmp_path)
    report = scan_database(
        f"sqlite:///{tmp_path / 'x.db'}",
        Options(sample=None, entities=("KZ_IIN",), limits=Limits(statement=2)),
    )
    assert "people" in {finding.table for finding in report.findings}
    assert {finding.table for finding in report.findings} <= {"people", "v"}
    assert iin(500) not in repr(report)
    assert run(["scan", "x.db", "--statement-timeout", "2", "--entities", "KZ_IIN"]) in (3, 4)
    assert "internal error" not in capfd.readouterr().err
    assert state_of(tmp_path) == before


COMPUTED = {
    "a column": ("alter table notes add iin text as (json_extract(doc, '$.iin'))", 0),
    "an arrow": ("create view iins as select doc ->> '$.iin' as iin from notes", 0),
    "an index": ("create index by_iin on notes (json_extract(doc, '$.iin'))", 0),
    "a view of each": ("create view iins as select each.value as iin from notes, json_each(notes.doc) as each", 0),
    "beside full-text search": ("alter table notes add iin text as (json_extract(doc, '$.iin')); create virtual table found using fts5(doc, content='notes')", 0),
    "beside a map": ("alter table notes add iin text as (doc ->> '$.iin'); create virtual table places using rtree(id, x0, x1)", 0),
    "beside other modules": ("alter table notes add iin text as (doc ->> '$.iin'); create virtual table words using fts3tokenize(simple)", 1),
    "and a search": ("create view iins as select json_extract(doc, '$.iin') as iin, fts3_tokenizer('simple') from notes", 1),
}  # fmt: skip


@pytest.mark.parametrize("called", COMPUTED)
def test_a_schema_that_computes_by_json_costs_nothing(
    called: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite's functions of JSON are not marked as innocuous: without trust the whole database was refused as damaged."""
    made, refused = COMPUTED[called]
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("create table notes (id integer primary key, doc text)")
        connection.executemany(
            "insert into notes (doc) values (?)", [(f'{{"iin": "{iin(n)}"}}',) for n in range(40)]
        )
        connection.executescript(made)
        connection.commit()
    code = run(["scan", f"sqlite:///{tmp_path / 'x.db'}", "--entities", "KZ_IIN"])
    said = capsys.readouterr()
    assert "damaged" not in said.err
    assert code == (4 if refused else 3), said.err
    assert "notes" in said.out
