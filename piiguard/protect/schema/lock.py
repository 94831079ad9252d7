"""One job at a time on a table: a lock that the database or the system lets go when the process dies.

The lock is a courtesy, which tells the second operator at once. What makes two jobs harmless is elsewhere: every
write compares with the old bytes, and every checkpoint is fenced by its owner's token.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock
from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.protect.transient import in_words

__all__ = ["turn"]

PATIENCE = 10.0  # a server needs a moment to see that a killed client is gone


@contextmanager
def turn(engine: sa.Engine, table: str) -> Iterator[None]:
    """Hold the table's lock, or say who is at work."""
    take = {"postgresql": _postgresql, "mysql": _mysql}.get(engine.dialect.name, _sqlite)
    with take(engine, table), in_words(table):
        yield


def _wait(take: Callable[[], bool], table: str) -> None:
    end = clock.monotonic() + PATIENCE
    while not take():
        if clock.monotonic() > end:
            raise JobError(
                f"{table}: another job is at work on this table",
                hint="wait until it is done; piiguard status shows how far it is",
            )
        time.sleep(0.25)


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
    name = hashlib.sha256(f"{Path(database).resolve()} {table}".encode()).hexdigest()[:32]
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    file = os.open(Path(tempfile.gettempdir()) / f"piiguard-{_user()}-{name}.lock", flags, 0o600)
    try:
        _wait(lambda: _lock(file), table)
        yield
    finally:
        os.close(file)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
