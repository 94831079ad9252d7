"""Searching a column in which some rows are still plaintext and may have no index yet.

``migrating=True`` says that such rows may be there, ``migrating="indexed"`` that every row has its index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, and_, bindparam, or_, type_coerce
from sqlalchemy.types import TypeDecorator

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.tables import BoundIndex, protected

__all__ = ["either", "refuse_unequal", "still_plain"]

_HINT = 'fill the index first, with fill_indexes(engine, table), and then say migrating="indexed"'


class _Masked(str):
    """Text that SQLAlchemy's log shows as stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class _PlainText(TypeDecorator[str]):
    """A value that is compared with plaintext rows: sent in plain, as they are, and not shown."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return lambda value: None if value is None else _Masked(value)


def refuse_unequal(expression: Any, place: str) -> None:
    """Raise EncryptedColumnError while rows without an index would be left out."""
    if expression.type.migrating is True:
        raise EncryptedColumnError(
            f"{place} is being migrated and cannot be searched with !=",
            hint=f"rows that are not indexed yet would be left out: {_HINT}",
        )


def either(
    found: ColumnElement[bool], expression: Any, column: ColumnElement[Any], values: list[Any], place: str
) -> ColumnElement[bool]:
    """By the index, or by the plaintext of a row that has none yet."""
    if expression.type.migrating is not True:
        return found
    if not _compares_as_text(expression.type, column):
        raise EncryptedColumnError(
            f"{place} is being migrated, and rows without an index would not be found", hint=_HINT
        )
    plain = [bindparam(None, value, unique=True, type_=_PlainText()) for value in values]
    raw = type_coerce(expression, Text())
    return or_(found, and_(column.is_(None), raw.in_(plain)))


def still_plain(bound: BoundIndex, values: list[Any]) -> ColumnElement[bool]:
    """The rows without an index that may hold one of the values in plain; of other rules than exact, all."""
    source = bound.column.table.c[bound.sources[0]]
    raw = type_coerce(source, Text())
    rows = and_(bound.column.is_(None), source.is_not(None))
    if not _compares_as_text(source.type, bound.column):
        return rows
    return and_(rows, raw.in_([bindparam(None, value, unique=True, type_=_PlainText()) for value in values]))


def _compares_as_text(kind: Any, column: ColumnElement[Any]) -> bool:
    """Whether equal plaintext is what the normalizer calls equal, and the database compares it so."""
    found = next((one for one in column.base_columns if one.table is not None), None)
    known = protected(found.table) if found is not None else None
    rules = [one.key.normalizer.name for one in known.indexes if one.column is found] if known else []
    return rules == ["exact"] and kind.values.codec.name == "string" and kind.storage == "text"
