"""What ``alembic revision --autogenerate`` need not propose: what jobs have made is as the models want it.

Alembic asks every comparator for differences; the one here comes last and takes back what is none. It is there as soon
as :mod:`piiguard.orm.alembic` is imported.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import comparators
from alembic.operations import ops

from piiguard.orm.search.index import BlindIndex
from piiguard.orm.types.encrypted import Encrypted

__all__ = ["include_name", "is_converted"]

_OURS = "piiguard_"  # tables of jobs: the keyring's pin is in one of them


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Leave the tables of piiguard out of a comparison."""
    return kind != "table" or not str(name).startswith(_OURS)


def is_converted(connection: sa.Connection | None, table: str, column: str) -> bool:
    """Whether a job converted this column of SQLite where it stood: the declared type says nothing there."""
    if connection is None or connection.dialect.name != "sqlite":
        return False
    query = sa.text("select count(*) from sqlite_master where type = 'trigger' and name = :name")
    return bool(connection.scalar(query, {"name": f"{_OURS}only_{table}_{column}_i"}))


def _take_back(context: Any, found: ops.UpgradeOps, schemas: Any = None) -> None:
    """Remove from ``found`` what a job has made in its own shape."""
    for change in list(found.ops):
        name = getattr(change, "table_name", None)
        if name is not None and not include_name(name, "table", None):
            found.ops.remove(change)
        elif isinstance(change, ops.ModifyTableOps) and context.metadata is not None:
            key = f"{change.schema}.{name}" if change.schema else name
            table = context.metadata.tables.get(key)
            if table is not None:
                change.ops = _left(table, list(change.ops), context.dialect.name)
                if not change.ops:
                    found.ops.remove(change)


def _left(table: sa.Table, changes: list[Any], dialect: str) -> list[Any]:
    indexes = {c.name for c in table.c if isinstance(c.type, BlindIndex)}
    sealed = {c.name for c in table.c if isinstance(c.type, Encrypted)}
    changes = [change for change in changes if not _is_nullable_index(change, indexes)]
    added = {_shape(change): change for change in changes if _adds(change) and _shape(change)[0] & indexes}
    left = list(changes)
    for change in changes:
        if _adds(change) or not (gone := _shape(change))[0]:
            if _is_guard(change, table.name, sealed):
                left.remove(change)
            continue
        if gone in added:  # the same index: a constraint here and an index there, or another name
            left.remove(change)
            left.remove(added.pop(gone))
        elif _made_by_a_job(change, gone[0], table.name, indexes) or (
            dialect == "sqlite" and gone[0] <= sealed
        ):
            left.remove(change)  # SQLite drops no constraint: it stays where the plaintext was
    return left


def _adds(change: Any) -> bool:
    return isinstance(change, ops.CreateIndexOp | ops.CreateUniqueConstraintOp)


def _shape(change: Any) -> tuple[frozenset[str], bool]:
    """The columns of an index or a UNIQUE constraint, and whether it is unique; no columns for anything else."""
    if isinstance(change, ops.DropConstraintOp) and change.constraint_type != "unique":
        return frozenset(), False
    if isinstance(change, ops.CreateUniqueConstraintOp):
        return frozenset(map(str, change.columns)), True
    try:
        held = (
            change.to_index()
            if isinstance(change, ops.CreateIndexOp | ops.DropIndexOp)
            else change.to_constraint()
        )
        names = frozenset(str(column.name) for column in held.columns)
    except (AttributeError, ValueError):
        return frozenset(), False
    return names, bool(getattr(held, "unique", True))


def _is_nullable_index(change: Any, indexes: set[str]) -> bool:
    """A job adds the column to a table that has rows; an index that is empty is NULL, whatever the source is."""
    if not isinstance(change, ops.AlterColumnOp) or change.column_name not in indexes:
        return False
    if change.modify_nullable is False:
        change.modify_nullable = None
    return not change.has_changes()


def _made_by_a_job(change: Any, columns: frozenset[str], table: str, indexes: set[str]) -> bool:
    name = str(getattr(change, "index_name", None) or getattr(change, "constraint_name", ""))
    return (
        len(columns) == 1 and columns <= indexes and name.startswith((f"ix_{table}"[:50], f"ux_{table}"[:50]))
    )


def _is_guard(change: Any, table: str, sealed: set[str]) -> bool:
    """The CHECK for ciphertext under the job's name."""
    names = {f"ck_{table}_{column}_encrypted" for column in sealed}
    return isinstance(change, ops.DropConstraintOp) and change.constraint_name in names


def _register() -> None:
    """Behind all the others: Alembic 1.18 has priorities, before that the order of arrival counts."""
    try:
        from alembic.util import DispatchPriority
    except ImportError:
        comparators.dispatch_for("schema")(_take_back)
    else:
        comparators.dispatch_for("schema", priority=DispatchPriority.LAST)(_take_back)


_register()
