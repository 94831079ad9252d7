"""Whether a column can be encrypted at all: what would be lost without a word is refused before anything runs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.keys.index import SIZE
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches.sql import is_binary
from piiguard.protect.census import counts

__all__ = ["refuse_other_use", "refuse_taken", "refuse_unfit"]


def refuse_unfit(column: sa.Column[Any], place: str) -> None:
    """Raise for a column that cannot be swapped by what it is itself."""
    if column.primary_key:
        raise JobError(
            f"{place}: the column is in the primary key, and random ciphertext cannot name a row",
            hint="give the table a key of its own first; look rows up by a blind index (--index)",
        )
    if column.computed is not None:
        raise JobError(f"{place}: the column is computed", hint="encrypt the column it is computed from")
    if column.server_default is not None and not _is_null(column.server_default):
        raise JobError(
            f"{place}: the column has a default, which would be stored as plaintext",
            hint="drop the default first",
        )


def _is_null(default: Any) -> bool:
    """PostgreSQL spells out a default of NULL, with the type behind it."""
    return str(getattr(default, "arg", "")).upper().split("::")[0].strip("() ") == "NULL"


def refuse_taken(connection: sa.Connection, table: sa.Table, name: str, place: str) -> None:
    """Raise when a column that a job would fill as its own holds anything else."""
    column = table.c[name]
    if not column.nullable or column.primary_key:
        counted = 1
    else:
        counted = counts.take(connection, column).plain
    if counted:
        raise JobError(
            f"{place}: {table.fullname}.{name} is there and holds something else than ciphertext",
            hint=f"rename it: the job makes a column of the name {name} for itself",
        )


def refuse_other_use(
    connection: sa.Connection, table: sa.Table, item: ProtectedColumn, versions: frozenset[int]
) -> None:
    """Raise when the index column is there and holds anything but indexes: a job would write over it.

    ``versions`` are the index key versions of the keyring.
    """
    if item.index is None or item.index not in table.c:
        return
    column = table.c[item.index]
    untyped = isinstance(column.type, sa.types.NullType)  # SQLite
    if not column.primary_key and (is_binary(column) or untyped):
        other = sa.and_(column.is_not(None), sa.func.length(column) != SIZE)
        longer = connection.scalar(sa.select(sa.func.count()).select_from(table).where(other))
        if not longer and counts.index_census(connection, column).keys() <= versions | {0}:
            return
    raise JobError(
        f"{item.place}: {item.index} holds something else than blind indexes of this keyring",
        hint="give --index a name that the table does not have; the job adds the column",
    )
