"""The tables of our own jobs are left, and nothing else is that only bears their name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from piiguard.database.own import OWN
from piiguard.protect import state
from piiguard.protect.schema import residue
from piiguard.scan import Options, scan_database
from piiguard.subjects.restricted import rows

OPTIONS = Options(entities=("KZ_PHONE", "KZ_IIN"))
TABLES = [state.jobs, state.state, residue._residues, rows._table]


def test_what_the_scanner_knows_of_them_is_what_the_jobs_make() -> None:
    assert {table.name: frozenset(table.columns.keys()) for table in TABLES} == OWN


def test_they_are_named_and_not_read(any_engine: sa.Engine) -> None:
    with any_engine.begin() as connection:
        for table in TABLES:
            table.create(connection)
        connection.execute(
            state.state.insert(), [{"name": f"+7 701 000 00 {n:02}", "keyring_id": "x", "generation": 1, "updated": "x"} for n in range(40)]
        )  # fmt: skip
    report = scan_database(any_engine, OPTIONS)
    assert report.complete
    assert not report.findings
    assert {note.place for note in report.notes} == set(OWN)
    assert report.targets[0].rows_read == 0


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_table_that_only_bears_the_name_is_read(sqlite_engine: sa.Engine, name: str) -> None:
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql(f"create table {name} (name text, updated text, phone text)")
        for n in range(40):
            connection.exec_driver_sql(f"insert into {name} values ('a', 'b', '+7 701 000 00 {n:02}')")
    assert [f.column for f in scan_database(sqlite_engine, OPTIONS).findings] == ["phone"]
