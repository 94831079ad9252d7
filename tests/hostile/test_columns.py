"""A column costs itself alone: one that may not be read, or has a name that others cannot spell, hides no other."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from piiguard.scan import Match, Options, ScanReport, scan_database

from . import schemas
from .files import iin

ODD = ["a`b", 'a"b', "a]b", "[b]", "50% off", "%s", "%(x)s", ":name", "a:b", "a::text", "?", "$1", "a.b", "a'b", "a\\b",
       "select", "A b", "--x", "/*x*/", "ә", "a;b", "{x}"]  # fmt: skip
EVERYTHING = Options(sample=None, entities=("KZ_IIN",))


def found(report: ScanReport) -> set[tuple[str | None, str | None]]:
    return {(finding.table, finding.column) for finding in report.findings}


def unread(report: ScanReport) -> dict[str, str]:
    return {error.place: error.message for error in report.errors}


def made(url: str, table: str, columns: list[str], key: str | None = None) -> None:
    """A table of numbers, written by quoting of its own."""
    engine = schemas.plain_engine(url)
    mark = "`" if engine.dialect.name == "mysql" else '"'

    def quoted(name: str) -> str:
        return mark + name.replace(mark, mark * 2) + mark

    with engine.begin() as connection:
        wanted = [f"{quoted(name)} varchar(12)" for name in columns]
        wanted = [*([f"{quoted(key)} integer primary key"] if key else []), *wanted]

        def run(statement: str) -> None:
            connection.exec_driver_sql(
                statement.replace("%", "%%") if engine.dialect.name != "sqlite" else statement
            )

        run(f"create table {quoted(table)} ({', '.join(wanted)})")
        for number in range(40):
            values = [*([str(number)] if key else []), *(f"'{iin(number)}'" for _ in columns)]
            run(f"insert into {quoted(table)} values ({', '.join(values)})")
    engine.dispose()


@pytest.mark.parametrize(("sample", "jobs"), [(None, 1), (10, 2)])
def test_columns_and_tables_of_any_name_are_read(
    any_database_url: str, sample: int | None, jobs: int
) -> None:
    made(any_database_url, "t", ODD, key='k`:%s"]')
    for name in ODD:
        made(any_database_url, f"t {name}", ["iin"], key=name)
    report = scan_database(any_database_url, Options(sample=sample, entities=("KZ_IIN",), jobs=jobs))
    assert report.errors == ()
    assert found(report) == {("t", name) for name in ODD} | {(f"t {name}", "iin") for name in ODD}


def test_single_matches_of_such_columns_are_listed(any_database_url: str) -> None:
    made(any_database_url, "t", ODD, key='k`:%s"]')
    matches: list[Match] = []
    report = scan_database(any_database_url, EVERYTHING, sink=matches.append)
    assert report.errors == ()
    assert {(match.column, match.row) for match in matches} == {
        (name, str(n)) for name in ODD for n in range(40)
    }


@pytest.fixture
def account(database_url: str) -> Iterator[str]:
    """The name of an account that may do nothing yet."""
    name = f"piiguard_c_{uuid.uuid4().hex[:8]}"
    maria = sa.make_url(database_url).drivername.startswith("mysql")
    schemas.run(
        database_url, f"create user '{name}'@'%' identified by 'x'" if maria else f"create role {name} login"
    )
    yield name
    schemas.run(
        database_url,
        *([f"drop user '{name}'@'%'"] if maria else [f"drop owned by {name}", f"drop role {name}"]),
    )


def scanned(url: str, account: str) -> ScanReport:
    own = sa.make_url(url).set(username=account, password="x").render_as_string(hide_password=False)
    return scan_database(own, EVERYTHING)


def grant(url: str, account: str, what: str, table: str) -> None:
    maria = sa.make_url(url).drivername.startswith("mysql")
    schemas.run(url, f"grant {what} on {table} to {repr(account) + '@' + repr('%') if maria else account}")


@pytest.mark.parametrize("hidden", ["a", "b", "c"])
def test_a_column_that_may_not_be_read_is_named_and_the_others_are_read(
    database_url: str, account: str, hidden: str
) -> None:
    made(database_url, "people", ["a", "b", "c"], key="id")
    made(database_url, "others", ["iin"])
    allowed = [name for name in ("id", "a", "b", "c") if name != hidden]
    grant(database_url, account, f"select ({', '.join(allowed)})", "people")
    grant(database_url, account, "select", "others")
    report = scanned(database_url, account)
    assert found(report) == {("people", name) for name in allowed if name != "id"} | {("others", "iin")}
    assert set(unread(report)) == {"people"}
    assert not report.complete
    # MariaDB does not even name it to this account: its position is told, or that it is behind the others
    position = {"a": ("a", "position 2"), "b": ("b", "position 3"), "c": ("c", "behind position 3")}[hidden]
    said = unread(report)["people"].removeprefix("permission denied for ")
    assert said == position[0] or position[1] in said


def test_a_column_that_may_only_be_written_is_named(database_url: str, account: str) -> None:
    made(database_url, "people", ["a", "b"], key="id")
    grant(database_url, account, "select (id, a), insert (b)", "people")
    report = scanned(database_url, account)
    assert found(report) == {("people", "a")}
    assert unread(report) == {"people": "permission denied for b"}


def test_a_key_that_may_not_be_read_costs_no_other_column(database_url: str, account: str) -> None:
    made(database_url, "people", ["a", "b"], key="id")
    grant(database_url, account, "select (a, b)", "people")
    report = scanned(database_url, account)
    assert found(report) == {("people", "a"), ("people", "b")}


def test_a_table_of_which_no_column_may_be_read_is_named(database_url: str, account: str) -> None:
    made(database_url, "people", ["a", "b"], key="id")
    made(database_url, "others", ["iin"])
    grant(database_url, account, "insert", "people")
    grant(database_url, account, "select", "others")
    report = scanned(database_url, account)
    assert found(report) == {("others", "iin")}
    assert set(unread(report)) == {"people"}
