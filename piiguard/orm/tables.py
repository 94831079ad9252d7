"""What the statements of one table need to know: its encrypted columns and their blind indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from piiguard.orm.errors import EncryptedColumnError

if TYPE_CHECKING:
    from piiguard.orm.search.index import BlindIndex, BoundIndex

__all__ = ["Protected", "protected"]


@dataclass(frozen=True, slots=True)
class Protected:
    """The encrypted columns of a table by key, and its blind indexes."""

    columns: Mapping[str, Column[Any]]
    indexes: tuple[BoundIndex, ...]

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
    # The types bring their comparators, and those ask here.
    from piiguard.orm.search.index import BlindIndex
    from piiguard.orm.types.encrypted import Encrypted

    columns = {column.key: column for column in table.columns if isinstance(column.type, Encrypted)}
    blind = [column for column in table.columns if isinstance(column.type, BlindIndex)]
    if not columns and not blind:
        return None
    for column in columns.values():
        _refuse_options(table, column)
    indexes = (cast("BlindIndex", column.type).bound(column, columns) for column in blind)
    return Protected(columns, tuple(indexes))


_PURPOSES = (
    (
        "primary_key",
        "be a primary key",
        "encryption is random: use a surrogate key, and find rows by a blind index",
    ),
    ("foreign_keys", "be a foreign key", "refer to a surrogate key, or join on a blind index"),
    ("unique", "be unique", "put unique=True on the blind index"),
    ("index", "be indexed", "put index=True on the blind index"),
)


def _has(columns: Iterable[Any], column: Column[Any]) -> bool:
    return any(column is one for one in columns)  # == makes SQL


def _refuse_options(table: Table, column: Column[Any]) -> None:
    place = f"{table.fullname}.{column.name}"
    for option, purpose, hint in _PURPOSES:
        if getattr(column, option):
            raise EncryptedColumnError(f"{place} is encrypted and cannot {purpose}", hint=hint)
    if column.onupdate is not None:
        raise EncryptedColumnError(
            f"{place} is encrypted and cannot have onupdate",
            hint="its blind index would not see the value: set it",
        )
    if column.server_default is not None or column.server_onupdate is not None or column.computed is not None:
        raise EncryptedColumnError(
            f"{place} is encrypted and cannot have a value that the database makes",
            hint="a server default stands in plain in the schema: use default=, which runs here",
        )
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint) and _has(
            constraint.columns, column
        ):
            kind = "a foreign key" if isinstance(constraint, ForeignKeyConstraint) else "unique"
            raise EncryptedColumnError(
                f"{place} is encrypted and cannot be {kind}", hint="put the constraint on the blind index"
            )
    for index in table.indexes:
        if _has(index.columns, column):
            raise EncryptedColumnError(
                f"{place} is encrypted and cannot be indexed", hint="put the index on the blind index"
            )
