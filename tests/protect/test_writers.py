"""Before a key is counted for the last time, every transaction that was open has to end."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.database import transactions
from piiguard.errors import JobError
from piiguard.protect.census import writers
from piiguard.protect.census.writers import wait_for_writers
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.seal import Seal
from tests.protect.conftest import IIN, People


def url_of(people: People) -> str:
    return people.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Do something once while it waits."""

    def do(work: Callable[[], Any]) -> None:
        left, sleep = [work], time.sleep

        def working(seconds: float) -> None:
            if left:
                left.pop()()
            sleep(seconds)

        monkeypatch.setattr(writers, "time", SimpleNamespace(sleep=working))

    return do


@pytest.fixture
def writing(people: People) -> Iterator[sa.Connection]:
    """A transaction that has written a row under the primary key and has not committed it."""
    if people.engine.dialect.name == "sqlite":
        pytest.skip("SQLite shows its writer to nobody")
    encrypt(people.job(), IIN)
    sealed = Seal(people.keyring, IIN).encrypt("050312300015")
    with people.engine.connect() as connection:
        connection.execute(
            sa.text("insert into people (id, iin) values (2, :sealed)").bindparams(
                sa.bindparam("sealed", sealed, sa.LargeBinary)
            )
        )
        yield connection
        with suppress(sa.exc.SQLAlchemyError):
            connection.rollback()


def test_a_database_in_which_nobody_writes_is_not_waited_for(people: People) -> None:
    said: list[str] = []
    wait_for_writers(url_of(people), notice=said.append)
    if people.engine.dialect.name != "mysql":  # there the whole server counts, and others write to it
        assert said == []


def test_an_open_transaction_is_named_and_waited_for_until_patience_ends(
    people: People, writing: sa.Connection
) -> None:
    said: list[str] = []
    with pytest.raises(JobError, match="transactions that are still open") as caught:
        wait_for_writers(url_of(people), seconds=0, notice=said.append)
    assert len(said) == 1
    assert "050312300015" not in str(caught.value) + said[0]
    if people.engine.dialect.name == "postgresql":
        session = writing.scalar(sa.text("select pg_catalog.pg_backend_pid()"))
        assert f"session {session}, open for " in str(caught.value)


def test_it_goes_on_when_the_transaction_ends(
    people: People, writing: sa.Connection, between: Callable[[Callable[[], Any]], None]
) -> None:
    between(writing.commit)
    wait_for_writers(url_of(people))


def test_a_transaction_that_began_later_is_not_waited_for(
    people: People, writing: sa.Connection, between: Callable[[Callable[[], Any]], None]
) -> None:
    if people.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    with people.engine.begin() as connection:
        connection.execute(sa.text("create table notes (id integer)"))
    with people.engine.connect() as later:

        def one_ends_and_one_begins() -> None:
            later.execute(sa.text("insert into notes values (3)"))
            writing.commit()

        between(one_ends_and_one_begins)
        wait_for_writers(url_of(people))
        later.rollback()


def test_a_row_of_a_transaction_that_was_open_bars_the_retirement_of_its_key(
    people: People,
    writing: sa.Connection,
    between: Callable[[Callable[[], Any]], None],
    manifest_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest_file.write_text(IIN.to_toml(), encoding="utf-8")
    people.promote()
    monkeypatch.setenv("PIIGUARD_KEYRING", str(people.keyring.path))
    monkeypatch.setenv("PIIGUARD_MANIFEST", str(manifest_file))
    between(writing.commit)
    assert run(["keys", "retire", "1", "--deployed", "--database", url_of(people)]) == 1
    assert "is still needed by 1 row" in capsys.readouterr().err


@contextmanager
def monitored(engine: sa.Engine) -> Iterator[None]:
    """Somebody asks for the open transactions so often that the server shows everybody the same list."""
    over, begun = threading.Event(), threading.Event()

    def ask() -> None:
        with engine.connect() as connection:
            while not over.wait(0.02):
                connection.exec_driver_sql("select count(*) from information_schema.innodb_trx").scalar()
                begun.set()

    monitor = threading.Thread(target=ask)
    monitor.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        over.set()
        monitor.join()


def test_a_list_that_a_monitor_keeps_old_is_not_taken_for_that_of_now(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    if people.engine.dialect.name != "mysql":
        pytest.skip("InnoDB alone keeps its list")
    monkeypatch.setattr(transactions, "_ATTEMPTS", 3)
    with monitored(people.engine), people.engine.connect() as writing:
        writing.execute(sa.text("insert into people (id, iin) values (70, '050312300015')"))
        with pytest.raises(JobError, match=r"(cannot be seen which|are still open)"):
            wait_for_writers(url_of(people), seconds=0)
        writing.rollback()


def test_a_prepared_transaction_is_waited_for_though_no_session_holds_it(people: People) -> None:
    name = f"piiguard_{secrets.token_hex(4)}"
    dialect = people.engine.dialect.name
    if dialect == "sqlite":
        pytest.skip("SQLite prepares no transactions")
    with people.engine.connect() as connection:
        if dialect == "postgresql" and connection.scalar(sa.text("show max_prepared_transactions")) == "0":
            pytest.skip("this server prepares no transactions")
        connection.rollback()
        raw: Any = connection.connection.driver_connection
        raw.rollback()
        cursor = raw.cursor()
        begin, prepare, finish = (
            ("begin", f"prepare transaction '{name}'", f"rollback prepared '{name}'")
            if dialect == "postgresql"
            else (f"xa start '{name}'", f"xa end '{name}'; xa prepare '{name}'", f"xa rollback '{name}'")
        )
        if dialect == "postgresql":
            raw.autocommit = True
        cursor.execute(begin)
        cursor.execute("insert into people (id, iin) values (9, '050312300015')")
        for statement in prepare.split("; "):
            cursor.execute(statement)
        connection.invalidate()
    try:
        with pytest.raises(JobError, match=r"prepared|session"):
            wait_for_writers(url_of(people), seconds=0)
    finally:
        with people.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _again_until_it_works(lambda: connection.exec_driver_sql(finish))
    wait_for_writers(url_of(people))


def _again_until_it_works(work: Callable[[], object]) -> None:
    """MariaDB gives a prepared transaction to others only when its session has gone for good."""
    for _ in range(200):
        try:
            work()
        except sa.exc.OperationalError:
            time.sleep(0.05)
        else:
            return
    work()
