"""The two ends of a column's move as a migration runs them: on its own connection, inside its own transaction."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.errors import JobError
from piiguard.names import word
from piiguard.protect.proof.changes import Moment
from piiguard.protect.proof.prove import Proof, pages
from piiguard.protect.proof.record import Fingerprint, Record, forget, recall
from piiguard.protect.proof.swap import exchange, prove, refuse_unfilled, take_lock, unlock
from piiguard.protect.schema.ddl import Ddl, Migration, ddl_for
from piiguard.protect.schema.dependents.found import Going
from piiguard.protect.schema.dependents.reading import look
from piiguard.protect.schema.tables import column_of, key_of, reflect
from piiguard.protect.seal import Seal
from piiguard.protect.transient import in_words, is_transient

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["collapse", "contract"]

_ATTEMPTS = 10


def contract(
    connection: sa.Connection, table_name: str, column: str, twin: str, keyring: Keyring | None = None
) -> None:
    """Prove every row under a lock, then drop the plaintext and let the twin take its place.

    With a keyring every value is opened. Without one, the pairs must be those that ``piiguard encrypt
    --keep-plaintext`` has opened, to the byte. Raises :class:`JobError`, and then nothing has changed.
    """
    with in_words(f"{table_name}.{column}"):
        record = recall(connection, table_name, column)
        move = _move(connection, table_name, column, twin, record)
        move = move if record is None else _carrying(connection, move)
        proved = _proof(connection, move, record, keyring or _from_environment())
        ddl = ddl_for(connection.dialect, move)
        _lock(connection, ddl)
        try:
            exchange(connection, ddl, lambda: _ready(connection, move, proved))
        finally:
            unlock(connection)
        for statement in ddl.after():
            connection.exec_driver_sql(statement)
        if record is not None:
            forget(connection, table_name, column)


def collapse(connection: sa.Connection, table_name: str, column: str, twin: str, index: str | None) -> None:
    """Take back what was added beside the plaintext: trigger, twin and blind index."""
    with in_words(f"{table_name}.{column}"):
        table = reflect(connection, table_name)
        move = Migration(table, column_of(table, column), twin, index, False, to_cipher=True)
        there = [name for name in (twin, index) if name is not None and name in table.c]
        for statement in ddl_for(connection.dialect, move).withdraw(there):
            connection.exec_driver_sql(statement)
        if recall(connection, table_name, column) is not None:
            forget(connection, table_name, column)


def _move(
    connection: sa.Connection, table_name: str, column: str, twin: str, record: Record | None
) -> Migration:
    table = reflect(connection, table_name)
    column_of(table, twin)
    index = record.item.index if record is not None else None
    return Migration(table, column_of(table, column), twin, index, False, to_cipher=True)


def _carrying(connection: sa.Connection, move: Migration) -> Migration:
    """The move with what hangs on the plaintext; refuses what would be lost."""
    _, carried = look(connection, Going(move.table, move.source.name, move.twin, move.index), move.place)
    return replace(move, carried=carried)


def _ready(connection: sa.Connection, move: Migration, proved: Callable[[], None]) -> None:
    """Proved, and with its indexes: a migration makes them under its lock, as it has one transaction."""
    proved()
    for statement in move.carried.online.values():
        connection.exec_driver_sql(statement)


def _from_environment() -> Keyring | None:
    from piiguard.keys import Keyring

    path = os.environ.get("PIIGUARD_KEYRING")
    return Keyring.from_file(path).open() if path else None


def _proof(
    connection: sa.Connection, move: Migration, record: Record | None, keyring: Keyring | None
) -> Callable[[], None]:
    """What is to hold under the lock."""
    key = key_of(connection, move.table)
    again = f"piiguard encrypt --keep-plaintext -- … {word(move.place) or 'TABLE.COLUMN'}"

    def unchanged() -> None:
        refuse_unfilled(connection, move.table, key, move.source, move.table.c[move.twin])
        if record is not None and record.sha256 == _fingerprint(connection, move):
            return
        raise JobError(
            f"{move.place}: rows have changed since every twin was opened and compared with its plaintext"
            if record is not None
            else f"{move.place}: nobody has opened the twins and compared them with the plaintext",
            hint=f"run {again} just before, or name the keyring in PIIGUARD_KEYRING: then every value is opened here",
        )

    def opened() -> None:
        if record is None:
            return unchanged()
        return prove(
            connection, Proof(connection.dialect.name, move, key, Seal(_keys, record.item)), Moment()
        )

    if keyring is None:
        return unchanged
    _keys = keyring
    return opened


def _fingerprint(connection: sa.Connection, move: Migration) -> str:
    seen = Fingerprint()
    for page in pages(connection, move, key_of(connection, move.table), sa.true()):
        seen.add(page)
    return seen.text


def _lock(connection: sa.Connection, ddl: Ddl) -> None:
    """A short wait, and again; the transaction of the migration goes on."""
    for attempt in range(_ATTEMPTS):
        try:
            if connection.dialect.name == "postgresql":
                with connection.begin_nested():
                    take_lock(connection, ddl)
            else:
                take_lock(connection, ddl)
            return
        except SQLAlchemyError as error:
            if not is_transient(error, reconnecting=False) or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.2 + 0.1 * attempt)
