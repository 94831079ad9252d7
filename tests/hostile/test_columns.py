"""A column costs itself alone: one that may not be read, or has a name that others cannot spell, hides no other."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.read.part import Counters, Lines, LineTally, Part
from piiguard.scan import Match, Options, ScanReport, scan_database
from piiguard.scan.statistics import Statistics

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


ROOM = 100
MANY = 150


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer paths are told apart than in earnest, so that a test need not write ten thousand."""
    for module in ("read.part", "read.records", "scan.texts"):
        monkeypatch.setattr(f"piiguard.{module}.MOST_PATHS", ROOM)


def as_lines(path: Path, members: dict[str, str]) -> None:
    path.with_suffix(".log").write_text("".join(f"{json.dumps({k: v})}\n" for k, v in members.items()))


def as_elements(path: Path, members: dict[str, str]) -> None:
    path.with_suffix(".json").write_text(json.dumps([{k: v} for k, v in members.items()]))


def as_places(path: Path, members: dict[str, str]) -> None:
    path.with_suffix(".json").write_text(json.dumps({k: [{"a": v}] for k, v in members.items()}))


def as_one_cell(path: Path, members: dict[str, str]) -> None:
    with closing(sqlite3.connect(path.with_suffix(".db"))) as connection, connection:
        connection.execute("create table t (j text)")
        connection.execute("insert into t values (?)", (json.dumps(members),))


def as_cells(path: Path, members: dict[str, str]) -> None:
    with closing(sqlite3.connect(path.with_suffix(".db"))) as connection, connection:
        connection.execute("create table t (j text)")
        connection.executemany(
            "insert into t values (?)", ((json.dumps({k: v}),) for k, v in members.items())
        )


@pytest.mark.parametrize("write", [as_lines, as_elements, as_places, as_one_cell, as_cells])
def test_json_of_more_paths_than_are_told_apart_is_searched_to_its_end_and_named(
    tmp_path: Path, narrow: None, write: Callable[[Path, dict[str, str]], None]
) -> None:
    members = {f"k{number}": f"u{number}@example.kz" for number in range(MANY)}
    write(tmp_path / "many", members | {"last": f"ИИН {iin(1)}"})
    options = ("--full", "--format", "json", "-o", str(tmp_path / "report"))
    assert run(["scan", *map(str, tmp_path.glob("many.*")), *options]) == 4
    report = json.loads((tmp_path / "report").read_text())
    assert ["more than 10,000 JSON paths" in error["message"] for error in report["errors"]] == [True]
    assert len(report["findings"]) <= ROOM + 2
    assert [f["path"].rpartition("..")[2] for f in report["findings"] if f["entity"] == "KZ_IIN"] == ["*"]


def test_json_of_as_many_paths_as_are_told_apart_is_read_whole(tmp_path: Path, narrow: None) -> None:
    as_cells(tmp_path / "some", {f"k{number}": "x" for number in range(ROOM - 2)} | {"last": iin(1)})
    assert run(["scan", str(tmp_path / "some.db"), "--full", "--format", "json"]) in (0, 3)


def test_parts_that_are_merged_have_no_more_places_than_one(narrow: None) -> None:
    whole = Part()
    for number in range(30):
        lines = Lines(number, tallies={(f"$.k{number}.{n}", "KZ_IIN"): LineTally(1) for n in range(10)})
        table: Counters = {("j", f"$.k{number}.{n}"): Statistics(1) for n in range(10)}
        whole.merge(Part(lines={number: lines}, columns={"": table}))
    assert whole.crowded
    assert len(whole.table()) == ROOM + 1
    assert sum(counted.examined for counted in whole.table().values()) == 300
    assert len(whole.text.tallies) == ROOM + 1
    assert sum(tally.count for tally in whole.text.tallies.values()) == 300
