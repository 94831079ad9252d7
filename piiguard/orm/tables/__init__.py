"""What the statements of one table need to know: its encrypted columns and their blind indexes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Table

from piiguard.orm.tables.bound import BoundIndex
from piiguard.orm.tables.kinds import BlindKind, EncryptedKind
from piiguard.orm.tables.options import refuse_options

__all__ = ["BlindKind", "BoundIndex", "EncryptedKind", "Protected", "protected"]


@dataclass(frozen=True, slots=True)
class Protected:
    """The encrypted columns of a table by key, its blind indexes, and both kinds of columns by key.

    ``plans`` keeps what an INSERT of these names has to fill.
    """

    columns: Mapping[str, Column[Any]]
    indexes: tuple[BoundIndex, ...]
    written: Mapping[str, Column[Any]]
    plans: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def indexes_of(self, source: str) -> tuple[BoundIndex, ...]:
        """The blind indexes that the column feeds."""
        return tuple(index for index in self.indexes if source in index.sources)


_known: WeakKeyDictionary[Table, tuple[int, Protected | None]] = WeakKeyDictionary()


def protected(table: object) -> Protected | None:
    """The protected columns of a table, or None; refuse a table on which encryption cannot work."""
    if not isinstance(table, Table):
        return None
    size, found = _known.get(table, (-1, None))
    if size != len(table.columns):  # new, or a column was added since
        found = _read(table)
        _known[table] = len(table.columns), found
    return found


def _read(table: Table) -> Protected | None:
    columns = {column.key: column for column in table.columns if isinstance(column.type, EncryptedKind)}
    indexes = tuple(
        column.type.bound(column, columns) for column in table.columns if isinstance(column.type, BlindKind)
    )
    if not columns and not indexes:
        return None
    for column in columns.values():
        refuse_options(table, column)
    return Protected(columns, indexes, {**columns, **{index.column.key: index.column for index in indexes}})
