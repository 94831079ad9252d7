"""What a session of ours must not inherit: limits and modes that ``PGOPTIONS``, the account or the server set.

A read-only default or a limit of five milliseconds would end a job half way, for a cause that nobody sees. Who reads
sets limits of his own afterwards, in each transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

__all__ = ["settle"]

_POSTGRESQL = (
    "set statement_timeout = 0",
    "set lock_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
    "set default_transaction_isolation = 'read committed'",
    "set default_transaction_deferrable = off",
)
# A server that has no such limit refuses to set it.
_SINCE_17 = "set transaction_timeout = 0"
_MARIADB = ("set session max_statement_time = 0",)
_MYSQL = ("set session max_execution_time = 0",)


def settle(engine: sa.Engine, *, reading: bool) -> None:
    """Give each connection of the engine what it needs; those that only read stay as read-only as they are."""
    name = engine.dialect.name
    if name not in ("postgresql", "mysql", "mariadb"):
        return

    def begin(connection: Any, _record: object) -> None:
        with closing(connection.cursor()) as cursor, _between_transactions(name, connection):
            for statement in _wanted(name, connection, reading=reading):
                cursor.execute(statement)

    sa.event.listen(engine, "connect", begin, insert=True)  # before SQLAlchemy asks the server what it is


@contextmanager
def _between_transactions(name: str, connection: Any) -> Iterator[None]:
    """A limit of five idle milliseconds in a transaction must not end the one in which it is lifted."""
    if name == "postgresql":
        before, connection.autocommit = connection.autocommit, True
        yield
        connection.autocommit = before
    else:
        yield
        connection.commit()


def _wanted(name: str, connection: Any, *, reading: bool) -> list[str]:
    if name == "postgresql":
        version = getattr(getattr(connection, "info", None), "server_version", 0)
        newer = [_SINCE_17] if version >= 170_000 else []
        return [*_POSTGRESQL, *newer, *([] if reading else ["set default_transaction_read_only = off"])]
    told = str(getattr(connection, "server_version", "") or "")
    limits = _MARIADB if "mariadb" in told.lower() else _MYSQL if told else ()
    return [*limits, *([] if reading else ["set session transaction read write"])]
