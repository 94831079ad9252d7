"""Values under a key are found in columns that no manifest names."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.protect.census.finder import Findings, find
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal

from .conftest import IIN, NOTE, PHONE, People


@pytest.fixture
def protected(people: People) -> People:
    people.fill(20)
    for item in (IIN, PHONE, NOTE):
        encrypt(people.job(), item)
    return people


def version(people: People, kind: str = "data", number: int = 1) -> Any:
    return next(v for v in people.keyring.versions if (v.kind, v.version) == (kind, number))


def look(people: People, *items: Any, kind: str = "data", number: int = 1) -> Findings:
    return find(people.engine, version(people, kind, number), people.keyring.versions, items)


def test_nothing_is_left_when_the_manifest_names_all(protected: People) -> None:
    assert look(protected, IIN, PHONE, NOTE).rows == {}
    assert look(protected, IIN, PHONE, NOTE, kind="index").rows == {}


def test_columns_outside_the_manifest_are_found_in_both_forms(protected: People) -> None:
    assert look(protected, IIN).rows == {"people.phone": 18, "people.note": 20}
    protected.promote()
    list(rotate(protected.job(), [IIN, PHONE, NOTE]))
    assert look(protected, IIN).rows == {}
    assert look(protected, IIN, number=2).rows == {"people.phone": 18, "people.note": 20}


def test_other_tables_are_searched(protected: People) -> None:
    binary = {"postgresql": "bytea", "mysql": "longblob"}.get(protected.engine.dialect.name, "blob")
    with protected.engine.begin() as connection:
        connection.exec_driver_sql(f"create table old (id integer primary key, copy {binary}, words text)")
        table = reflect(connection, "old")
        seal = Seal(protected.keyring, IIN)
        connection.execute(
            table.insert(), [{"id": n, "copy": seal.encrypt("1"), "words": "pg1."} for n in (1, 2)]
        )
    assert look(protected, IIN, PHONE, NOTE).rows == {"old.copy": 2}


def test_an_index_that_the_manifest_does_not_name_is_found(protected: People) -> None:
    unnamed = type(PHONE)("people", "phone", "people.phone")
    assert look(protected, IIN, unnamed, NOTE, kind="index").rows == {"people.phone_index": 18}
    assert look(protected, IIN, unnamed, NOTE, kind="index", number=1).unread == []


def test_other_bytes_of_the_same_length_are_no_index(protected: People) -> None:
    binary = {"postgresql": "bytea", "mysql": "binary(16)"}.get(protected.engine.dialect.name, "blob")
    with protected.engine.begin() as connection:
        connection.exec_driver_sql(f"create table things (id integer primary key, uid {binary})")
        rows = [{"id": 1, "uid": bytes([0, 1] * 8)}, {"id": 2, "uid": bytes(range(7, 23))}]
        connection.execute(reflect(connection, "things").insert(), rows)
    assert look(protected, IIN, PHONE, NOTE, kind="index").rows == {}


def test_a_table_that_cannot_be_read_is_named(protected: People, postgresql_url: str) -> None:
    if protected.engine.dialect.name != "postgresql":
        pytest.skip("one server shows it")
    with protected.engine.begin() as connection:
        connection.exec_driver_sql("drop role if exists piiguard_blind")
        connection.exec_driver_sql("create role piiguard_blind login")
        connection.exec_driver_sql("create table secret (id integer primary key, t text)")
    try:
        engine = sa.create_engine(protected.engine.url.set(username="piiguard_blind"), poolclass=sa.NullPool)
        found = find(engine, version(protected), protected.keyring.versions, [IIN])
        assert found.unread == ["people", "secret"]
    finally:
        with protected.engine.begin() as connection:
            connection.exec_driver_sql("drop role piiguard_blind")
