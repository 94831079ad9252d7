"""A column that looks like a reference and is none by the catalogue is said: silence would read as "there is nothing"."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from piiguard.subjects import find_subject
from piiguard.subjects.identifiers import Identifier
from tests.subjects.schools import ASAN


@pytest.mark.parametrize(
    ("parent", "column"),
    [
        ("students", "student_id"),
        ("students", "StudentID"),
        ("people", "person_id"),
        ("people", "people_id"),
        ("companies", "company_id"),
    ],
)
@pytest.mark.parametrize("declared", [False, True])
def test_a_reference_without_a_foreign_key_is_told(
    sqlite_url: str, parent: str, column: str, declared: bool
) -> None:
    key = f"references {parent} (id)" if declared else ""
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table {parent} (id integer primary key, iin varchar(12))")
        connection.exec_driver_sql(
            f"create table payments (id integer primary key, {column} integer {key}, room_id integer)"
        )
        connection.exec_driver_sql(f"insert into {parent} values (1, '{ASAN['iin']}')")
    engine.dispose()
    report = find_subject(sqlite_url, [Identifier.of("iin", ASAN["iin"])])
    told = [(one["place"], one["table"]) for one in report.to_dict()["undeclared"]]
    assert told == ([] if declared else [(f"payments.{column}", parent)])
