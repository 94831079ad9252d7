"""Which blind indexes are of another key version than they should be, and the batches that bring them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.protect.batches.batch import Assignment, Batches
from piiguard.protect.cells.cell import Cell
from piiguard.protect.census import counts
from piiguard.protect.indexes.repair import Runner
from piiguard.protect.schema.groups import groups_of
from piiguard.protect.schema.shadow import Shadow, shadow_name
from piiguard.protect.schema.tables import Key, column_of, reflect
from piiguard.protect.seal import Seal

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import ProtectedColumn

__all__ = [
    "copy_batches",
    "fill_batches",
    "pending",
    "rewriting",
    "stale",
    "target",
    "uncopied",
    "unfilled",
    "unprepared",
]


def target(keyring: Keyring) -> int:
    """The index key version that rows go to: the staged one if there is one, as it will be promoted."""
    staged = [v.version for v in keyring.versions if v.kind == "index" and v.state == "staged"]
    return max(staged, default=keyring.primary("index").version)


def stale(connection: sa.Connection, column: sa.Column[Any], version: int) -> int:
    """Rows whose blind index is of another version."""
    found = counts.index_census(connection, column)
    return sum(rows for one, rows in found.items() if one not in (0, version))


def pending(connection: sa.Connection, column: sa.Column[Any], keyring: Keyring) -> int:
    """How many indexes a rotation would compute now."""
    if not groups_of(connection, column):
        return stale(connection, column, keyring.primary("index").version)
    name = shadow_name(column.name, target(keyring))
    if name not in column.table.c:
        return stale(connection, column, target(keyring))
    shadow = column.table.c[name]
    missing = sa.select(sa.func.count()).where(column.is_not(None), shadow.is_(None))
    return int(connection.scalar(missing) or 0)


def rewriting(job: Runner, table: sa.Table, key: Key, item: ProtectedColumn) -> Batches:
    """Every index of an older version is computed anew, where it stands."""
    source, index = table.c[item.column], table.c[str(item.index)]
    prefix = _prefix(job.keyring.primary("index").version)
    where = sa.and_(index.is_not(None), sa.func.substr(index, 1, 2) != prefix)
    seal = Seal(job.keyring, item)
    return _batches(job, table, key, (source, index), _computed(index, seal, seal.index), where)


def fill_batches(job: Runner, item: ProtectedColumn, shadow: Shadow) -> Batches:
    """Every row gets its hash under the next key, in the shadow."""
    seal = Seal(job.keyring, item)
    assignment = _computed(shadow.column, seal, seal.index_under(shadow.version))
    cells = shadow.table.c[item.column], shadow.index
    return _batches(job, shadow.table, shadow.key, cells, assignment, unfilled(shadow), (shadow.column,))


def copy_batches(job: Runner, shadow: Shadow) -> Batches:
    """The shadow's bytes into the index itself; no key is needed."""
    assignment = Assignment(shadow.index, 0, lambda stored: stored, list, repeatable=True)
    cells = shadow.column, shadow.index
    return _batches(job, shadow.table, shadow.key, cells, assignment, uncopied(shadow))


def unprepared(connection: sa.Connection, items: Sequence[ProtectedColumn], version: int) -> Iterator[str]:
    """UNIQUE blind indexes that hold rows, and whose shadow for this version is not filled."""
    for item in items:
        if not item.index:
            continue
        table = reflect(connection, item.table)
        index = column_of(table, item.index)
        if not groups_of(connection, index) or not stale(connection, index, version):
            continue
        name = shadow_name(item.index, version)
        where = (
            sa.and_(index.is_not(None), table.c[name].is_(None)) if name in table.c else index.is_not(None)
        )
        if connection.scalar(sa.select(sa.func.count()).select_from(table).where(where)):
            yield f"{item.table}.{item.index}"


def _prefix(version: int) -> sa.ColumnElement[bytes]:
    return sa.literal(version.to_bytes(2, "big"), sa.LargeBinary())


def _batches(
    job: Runner,
    table: sa.Table,
    key: Key,
    cells: Sequence[sa.Column[Any]],
    assignment: Assignment,
    where: sa.ColumnElement[bool],
    empty: tuple[sa.Column[Any], ...] = (),
) -> Batches:
    dialect = job.engine.dialect.name
    return Batches(
        table, key, tuple(Cell(dialect, cell, sealed=True) for cell in cells), (assignment,), where, empty
    )


def _computed(column: sa.Column[Any], seal: Seal, index: Callable[[Any], bytes | None]) -> Assignment:
    """Open the value in the first cell and compute its index."""
    return Assignment(
        column,
        0,
        lambda stored: index(seal.decrypt(stored)),
        lambda stored: [index(value) for value in seal.decrypt_many(stored)],
        repeatable=True,
    )


def unfilled(shadow: Shadow) -> sa.ColumnElement[bool]:
    return sa.and_(shadow.index.is_not(None), shadow.column.is_(None))


def uncopied(shadow: Shadow) -> sa.ColumnElement[bool]:
    return sa.and_(shadow.column.is_not(None), shadow.index != shadow.column)
