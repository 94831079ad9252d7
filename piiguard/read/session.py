"""A connection that cannot write, waits for no lock, and gives up in time; and what went wrong, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from piiguard import database
from piiguard.read.options import Limits
from piiguard.read.relation import Relation

__all__ = ["explain", "reader"]


@contextmanager
def reader(engine: sa.Engine, limits: Limits, relation: Relation | None = None) -> Iterator[sa.Connection]:
    """A connection in a read-only transaction with these limits; nothing of it outlives the block.

    Views and foreign tables are refused by a server that can do so, unless the ``relation`` to read is one.
    """
    if engine.dialect.name == "sqlite":
        with (
            database.connect(engine) as connection,
            database.reading(connection, statement=limits.statement, lock=limits.lock),
        ):
            yield connection
        return
    with database.connect(engine) as connection, database.patient(connection, limits.statement):
        try:
            _PREPARE.get(engine.dialect.name, _nothing)(connection, limits)
            if engine.dialect.name == "postgresql" and not (relation and relation.expanded):
                connection.execute(_PLAIN_TABLES)
            yield connection
        finally:
            # A broken connection, or one with an unread stream, is thrown away and not given back.
            if connection.invalidated:
                connection.invalidate()
            else:
                _leave(connection)


_BEFORE = "piiguard_before"


def _leave(connection: sa.Connection) -> None:
    try:
        connection.rollback()
        for statement in connection.info.pop(_BEFORE, ()):
            connection.execute(sa.text(statement))
    except sa.exc.SQLAlchemyError:
        connection.invalidate()


def _postgresql(connection: sa.Connection, limits: Limits) -> None:
    connection.execute(sa.text("set transaction isolation level repeatable read, read only"))
    connection.execute(sa.text(f"set local statement_timeout = {int(limits.statement * 1000)}"))
    connection.execute(sa.text(f"set local lock_timeout = {int(limits.lock * 1000)}"))
    connection.execute(
        sa.text("set local row_security = off")
    )  # an error, where a policy would leave rows out
    connection.execute(
        sa.text("set local lc_monetary = 'C'")
    )  # money has the signs of one language, whatever the server's
    # What a function says would be logged by the driver of a caller's engine, and may repeat a row.
    connection.execute(sa.text("set local client_min_messages = error"))


# Whoever owns a table may put a view in its place after it was listed.
_PLAIN_TABLES = sa.text(
    "select set_config(name, 'view, foreign-table', true) from pg_settings"
    " where name = 'restrict_nonsystem_relation_kind'"
)


def _mysql(connection: sa.Connection, limits: Limits) -> None:
    maria = getattr(connection.dialect, "is_mariadb", False)
    names = ["max_statement_time" if maria else "max_execution_time", "lock_wait_timeout"]
    names += ["innodb_lock_wait_timeout", "tx_read_only" if maria else "transaction_read_only"]
    asked = ", ".join(f"@@session.{name}" for name in names)
    before = connection.execute(sa.text(f"select {asked}")).one()
    connection.info[_BEFORE] = [
        f"set session {name} = {value}" for name, value in zip(names, before, strict=True)
    ]
    if maria:
        connection.execute(sa.text(f"set session max_statement_time = {limits.statement}"))
    else:
        connection.execute(sa.text(f"set session max_execution_time = {int(limits.statement * 1000)}"))
    if limits.lock:
        seconds = max(1, round(limits.lock))
        connection.execute(sa.text(f"set session lock_wait_timeout = {seconds}"))
        connection.execute(sa.text(f"set session innodb_lock_wait_timeout = {seconds}"))
    connection.execute(sa.text("set session transaction read only"))
    connection.commit()


def _nothing(connection: sa.Connection, limits: Limits) -> None:
    """Other databases: the account should be one that may only read."""


_PREPARE = {"postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}

_REASONS = (
    (("42501", "1142", "1143", "1044"), "permission denied"),
    (("42P01", "3F000", "1146", "no such table"), "the table is no longer there"),
    (("42703", "1054", "no such column"), "a column is no longer there"),
    (
        ("55P03", "1205", "3572", "database is locked", "table is locked"),
        "another transaction holds a lock on it",
    ),
    (("57014", "1969", "3024", "interrupted"), "the statement took longer than its limit"),
    (("string or blob too big",), "a row of it is larger than 128 MiB"),
    (("40001", "1412"), "the table was changed while it was read"),
    (("57P01", "57P02", "57P03", "08006", "08003", "2006", "2013", "2055", "0"), "the connection was lost"),
)


def explain(error: Exception) -> str:
    """The cause without the driver's own message, which may repeat a value."""
    if isinstance(error, database.LeftUnread):
        return error.why
    if isinstance(error, UnicodeError):
        return "its text, or its name, is of no encoding that the database names"
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    codes = {
        str(code) for code in (getattr(cause, "sqlstate", None), *cause.args[:1]) if code not in (None, "")
    }
    text = str(cause).lower()
    if database.LATE in text:
        return "the server does not answer"
    if database.MUCH in text:
        return "the server sends more than is kept"
    for needles, reason in _REASONS:
        if codes.intersection(needles) or any(len(n) > 6 and n in text for n in needles):
            return reason
    if any(words in text for words in ("server closed", "connection", "terminating", "eof detected")):
        return "the connection was lost"
    return database.reason(error)[0]
