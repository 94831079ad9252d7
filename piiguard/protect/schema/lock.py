"""One job at a time on a table: a lock that the database or the system lets go when the process dies.

The lock is a courtesy, which tells the second operator at once. What makes two jobs harmless is elsewhere: every
write compares with the old bytes, and every checkpoint is fenced by its owner's token.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, locks
from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.protect.transient import in_words

__all__ = ["job_lock"]

PATIENCE = 10.0  # a server needs a moment to see that a killed client is gone


@contextmanager
def job_lock(engine: sa.Engine, table: str) -> Iterator[None]:
    """Hold the table's lock, or say who is at work."""
    take = {"postgresql": _postgresql, "mysql": _mysql}.get(engine.dialect.name, _sqlite)
    with take(engine, table), in_words(table):
        yield


def _wait(take: Callable[[], bool], table: str) -> None:
    end = clock.monotonic() + PATIENCE
    while not take():
        if clock.monotonic() > end:
            raise _at_work(table)
        time.sleep(0.25)


def _at_work(table: str) -> JobError:
    return JobError(
        f"{table}: another job is at work on this table",
        hint="wait until it is done; piiguard status shows how far it is",
    )


@contextmanager
def _postgresql(engine: sa.Engine, table: str) -> Iterator[None]:
    number = int.from_bytes(hashlib.sha256(f"piiguard {table}".encode()).digest()[:8], "big", signed=True)
    with connect(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        _wait(lambda: bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number)))), table)
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # a lost connection has let go by itself
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(number)))


@contextmanager
def _mysql(engine: sa.Engine, table: str) -> Iterator[None]:
    # The lock belongs to the server, not to the database, and its name may have 64 characters.
    name = "piiguard " + hashlib.sha256(f"{engine.url.database} {table}".encode()).hexdigest()[:40]
    with connect(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        _wait(lambda: connection.scalar(sa.select(sa.func.get_lock(name, 0))) == 1, table)
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):
                connection.scalar(sa.select(sa.func.release_lock(name)))


@contextmanager
def _sqlite(engine: sa.Engine, table: str) -> Iterator[None]:
    database = engine.url.database
    if not database or database == ":memory:":
        yield
        return
    # Beside the database: there every user whose job can write it meets every other, and nobody else can come between.
    path = Path(database).resolve()
    name = hashlib.sha256(f"{path.name} {table}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    lock = path.with_name(f".piiguard-{name}.lock")
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.held(lock, PATIENCE))
        except BlockingIOError:
            raise _at_work(table) from None
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise JobError(
                f"{table}: the lock {lock} cannot be taken: {reason}",
                hint="another user's job may be at work; if none is, remove what stands there",
            ) from None
        yield
