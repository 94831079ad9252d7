"""Streams the rows of a query as pages: the fast way where the driver has one, the portable way elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from piiguard import database
from piiguard.database import compiled

__all__ = ["PAGE", "pages"]

PAGE = 1000
"""Rows of a page; 200 to 1,000 are equally fast, ten thousand are slower."""

Page = Sequence[Sequence[Any]]


def pages(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Page]:
    """The rows, a page at a time; memory does not grow with their number."""
    if connection.dialect.name == "postgresql" and connection.dialect.driver == "psycopg":
        return _psycopg(connection, query)
    return _portable(connection, query)


def _portable(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Page]:
    result = connection.execution_options(stream_results=True, yield_per=500).execute(query)
    try:
        for page in result.partitions():
            with database.uncounted(connection):
                yield page
    except BaseException:
        # The rest of a stream is not waited for, and a connection with an unread rest is of no more use.
        _forget(result.cursor)
        connection.invalidate()
        raise
    finally:
        result.close()


def _forget(cursor: Any) -> None:
    """Tell PyMySQL that nothing more is to be read: it would wait for it, or trip over a dead connection."""
    rest: Any = getattr(cursor, "_result", None)
    if rest is not None and getattr(rest, "unbuffered_active", False):
        rest.unbuffered_active = False


def _psycopg(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Page]:
    """libpq's rows in chunks, past SQLAlchemy's result types: 1.6 to 1.9 times cheaper per row."""
    text = str(compiled(connection, query, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    database.renew(connection)
    with driver.cursor() as cursor:
        rows = _stream(cursor, text)
        while page := list(islice(rows, PAGE)):
            yield page


def _stream(cursor: Any, text: str) -> Iterator[Any]:
    import psycopg

    try:
        rows = cursor.stream(text, (), size=PAGE)
        first = next(rows, None)
    except psycopg.NotSupportedError:  # chunks came with libpq 17
        rows = cursor.stream(text, ())
        first = next(rows, None)
    if first is not None:
        yield first
        yield from rows
