"""What a database says when a query fails repeats values: none of it reaches a message, an exception, a log or a frame."""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.errors import PiiguardError
from piiguard.scan import Options, ScanReport, scan_database

from . import schemas
from .files import iin

IIN = iin(77)
TABLE = ["create table people (id integer primary key, iin varchar(12), born varchar(40))",
         f"insert into people values (1, '{IIN}', '{IIN}')"]  # fmt: skip
FAILING = {
    "postgresql": [
        "create table good (iin varchar(12))",
        *(f"insert into good values ('{iin(n)}')" for n in range(30)),
        "create view v_integer as select (iin || 'x')::integer from people",
        "create view v_date as select iin::date from people",
        "create view v_json as select iin::json -> 'a' from people",
        "create view v_division as select 1 / (id - 1) as iin from people",
        "create view v_uuid as select iin::uuid from people",
        ("create function told(text) returns text language plpgsql as $$ begin raise notice 'row %', $1;"
        " raise warning 'row %', $1; raise exception 'row %', $1 using detail = $1, hint = $1; end $$"),
        "create view v_raised as select told(iin) as iin from people",
        ("create function noticed(text) returns text language plpgsql as $$ begin raise notice 'row %', $1;"
        " raise warning 'row %', $1; return 'x'; end $$"),
        "create view v_noticed as select noticed(iin) as iin from people",
        "create table dates (passport_issued date, at timestamp, iin varchar(12))",
        f"insert into dates values ('0044-03-15 BC', 'infinity', '{IIN}')",
        "create view v_subquery as select (select iin from people union all select iin from good limit 2) as iin",
    ],
    "mysql": [
        "create table good (iin varchar(12))",
        *(f"insert into good values ('{iin(n)}')" for n in range(30)),
        ("create function told(x varchar(12)) returns varchar(12) deterministic begin"
        " signal sqlstate '45000' set message_text = x; return x; end"),
        "create view v_raised as select told(iin) as iin from people",
        "create view v_json as select json_extract(iin, concat('$', iin)) as iin from people",
        "create view v_xml as select extractvalue(concat('<', iin), iin) as iin from people",
        "create view v_number as select exp(iin) as iin from people",
        "create view v_number2 as select cast(iin as unsigned) * 99999999999 * 99999999999 as iin from people",
        "create view v_date as select cast(iin as date) as iin, iin + interval 1 day as b from people",
        "create view v_subquery as select (select iin from good) as iin",
        "set session sql_mode = ''",
        "create table dates (passport_issued date, at datetime, iin varchar(12))",
        f"insert into dates values ('0000-00-00', '2020-00-00', '{IIN}')",
    ],
    "sqlite": [
        "create table good (iin text)",
        *(f"insert into good values ('{iin(n)}')" for n in range(30)),
        "create view v_json as select json_extract(iin || '{', '$.a') as iin from people",
        "create view v_path as select json_extract('{}', iin) as iin from people",
        "create view v_abs as select abs(-9223372036854775808) as iin, iin as b from people",
        "create view v_like as select iin like iin escape iin as x from people",
        "create view v_match as select iin match iin as x from people",
        "create view v_regexp as select iin regexp iin as x from people",
        "create view v_printf as select printf('%.2147483647d', iin) as x from people",
        "create table types (iin integer, born date, at timestamp, amount decimal, b blob)",
        f"insert into types values ('{IIN} x', '{IIN}', '{IIN}', 'x{IIN}', x'ff')",
        f"insert into types values (cast(x'ff303530' as text), '{IIN}', '{IIN}', '{IIN}', '{IIN}')",
    ],
}  # fmt: skip


