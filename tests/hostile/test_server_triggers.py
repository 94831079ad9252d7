"""A job writes rows, and code of the table runs: that of the application as ever, that of a stranger never."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.verify import verify

from . import schemas

IIN = ProtectedColumn("people", "iin", "people.iin", index="iin_index", normalizer="digits")
NOTE = ProtectedColumn("people", "note", "people.note", storage="text")
FUNCTION = "create function {}() returns trigger language plpgsql as $$ begin {}; return new; end $$"
AUDIT = [
    "create table audit (id integer, at timestamptz)",
    FUNCTION.format("remember", "insert into audit values (new.id, now())"),
    "create {kind} trigger remembers after update on people {when} for each row execute function remember()",
]
CLEAN = [
    FUNCTION.format("fold", "new.seen := lower(new.seen)"),
    "create trigger folds before update on people for each row execute function fold()",
]
Start = Callable[[], Job]


@pytest.fixture
def url(postgresql_url: str) -> str:
    schemas.innocent(postgresql_url)
    return postgresql_url


@pytest.fixture
def start(url: str, keyring: Keyring) -> Iterator[Start]:
    """A job on the database."""
    engines: list[sa.Engine] = []

    def make() -> Job:
        engines.append(database.open_engine(url))
        return Job(engines[-1], keyring)

    yield make
    for engine in engines:
        engine.dispose()


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = schemas.plain_engine(url)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def audited(kind: str = "", when: str = "") -> list[str]:
    return [statement.format(kind=kind, when=when) for statement in AUDIT]


@pytest.mark.parametrize(("kind", "when"), [("", ""), ("constraint", "deferrable initially deferred")])
@pytest.mark.parametrize("item", [IIN, NOTE], ids=["twin", "in place"])
def test_a_trigger_that_relies_on_the_path_runs_as_ever(
    url: str, start: Start, kind: str, when: str, item: ProtectedColumn
) -> None:
    schemas.run(url, *audited(kind, when))
    job = start()
    encrypt(job, item)
    (found,) = verify(job, [item])
    assert (found.opened, found.sound) == (schemas.ROWS, True)
    decrypt(job, item)
    assert rows(url, "select count(distinct id) from audit") == [(schemas.ROWS,)]


def test_a_check_that_calls_a_function_which_relies_on_the_path_is_kept(url: str, start: Start) -> None:
    schemas.run(
        url,
        "create function longest() returns integer language sql immutable as 'select 500'",
        "create function short(text) returns boolean language plpgsql immutable as"
        " $$ begin return length($1) < longest(); end $$",
        "alter table people add check (short(note))",
    )
    encrypt(start(), IIN)
    assert rows(url, "select count(*) from people where get_byte(iin, 0) = 249") == [(schemas.ROWS,)]


def test_a_trigger_with_nothing_of_its_own_in_the_path_runs_beside_a_stranger(url: str, start: Start) -> None:
    schemas.run(url, *CLEAN)
    with schemas.stranger(url) as mallory, schemas.canary(url):
        schemas.run_as(url, mallory, schemas.shadows(str(sa.make_url(url).database)))
        encrypt(start(), IIN)
    assert rows(url, "select distinct seen from people") == [("1999-12-31",)]


def test_a_trigger_that_needs_a_schema_of_strangers_is_refused_before_the_work_with_the_cure(
    url: str, start: Start
) -> None:
    schemas.run(url, *audited())
    before = rows(url, "select * from people order by id")
    with schemas.stranger(url) as mallory, schemas.canary(url):
        schemas.run_as(url, mallory, schemas.shadows(str(sa.make_url(url).database)))
        with pytest.raises(JobError, match=r"public\.remember\(\)|remember\(\)") as caught:
            encrypt(start(), IIN)
        assert rows(url, "select * from people order by id") == before
        assert rows(url, "select * from audit") == []
        cure = caught.value.hint.partition(";")[0]
        schemas.run(url, cure)
        encrypt(start(), IIN)
    assert rows(url, "select count(distinct id) from audit") == [(schemas.ROWS,)]


def test_our_own_triggers_run_nothing_of_whoever_writes(url: str, start: Start) -> None:
    encrypt(start(), IIN, keep_plaintext=True)
    with schemas.stranger(url) as mallory, schemas.canary(url):
        schemas.run_as(url, mallory, schemas.shadows(str(sa.make_url(url).database)))
        schemas.run(url, f"update people set iin = '{schemas.iin(77)}' where id = 1")
    assert rows(url, "select id from people where iin_enc is null") == [(1,)]


def test_citext_and_types_of_the_application_are_encrypted(url: str, start: Start) -> None:
    try:
        schemas.run(url, "create extension citext")
    except sa.exc.DBAPIError:
        pytest.skip("citext is not installed")
    schemas.run(
        url,
        "create domain tidy as varchar(40)",
        "create table mail (address citext primary key, other citext, kind tidy)",
        "insert into mail select chr(64 + n) || 'x' || n, 'Anna' || n, 'k' from generate_series(1, 26) n",
        "insert into mail select chr(96 + n) || 'y' || n, 'anna' || n, 'k' from generate_series(1, 26) n",
    )
    before = rows(url, 'select address::text, other::text, kind from mail order by address collate "C"')
    items = [ProtectedColumn("mail", name, f"mail.{name}") for name in ("other", "kind")]
    job = start()
    for item in items:
        encrypt(job, item)
        (found,) = verify(job, [item])
        assert (found.opened, found.sound) == (52, True)
    for item in items:
        decrypt(job, item, sql_type="citext" if item.column == "other" else "tidy")
    assert (
        rows(url, 'select address::text, other::text, kind from mail order by address collate "C"') == before
    )
