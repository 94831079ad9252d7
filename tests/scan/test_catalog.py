"""Everything that can be read is listed once, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.read.catalog import relations
from piiguard.scan import Options, ScanReport, scan_database

PHONES = ", ".join(f"('+7 701 000 00 {n:02}')" for n in range(20))
OPTIONS = Options(entities=("KZ_PHONE", "KZ_IIN"))


@pytest.fixture
def engine(any_database_url: str) -> Iterator[sa.Engine]:
    engine = database.open_engine(any_database_url)
    yield engine
    engine.dispose()


def execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def places(report: ScanReport) -> list[str]:
    assert report.complete, report.errors
    return sorted(f.place for f in report.findings)


def only(engine: sa.Engine, dialect: str) -> None:
    if engine.dialect.name != dialect:
        pytest.skip(f"of {dialect} alone")


def test_views_are_read(engine: sa.Engine) -> None:
    execute(engine, "create table t (phone varchar(40))", f"insert into t values {PHONES}",
            "create view v as select phone as contact from t")  # fmt: skip
    assert places(scan_database(engine, OPTIONS)) == ["t.phone", "v.contact"]


def test_odd_names_are_quoted(engine: sa.Engine) -> None:
    quote = engine.dialect.identifier_preparer.quote
    table, column = (
        quote('Клиенты "2026"' if engine.dialect.name != "mysql" else "Клиенты 2026"),
        quote("тел: %s (моб)"),
    )
    execute(engine, f"create table {table} ({column.replace('%', '%%')} varchar(40))")
    execute(engine, f"insert into {table} values {PHONES}")
    assert len(places(scan_database(engine, OPTIONS))) == 1


def test_an_empty_database_is_complete(engine: sa.Engine) -> None:
    report = scan_database(engine, OPTIONS)
    assert (report.complete, report.findings, report.targets[0].tables) == (True, (), 0)


def test_nulls_and_blanks_do_not_count(engine: sa.Engine) -> None:
    execute(
        engine, "create table t (phone varchar(40))", f"insert into t values {PHONES}, (null), (''), ('  ')"
    )
    (finding,) = scan_database(engine, OPTIONS).findings
    assert (finding.matched, finding.examined) == (20, 20)


def test_partitions_count_once(engine: sa.Engine) -> None:
    only(engine, "postgresql")
    execute(engine, "create table p (id int, phone text) partition by range (id)",
            "create table p1 partition of p for values from (0) to (10)",
            "create table p2 partition of p for values from (10) to (100)",
            f"insert into p select row_number() over (), x from (values {PHONES}) v(x)")  # fmt: skip
    assert places(scan_database(engine, OPTIONS)) == ["p.phone"]


def test_tables_that_inherit_count_once(engine: sa.Engine) -> None:
    only(engine, "postgresql")
    execute(engine, "create table parent (id serial primary key, phone text)",
            "create table child (extra text) inherits (parent)",
            f"insert into parent (phone) select x from (values {PHONES}) v(x)",
            f"insert into child (phone) select x from (values {PHONES}, {PHONES}) v(x)",
            "analyze parent", "analyze child")  # fmt: skip
    for options in (OPTIONS, Options(entities=OPTIONS.entities, sample=15)):
        report = scan_database(engine, options)
        found = {f.place: f.examined for f in report.findings}
        assert found.keys() == {"parent.phone", "child.phone"}
        assert found["parent.phone"] <= 20
        assert report.targets[0].rows_read == sum(found.values())


def test_the_first_rows_of_a_view_are_no_sample_and_that_is_said(engine: sa.Engine) -> None:
    execute(engine, "create table t (phone varchar(40))", f"insert into t values {PHONES}",
            "create view v as select phone as contact from t")  # fmt: skip
    report = scan_database(engine, Options(entities=("KZ_PHONE",), tables=("v",), sample=12))
    assert [(note.place, note.message) for note in report.notes] == [
        ("v", "only its first 12 rows were read, not a sample: this view offers none")
    ]
    assert report.complete
    assert not scan_database(engine, Options(entities=("KZ_PHONE",), tables=("v",))).notes


def test_other_schemas_and_materialized_views_are_read(engine: sa.Engine) -> None:
    only(engine, "postgresql")
    execute(engine, 'create schema "Old CRM"', 'create table "Old CRM".t (phone text)',
            f'insert into "Old CRM".t values {PHONES}',
            'create materialized view m as select phone from "Old CRM".t')  # fmt: skip
    assert places(scan_database(engine, OPTIONS)) == ["Old CRM.t.phone", "m.phone"]


def test_arrays_bytes_enums_domains_and_json_of_postgresql(engine: sa.Engine) -> None:
    only(engine, "postgresql")
    execute(
        engine,
        "create extension if not exists hstore",
        "create type mood as enum ('+7 701 123 45 67', '+7 701 123 45 68', '+7 701 123 45 69', '+7 701 123 45 70')",
        "create domain tel as text",
        "create table t (phones text[], raw bytea, mood mood, tel tel, doc jsonb, h hstore, n numeric(12,0), "
        "day date, span daterange, ip inet, u uuid, flag bool)",
        f"insert into t select array[x, x], convert_to(x, 'UTF8'), '+7 701 123 45 67', x, "
        f"jsonb_build_object('tel', x), hstore('phone', x), 87010000000 + row_number() over () from (values {PHONES}) v(x)",
    )
    found = places(scan_database(engine, Options(entities=("KZ_PHONE",), min_confidence="low")))
    assert set(found) >= {"t.phones $[*]", "t.raw", "t.mood", "t.tel", "t.doc $.tel", "t.h", "t.n"}


def test_a_comment_tells_what_a_column_holds(engine: sa.Engine) -> None:
    only(engine, "postgresql")
    execute(engine, "create table t (f1 text, f2 text)", "insert into t values ('7011234567', '7011234567')",
            "insert into t values ('7011234568', '7011234568'), ('7011234569', '7011234569')",
            "comment on column t.f2 is 'мобильный телефон клиента'")  # fmt: skip
    assert places(scan_database(engine, OPTIONS)) == ["t.f2"]


def test_tables_with_system_versioning_are_listed_and_their_history_is_named(engine: sa.Engine) -> None:
    only(engine, "mysql")
    execute(
        engine, "create table t (phone varchar(40)) with system versioning", f"insert into t values {PHONES}"
    )
    report = scan_database(engine, OPTIONS)
    assert [finding.place for finding in report.findings] == ["t.phone"]
    assert ["its history is not searched" in error.message for error in report.errors] == [True]


def test_sqlite_reads_what_its_types_do_not_promise(engine: sa.Engine) -> None:
    only(engine, "sqlite")
    execute(engine, "create table t (a integer, b blob, c) ", "create table w (phone text primary key) without rowid",
            f"insert into w values {PHONES}",
            f"insert into t select column1, cast(column1 as blob), column1 from (values {PHONES})",
            "insert into t values (x'ff00', x'ff', cast(x'd2e5eb' as text))")  # fmt: skip
    assert places(scan_database(engine, OPTIONS)) == ["t.a", "t.b", "t.c", "w.phone"]


def test_a_table_without_columns_or_rows_is_no_failure(engine: sa.Engine) -> None:
    execute(engine, "create table t (id integer primary key)")
    report = scan_database(engine, OPTIONS)
    assert (report.complete, report.targets[0].tables) == (True, 1)


def test_integer_keys_can_be_cut_into_ranges(engine: sa.Engine) -> None:
    execute(engine, "create table t (id integer primary key, phone varchar(40))")
    with engine.connect() as connection:
        (relation,) = relations(connection)
    assert relation.key in ("id", "rowid")
