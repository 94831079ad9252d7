"""The one step at which a value goes: the table is locked, every row is proved, then the twin takes its place.

Encryption, decryption and the migrations of Alembic all come here. Until the last statement nothing has been dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.protect import refusal
from piiguard.protect.proof.changes import Moment
from piiguard.protect.proof.prove import Proof
from piiguard.protect.schema.ddl import Ddl, SqliteDdl
from piiguard.protect.schema.tables import Key

__all__ = ["exchange", "prove", "refuse_unfilled", "take_lock", "unlock"]


def take_lock(connection: sa.Connection, ddl: Ddl) -> None:
    """Keep writers out; an error of the database when that takes longer than two seconds."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql("set local lock_timeout = '2s'")
    elif dialect == "mysql":
        connection.exec_driver_sql("set session lock_wait_timeout = 2")
    driver: Any = connection.connection.driver_connection
    if dialect == "sqlite" and driver.in_transaction:
        connection.exec_driver_sql(f"DELETE FROM {ddl.table} WHERE 0")  # noqa: S608 - takes the lock, changes nothing
        return
    for statement in ddl.lock():
        connection.exec_driver_sql(statement)


def unlock(connection: sa.Connection) -> None:
    """Let writers in again; the other databases do that at the end of the transaction."""
    if connection.dialect.name == "mysql" and not connection.invalidated:
        connection.exec_driver_sql("UNLOCK TABLES")
        connection.exec_driver_sql("set session lock_wait_timeout = default")


def prove(connection: sa.Connection, proof: Proof, since: Moment) -> None:
    """Under the lock: no row is left out, and every row that may have changed since is opened again."""
    move = proof.move
    refuse_unfilled(connection, move.table, proof.key, move.source, proof.twin)
    wrong = proof.wrong(connection, since.later(connection))
    if wrong:
        raise refusal.rows(
            move.place,
            wrong.keys,
            len(wrong),
            "values come out different from what they were",
            "does something else write the twin column, or change what is written? nothing was dropped",
        )


def refuse_unfilled(
    connection: sa.Connection,
    table: sa.Table,
    key: Key,
    source: sa.Column[Any],
    twin: sa.Column[Any],
) -> None:
    """Every value has a twin, and every twin a value."""
    uneven = source.is_(None) != twin.is_(None)
    count = int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(uneven)) or 0)
    if count:
        keys = connection.execute(sa.select(*key.columns).where(uneven).limit(refusal.SHOWN)).all()
        raise refusal.rows(
            f"{table.fullname}.{source.name}",
            keys,
            count,
            "what is written does not arrive",
            "a trigger or a rule of the table keeps them: switch it off for the job; nothing was dropped",
        )


def exchange(connection: sa.Connection, ddl: Ddl, proved: Callable[[], None]) -> None:
    """Prove, then put the twin in place; the caller holds the lock and ends the transaction."""
    proved()
    _execute(connection, ddl.unguard())
    if not isinstance(ddl, SqliteDdl):
        _execute(connection, ddl.swap())
        return
    connection.exec_driver_sql("SAVEPOINT piiguard")
    try:
        statements = ddl.exchange(constrained=False)
        if statements != ddl.copy():
            _execute(connection, statements)
            return
    except SQLAlchemyError:  # a constraint holds the column
        connection.exec_driver_sql("ROLLBACK TO piiguard")
    _copy(connection, ddl)


def _copy(connection: sa.Connection, ddl: SqliteDdl) -> None:
    """An UPDATE fires the table's own triggers, so it is looked at before the twin goes."""
    statements = ddl.copy()
    moved = next(n for n, text in enumerate(statements) if text.startswith("UPDATE")) + 1
    _execute(connection, statements[:moved])
    differ = (
        f"{ddl.source} COLLATE BINARY IS NOT {ddl.twin} OR typeof({ddl.source}) IS NOT typeof({ddl.twin})"
    )
    count = int(
        connection.exec_driver_sql(f"SELECT count(*) FROM {ddl.table} WHERE {differ}").scalar_one()  # noqa: S608
    )
    if count:
        raise refusal.Refusal(
            f"{ddl.move.place}: what is written does not arrive, in {count:,} rows",
            hint="a trigger of the table keeps them: drop it for the job; nothing was dropped",
        )
    _execute(connection, statements[moved:])


def _execute(connection: sa.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
