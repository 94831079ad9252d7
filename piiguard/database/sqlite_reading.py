"""An SQLite connection while somebody reads through it: it cannot write, gives up in time, and is handed back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from piiguard import clock
from piiguard.database.sqlite_schema import calls_json_alone

__all__ = ["reading", "stop_if_asked", "uncounted"]

_STEPS = 1000  # of SQLite's machine, between two looks at the clock: under a millisecond, mostly
_LIMIT = "piiguard.limit"


class _Limit:
    """When the running statement has to be done; called by SQLite every few steps of it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = float("inf")
        self.over = False

    def begin(self, *_: object) -> None:
        self.end = clock.monotonic() + self.seconds if self.seconds else float("inf")
        self.over = False

    def __call__(self) -> bool:
        self.over = clock.monotonic() > self.end
        return self.over


@contextmanager
def reading(connection: sa.Connection, *, statement: float, lock: float) -> Iterator[None]:
    """Lend the connection to a reader: each statement has so many seconds inside SQLite, 0 is no limit.

    Whoever gave us the connection finds it as it was, but for a progress handler: of that SQLite cannot be asked.
    """
    raw: Any = connection.connection.driver_connection
    trusted = int(calls_json_alone(raw))
    wanted = {
        "query_only": 1,
        "trusted_schema": trusted,
        "cell_size_check": 1,
        "busy_timeout": int(lock * 1000),
    }
    found = {name: raw.execute(f"PRAGMA {name}").fetchone() for name in wanted}
    as_text, limit = raw.text_factory, _Limit(statement)
    for name, value in wanted.items():
        raw.execute(f"PRAGMA {name} = {value}")
    # Columns declared as text may hold bytes of any encoding, and one bad byte must not end the table.
    raw.text_factory = _lenient
    raw.set_progress_handler(limit, _STEPS)
    connection.info[_LIMIT] = limit
    sa.event.listen(connection, "before_cursor_execute", limit.begin)
    try:
        yield
    except DBAPIError as error:
        stop_if_asked(connection, error)
        raise
    finally:
        sa.event.remove(connection, "before_cursor_execute", limit.begin)
        if not connection.invalidated:
            connection.info.pop(_LIMIT, None)
            raw.set_progress_handler(None, 0)
            raw.text_factory = as_text
            connection.rollback()
            for name, before in found.items():
                if before is not None:  # a PRAGMA that this version does not know
                    raw.execute(f"PRAGMA {name} = {before[0]}")


def stop_if_asked(connection: sa.Connection, error: Exception) -> None:
    """Ctrl-C in the middle of a statement: SQLite says that it was interrupted, and our limit did not do it.

    Raises: :class:`KeyboardInterrupt`, which Python's sqlite3 loses where it comes up inside a progress handler.
    """
    limit = None if connection.invalidated else connection.info.get(_LIMIT)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if limit is not None and not limit.over and str(cause) == "interrupted":
        raise KeyboardInterrupt


@contextmanager
def uncounted(connection: sa.Connection) -> Iterator[None]:
    """What is done with rows between two fetches is no time of the statement's."""
    limit = None if connection.invalidated else connection.info.get(_LIMIT)
    began = clock.monotonic()
    try:
        yield
    finally:
        if limit is not None:
            limit.end += clock.monotonic() - began


def _lenient(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
