"""What a stranger owns is read as data: his views, types and policies run nothing, and cost a line each at most."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run as piiguard
from piiguard.read.session import reader as reader_of
from piiguard.scan import Limits, Options, ScanReport, scan_database

from . import schemas

KNOWS_KINDS = "select count(*) from pg_settings where name = 'restrict_nonsystem_relation_kind'"
EVERYTHING = Options(sample=None)


@pytest.fixture
def people_url(postgresql_url: str) -> str:
    schemas.innocent(postgresql_url)
    return postgresql_url


@pytest.fixture
def mallory(people_url: str) -> Iterator[str]:
    """A stranger who has left a view, a policy, types and a cast."""
    with schemas.stranger(people_url) as role:
        made = [*schemas.shadows(str(sa.make_url(people_url).database)), *schemas.objects()]
        schemas.run_as(people_url, role, made)
        yield role


@pytest.fixture
def reader(people_url: str) -> Iterator[str]:
    """The URL of an account with the grants that docs/scanning.md lists, and no others."""
    name = f"piiguard_r_{uuid.uuid4().hex[:8]}"
    schemas.run(people_url, *schemas.documented("PostgreSQL", name, str(sa.make_url(people_url).database)))
    yield sa.make_url(people_url).set(username=name).render_as_string(hide_password=False)
    schemas.run(people_url, f"drop owned by {name} cascade", f"drop role {name}")


def found(report: ScanReport) -> set[tuple[str, str]]:
    return {(f"{f.table}.{f.column}", f.entity) for f in report.findings}


def unread(report: ScanReport) -> dict[str, str]:
    return {error.place: error.message for error in report.errors}


def scanned(url: str, options: Options = EVERYTHING) -> ScanReport:
    with schemas.canary(url):
        return scan_database(url, options)


def test_views_types_and_policies_of_a_stranger_run_nothing(people_url: str, mallory: str) -> None:
    report = scanned(people_url)
    assert ("people.iin", "KZ_IIN") in found(report)
    assert ("lair.typed.hidden", "KZ_IIN") in found(report)
    assert ("lair.named.hidden", "KZ_IIN") in found(report)
    views = {place: text for place, text in unread(report).items() if place.startswith("lair")}
    assert set(views) == {"lair.harmless", "lair.killer"}
    assert all(f"--views {mallory}" in text for text in views.values())
    assert not report.complete


def test_a_role_that_is_named_is_trusted(people_url: str) -> None:
    with schemas.stranger(people_url) as role:
        schemas.run(people_url, f"grant select on people to {role}")
        schemas.run_as(
            people_url, role, ["create view public.mine as select iin || '' as number from people"]
        )
        assert scanned(people_url).complete  # the table under it was read
        report = scanned(people_url, Options(sample=None, views=(role,)))
    assert ("mine.number", "KZ_IIN") in found(report)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("select iin from people", "told"),
        ("select iin from people union all select '' from people", "told"),
        ("select md5(iin) as iin from people where public.odd(id)", "unread"),
        ("select public.odd(1)::text as iin", "unread"),
        ("select '1' as iin", "unread"),
        ("select iin from public.mine_too", "told"),
    ],
)
def test_a_strangers_view_is_told_when_all_it_shows_was_read(people_url: str, query: str, seen: str) -> None:
    odd = "create function public.odd(integer) returns boolean language sql as 'select true'"
    with schemas.stranger(people_url) as role:
        schemas.run(people_url, f"grant select on people to {role}")
        own = [
            "create view public.mine_too as select iin from people",
            odd,
            f"create view public.mine as {query}",
        ]
        schemas.run_as(people_url, role, own)
        report = scanned(people_url)
    told = {note.place for note in report.notes}
    assert ("mine" in told, "mine" in unread(report)) == (seen == "told", seen == "unread")


def test_a_view_over_an_excluded_table_is_unread(people_url: str) -> None:
    with schemas.stranger(people_url) as role:
        schemas.run(people_url, f"grant select on people to {role}")
        schemas.run_as(people_url, role, ["create view public.mine as select iin from people"])
        report = scanned(people_url, Options(sample=None, exclude=("people",)))
    assert "mine" in unread(report)


def test_a_view_of_the_account_over_a_strangers_view_is_not_read(people_url: str, mallory: str) -> None:
    schemas.run(people_url, "create view nested as select iin from lair.harmless")
    report = scanned(people_url)
    assert f"--views {mallory}" in unread(report)["nested"]


def test_a_view_of_the_account_is_read(people_url: str) -> None:
    schemas.run(people_url, "create view good as select iin as number from people")
    assert ("good.number", "KZ_IIN") in found(scanned(people_url))


def test_a_foreign_table_is_read_when_its_owner_is_named(people_url: str, tmp_path: object) -> None:
    try:
        schemas.run(people_url, "create extension file_fdw")
    except sa.exc.DBAPIError:
        pytest.skip("file_fdw is not installed")
    schemas.run(
        people_url,
        "create server files foreign data wrapper file_fdw",
        "create foreign table far (line text) server files options (program 'echo 1')",
        "create table parts (iin varchar(12), n integer) partition by list (n)",
        "create table parts_1 partition of parts for values in (1)",
        "create foreign table parts_2 partition of parts for values in (2) server files options (program 'false')",
    )
    report = scanned(people_url)
    assert {place for place, text in unread(report).items() if "another server" in text} == {"far", "parts"}
    owner = str(sa.make_url(people_url).username)
    again = scanned(people_url, Options(sample=None, views=(owner,), exclude=("parts",)))
    assert again.complete


IMMUTABLE = "create function public.fixed{} returns boolean language {} immutable as $$ {} $$"
RUN = IMMUTABLE.format("(integer)", "plpgsql", "begin perform public.trap(); return true; end")
TABLE = "create table public.planned (id integer, iin varchar(12))"


@pytest.mark.parametrize(
    "made",
    [
        [RUN, TABLE, "create index on public.planned (id) where public.fixed(1)"],
        [RUN, TABLE, "create index on public.planned (public.fixed(1), id)"],
        [RUN, TABLE, "create statistics public.s on (public.fixed(1) and id = 1), id from public.planned"],
        [
            RUN,
            IMMUTABLE.format("_row(integer)", "sql", "select public.fixed(1) and $1 = 1"),
            TABLE,
            "create index on public.planned (public.fixed_row(id))",
        ],
        [
            RUN,
            IMMUTABLE.format(
                "_or(integer, boolean default public.fixed(1))", "plpgsql", "begin return $2; end"
            ),
            TABLE,
            "create index on public.planned (public.fixed_or(id))",
        ],
        [
            RUN,
            IMMUTABLE.format("_op(integer, integer)", "plpgsql", "begin return public.fixed(1); end"),
            "create operator public.### (function = public.fixed_op, leftarg = integer, rightarg = integer)",
            TABLE,
            "create index on public.planned (id) where 1 OPERATOR(public.###) 2",
        ],
        [
            RUN,
            f"{TABLE} partition by list (id)",
            "create table public.planned_1 partition of public.planned (check (public.fixed(1))) for values in (1)",
        ],
    ],
    ids=["predicate", "expression", "statistics", "inlined", "default", "operator", "partition"],
)
def test_what_the_planner_would_run_is_not_read(people_url: str, made: list[str]) -> None:
    with schemas.stranger(people_url) as role:
        trap = schemas.shadows(str(sa.make_url(people_url).database))[:1]
        schemas.run_as(people_url, role, [*trap, *made])
        report = scanned(people_url)
    assert set(unread(report)) == {"planned"}
    assert f"--views {role}" in unread(report)["planned"]
    assert ("people.iin", "KZ_IIN") in found(report)


def test_an_index_over_a_function_of_the_row_is_read(people_url: str) -> None:
    with schemas.stranger(people_url) as role:
        row = IMMUTABLE.format("(integer)", "plpgsql", "begin return true; end")
        schemas.run_as(people_url, role, [row, TABLE, "create index on public.planned (public.fixed(id))"])
        assert scanned(people_url).complete


def test_a_view_that_took_the_place_of_a_table_is_refused_by_the_server(people_url: str) -> None:
    schemas.run(people_url, "create view late as select iin from people")
    engine = database.open_engine(people_url)
    with reader_of(engine, Limits()) as connection:
        if not connection.scalar(sa.text(KNOWS_KINDS)):
            pytest.skip("the server does not know restrict_nonsystem_relation_kind")
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("select iin from public.late"))
    engine.dispose()


def test_an_account_that_may_do_anything_is_warned_of(
    people_url: str, reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert piiguard(["scan", people_url, "--format", "json"]) == 3
    assert capsys.readouterr().err.count("this account may do anything on the server") == 1
    assert piiguard(["scan", reader, "--format", "json"]) == 3
    assert "may do anything" not in capsys.readouterr().err


def test_row_security_is_named_and_not_short(people_url: str, mallory: str, reader: str) -> None:
    report = scanned(reader, Options(sample=None, tables=("lair.ruled", "people")))
    assert unread(report) == {"lair.ruled": "not read: row-level security hides rows from this account"}
    assert ("people.iin", "KZ_IIN") in found(report)


def test_least_grants_are_enough(people_url: str, reader: str) -> None:
    report = scanned(reader)
    assert report.complete
    assert ("people.iin", "KZ_IIN") in found(report)


def test_columns_that_are_denied_are_named_and_the_others_read(people_url: str, reader: str) -> None:
    name = sa.make_url(reader).username
    schemas.run(
        people_url, f"revoke select on people from {name}", f"grant select (id, iin) on people to {name}"
    )
    report = scanned(reader)
    assert unread(report) == {"people": "permission denied for phone, note, seen"}
    assert ("people.iin", "KZ_IIN") in found(report)


def test_a_caller_finds_his_connections_as_they_were(people_url: str) -> None:
    engine = database.open_engine(people_url)
    settings = (
        "select current_setting('search_path'), current_setting('transaction_read_only'), pg_backend_pid()"
    )

    def state() -> object:
        with engine.connect() as connection:
            return connection.exec_driver_sql(settings).one()

    before = state()
    scan_database(engine, EVERYTHING)
    with database.connect(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        assert connection.exec_driver_sql("show search_path").scalar() == database.PATH
    with database.connect(engine) as connection:
        connection.exec_driver_sql("select 1")
        connection.commit()
        assert connection.exec_driver_sql("show search_path").scalar() == database.PATH
    assert state() == before
    engine.dispose()
