"""Rows are found by composite keys, texts, UUIDs and dates, and in partitioned tables."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches.pace import Pace
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.tables import Key, dump_key, load_key, reflect
from piiguard.protect.seal import Seal, key_id
from piiguard.protect.watch import Watch

from .conftest import People

ITEM = ProtectedColumn("visits", "note", "visits.note")
ROWS = 70


def small(stop_after: int | None = None) -> Pace:
    batches = iter(range(10_000))
    pace = Pace(stop=(lambda: next(batches) >= stop_after) if stop_after is not None else lambda: False)
    pace.size = 8
    return pace


@pytest.mark.parametrize(
    ("columns", "make"),
    [
        (
            "town varchar(20) not null, number integer not null, primary key (town, number)",
            lambda n: {"town": f"қала {n % 5}", "number": n},
        ),
        ("code varchar(20) not null primary key", lambda n: {"code": f"ә{n * 7919 % 1000:03}"}),
        (
            "day date not null primary key",
            lambda n: {"day": datetime.date(1905, 1, 1) + datetime.timedelta(days=n)},
        ),
    ],
    ids=["composite", "text", "date"],
)
def test_every_kind_of_key_is_walked_and_gone_on_from(
    people: People, columns: str, make: Callable[[int], dict[str, object]]
) -> None:
    with people.engine.begin() as connection:
        first, *rest = columns.split(", primary key")
        tail = f", primary key{rest[0]}" if rest else ""
        connection.exec_driver_sql(f"create table visits ({first}, note varchar(60){tail})")
        table = reflect(connection, "visits")
        connection.execute(table.insert(), [{**make(n), "note": f"жазба {n}"} for n in range(ROWS)])
    encrypt(people.job(), ITEM)
    people.promote()
    list(rotate(Job(people.engine, people.keyring, small(4)), [ITEM]))
    list(rotate(Job(people.engine, people.keyring, small()), [ITEM]))
    seal = Seal(people.keyring, ITEM)
    with people.engine.connect() as connection:
        stored = connection.scalars(sa.select(reflect(connection, "visits").c.note)).all()
    assert sorted(map(seal.decrypt, stored)) == sorted(f"жазба {n}" for n in range(ROWS))
    assert {people.keyring.version_of(value).version for value in stored} == {2}


UNUSUAL = {
    "postgresql": {
        "text collate": ('code text collate "C"', ["Б", "а", "z"], ""),
        "char collate": ('code varchar(9) collate "C"', ["b", "B", "a"], ""),
        "enum": ("code mood", ["sad", "happy", "calm"], "create type mood as enum ('sad', 'happy', 'calm')"),
        "domain": ("code short", ["b", "a"], "create domain short as text check (length(value) < 9)"),
        "domain of a domain": ("code b", ["b", "a"], "create domain a as varchar(9); create domain b as a"),
        "moment": (
            "code timestamptz",
            ["infinity", "-infinity", "1905-01-01 00:00:00+05", "0044-03-15 00:00:00+00 BC"],
            "",
        ),
        "day": ("code date", ["infinity", "1905-01-01", "0044-03-15 BC"], ""),
        "interval": ("code interval", ["1 mon", "3 days"], ""),
        "address": ("code inet", ["10.0.0.1", "::1"], ""),
        "truth": ("code boolean", ["true", "false"], ""),
        "number": ("code numeric", ["1.10", "NaN", "1e30"], ""),
    },
    "mysql": {
        "enum": ("code enum('sad', 'happy', 'calm')", ["sad", "happy", "calm"], ""),
        "text collate": ("code varchar(9) collate utf8mb4_bin", ["b", "B", "a"], ""),
        "moment": ("code datetime(6)", ["1905-01-01 00:00:00.000001", "9999-12-31"], ""),
        "truth": ("code boolean", ["1", "0"], ""),
        "set": ("code set('a', 'b')", ["a,b", "b", ""], ""),
        "single": ("code float", ["0.1", "0.2", "16777217"], ""),
        "double": ("code double", ["0.1", "0.30000000000000004"], ""),
        "hours": ("code time", ["-25:00:00", "838:59:59", "01:00:00"], ""),
    },
    "sqlite": {
        "day": ("code date", ["12.03.1905", "1905-03-12"], ""),
        "moment": ("code datetime", ["yesterday", "1905-03-12 00:00:00"], ""),
        "truth": ("code boolean", ["1", "7"], ""),
        "number": ("code numeric", ["1.5", "2"], ""),
    },
}


@pytest.mark.parametrize("kind", sorted({name for found in UNUSUAL.values() for name in found}))
def test_a_key_of_any_type_is_walked(people: People, kind: str) -> None:
    if kind not in UNUSUAL[people.engine.dialect.name]:
        return
    column, values, before = UNUSUAL[people.engine.dialect.name][kind]
    with people.engine.begin() as connection:
        if before:
            connection.exec_driver_sql(before)
        connection.exec_driver_sql(f"create table visits ({column} not null primary key, note varchar(60))")
        for value in values:
            connection.exec_driver_sql(f"insert into visits values ('{value}', 'жазба')")
    pace = Pace()
    pace.size = 1
    encrypt(people.job(pace), ITEM)
    people.promote()
    list(rotate(people.job(pace), [ITEM]))
    seal = Seal(people.keyring, ITEM)
    with people.engine.connect() as connection:
        stored = connection.exec_driver_sql("select note from visits").scalars().all()
    assert [seal.decrypt(value) for value in stored] == ["жазба"] * len(values)
    assert {key_id(value) for value in stored} == {people.keyring.primary("data").id}


@pytest.mark.parametrize("key", ["code text primary key", "code text, part text, primary key (code, part)"])
def test_rows_whose_key_is_null_are_told_before_anything_is_written(sqlite_people: People, key: str) -> None:
    with sqlite_people.engine.begin() as connection:
        connection.exec_driver_sql(f"create table visits (note varchar(60), {key})")
        connection.exec_driver_sql("insert into visits (note) values ('жазба'), ('жазба')")
        before = connection.exec_driver_sql("select name from sqlite_master").all()
    with pytest.raises(JobError, match="NULL in their primary key"):
        encrypt(sqlite_people.job(), ITEM)
    with sqlite_people.engine.connect() as connection:
        assert connection.exec_driver_sql("select name from sqlite_master").all() == before


def test_the_column_itself_is_no_key_of_its_rows(people: People) -> None:
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create table visits (note varchar(60) not null unique, town varchar(9))")
    with pytest.raises(JobError, match="no primary key"):
        encrypt(people.job(), replace(ITEM, index="note_index", normalizer="exact"))


def test_a_partitioned_table_is_one_table(make_people: Callable[[str], People], postgresql_url: str) -> None:
    people = make_people(postgresql_url)
    with people.engine.begin() as connection:
        for statement in (
            "create table visits (id integer not null, note varchar(60), primary key (id)) partition by range (id)",
            "create table visits_a partition of visits for values from (0) to (40)",
            "create table visits_b partition of visits for values from (40) to (100)",
        ):
            connection.exec_driver_sql(statement)
        table = reflect(connection, "visits")
        connection.execute(table.insert(), [{"id": n, "note": f"жазба {n}"} for n in range(ROWS)])
    encrypt(people.job(), ITEM)
    people.promote()
    (outcome,) = rotate(people.job(workers=2), [ITEM])
    assert (outcome.tally.changed, outcome.left) == (ROWS, 0)


def test_a_table_of_another_schema_is_named_with_it(
    make_people: Callable[[str], People], postgresql_url: str
) -> None:
    people = make_people(postgresql_url)
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create schema crm")
        connection.exec_driver_sql(
            "create table crm.visits (id integer primary key, note varchar(60) not null)"
        )
        connection.exec_driver_sql("insert into crm.visits values (1, 'жазба')")
    item = ProtectedColumn("crm.visits", "note", "crm.visits.note", index="note_index", normalizer="exact")
    encrypt(people.job(), item)
    people.promote()
    (outcome,) = rotate(people.job(), [item])
    assert (outcome.tally.changed, outcome.left) == (1, 0)


def test_awkward_names_are_quoted(people: People) -> None:
    quote = people.engine.dialect.identifier_preparer.quote
    table, column = quote("Order"), quote("e mail")
    with people.engine.begin() as connection:
        connection.exec_driver_sql(
            f"create table {table} (id integer not null primary key, {column} varchar(60))"
        )
        connection.exec_driver_sql(f"insert into {table} values (1, 'a@example.kz')")
    item = ProtectedColumn("Order", "e mail", "order.email", index="e mail index", normalizer="email")
    assert encrypt(people.job(), item).tally.changed == 1
    people.promote()
    assert [outcome.left for outcome in rotate(people.job(), [item])] == [0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.Integer(), 5),
        (sa.String(), "ә"),
        (sa.LargeBinary(), b"\x00\xf9"),
        (sa.Uuid(), uuid.UUID(int=7)),
        (sa.Date(), datetime.date(1905, 3, 12)),
        (sa.DateTime(), datetime.datetime(1999, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_a_checkpoint_keeps_the_type_of_its_key(kind: sa.types.TypeEngine[object], value: object) -> None:
    column: sa.Column[object] = sa.Column("k", kind)
    assert load_key(dump_key((value,)), Key((column,))) == (value,)


def test_watching_is_silent_by_default() -> None:
    watch = Watch()
    watch.begin("rotate", "t", ("c",), 1)
    watch.step(Tally(1))
    watch.note("triggers", "t")


def test_a_cast_that_the_owner_of_a_type_has_made_is_never_run(
    make_people: Callable[[str], People], postgresql_url: str
) -> None:
    people = make_people(postgresql_url)
    with people.engine.begin() as connection:
        for statement in (
            "create type public.mood as enum ('sad', 'happy')",
            "create function public.told(public.mood) returns text language plpgsql as 'begin raise exception ''run''; end'",
            "create function public.made(text) returns public.mood language plpgsql as 'begin raise exception ''run''; end'",
            "create cast (public.mood as text) with function public.told(public.mood)",
            "create cast (text as public.mood) with function public.made(text)",
            "create table public.visits (code public.mood primary key, note varchar(60))",
            "insert into public.visits values ('sad', 'жазба'), ('happy', 'жазба')",
        ):
            connection.exec_driver_sql(statement)
    encrypt(people.job(small()), ITEM)
    with people.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(note) from public.visits").scalar() == 2
