"""Whether a column that a job would fill as its own holds anything else."""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.keys.index import SIZE
from piiguard.manifest import ProtectedColumn
from piiguard.protect.cells.exact import is_binary
from piiguard.protect.census import counts

__all__ = ["refuse_other_use", "refuse_taken"]


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
