"""The batches that encrypt a column where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import Assignment, Batches
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.headers import mark

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn
    from piiguard.protect.schema.tables import Key
    from piiguard.protect.seal import Seal

__all__ = ["converting"]


def converting(dialect: str, table: sa.Table, key: Key, item: ProtectedColumn, seal: Seal) -> Batches:
    """Every plain value becomes a stored one in the same column, with its blind index."""
    column, change = table.c[item.column], _opening(seal, _from_bytes(seal.encrypt_once, item))
    assignments = [Assignment(column, 0, change, _each(change))]
    if item.index:
        index, hashed = table.c[item.index], _from_bytes(seal.index, item)
        assignments.append(Assignment(index, 0, hashed, _each(hashed)))
    cells = (Cell(dialect, column),)
    return Batches(table, key, cells, tuple(assignments), mark(dialect, column) == "p", checked=True)


def _opening(seal: Seal, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is to take the place of a value is opened before it is sent."""

    def changed(value: Any) -> Any:
        stored = change(value)
        if stored is not None and stored != value and seal.decrypt(stored) != seal.back(_text(value, seal)):
            raise ValueError("the value does not come back")
        return stored

    return changed


def _text(value: Any, seal: Seal) -> Any:
    return value.decode() if isinstance(value, bytes) and seal.item.type != "bytes" else value


def _from_bytes(change: Callable[[Any], Any], item: ProtectedColumn) -> Callable[[Any], Any]:
    """A binary column that is half done holds plain text as its UTF-8 bytes."""
    if item.type == "bytes":
        return change

    def changed(value: Any) -> Any:
        if isinstance(value, bytes) and not looks_encrypted(value):
            value = value.decode()
        return change(value)

    return changed


def _each(one: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda values: [one(value) for value in values]