def shown(error: BaseException) -> str:
    """All that a handler may make of an exception: its chain with what is suppressed, and the variables of frames."""
    parts, waiting, seen = list[str](), [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [e for e in (each.__cause__, each.__context__, *getattr(each, "exceptions", ())) if e]
        parts += [
            repr(each),
            str(each),
            repr(each.__dict__),
            repr(each.args),
            *getattr(each, "__notes__", ()),
        ]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if frame.f_code.co_filename != __file__:
                parts.append(repr(frame.f_locals))
    return "\n".join(parts)


class Everything(logging.Handler):
    """Every record of every logger, with its arguments and its exception."""

    def __init__(self) -> None:
        super().__init__(0)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said += [record.getMessage(), repr(record.args)]
        if record.exc_info and record.exc_info[1]:
            self.said.append(shown(record.exc_info[1]))


@pytest.fixture
def everything() -> Iterator[Everything]:
    handler, loggers = (
        Everything(),
        [logging.getLogger(name) for name in ("", "sqlalchemy", "psycopg", "piiguard")],
    )
    before, engines = [logger.level for logger in loggers], logging.getLogger("sqlalchemy.engine.Engine")
    handlers = list(engines.handlers)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    yield handler
    loggers[0].removeHandler(handler)
    engines.handlers[:] = handlers  # an engine that echoes leaves one
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def failing_url(any_database_url: str) -> str:
    kind = sa.make_url(any_database_url).get_backend_name()
    schemas.run(any_database_url, *TABLE)
    for statement in FAILING[kind]:
        with suppress(sa.exc.DBAPIError):  # another version of the server may refuse one of them
            schemas.run(any_database_url, statement)
    return any_database_url


def held(text: str) -> bool:
    return any(iin(n) in text for n in (*range(30), 77))


@pytest.mark.parametrize("opened", ["url", "our engine", "own engine", "echoing engine"])
def test_a_scan_repeats_nothing_that_a_server_says(
    failing_url: str, opened: str, everything: Everything, capfd: pytest.CaptureFixture[str]
) -> None:
    echo = {"echo": "debug"} if opened == "echoing engine" else {}
    target: str | sa.Engine = failing_url
    if opened == "our engine":
        target = database.open_engine(failing_url)
    elif opened != "url":
        target = sa.create_engine(failing_url, hide_parameters=False, poolclass=sa.NullPool, **echo)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        report = scan_database(target, Options(sample=None, entities=("KZ_IIN", "KZ_DOCUMENT_DATE")))
    if isinstance(target, sa.Engine):
        target.dispose()
    assert {finding.table for finding in report.findings} >= {"good"}
    assert report.errors
    assert not held(repr(report.errors) + repr(report.notes))
    assert [text[:200] for text in everything.said if held(text)] == []
    assert not held("\n".join(str(each.message) for each in warned))
    said = capfd.readouterr()
    assert [line[:200] for line in (said.out + said.err).splitlines() if held(line)] == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_repeats_nothing_either(
    failing_url: str, jobs: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for format in ("json", "ndjson", "table"):
        code = run(
            ["scan", failing_url, "--full", "--entities", "KZ_IIN", "--format", format, "--jobs", jobs]
        )
        said = capfd.readouterr()
        assert code == 4
        assert not held(said.out + said.err)
        if format == "json":
            assert json.loads(said.out)["errors"]


@pytest.mark.parametrize("statement", [
    "select cast(iin || 'x' as integer) / 0, no_such_column from people where iin = '{iin}'",
    "select no_such_function('{iin}')",
    "select * from \"{iin}\"",
])  # fmt: skip
def test_an_exception_that_leaves_a_scan_holds_no_statement_of_the_server(
    any_database_url: str, statement: str, everything: Everything
) -> None:
    """A server that fails while the tables are listed, with a value in its message."""
    schemas.run(any_database_url, *TABLE)
    engine = database.open_engine(any_database_url)

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def other(
        _connection: object, _cursor: object, given: str, parameters: object, _context: object, _many: bool
    ) -> tuple[str, object]:
        if any(word in given for word in ("sqlite_master", "pg_class", "information_schema.tables")):
            return statement.format(iin=IIN).replace("%", "%%"), ()
        return given, parameters

    def scan() -> ScanReport:
        return scan_database(engine, Options(sample=None))

    with pytest.raises(PiiguardError) as caught:
        scan()
    engine.dispose()
    assert not held(shown(caught.value))
