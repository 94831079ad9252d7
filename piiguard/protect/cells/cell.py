"""One column in one kind of database: how it is read, and compared to the byte.

A job must not take two values for equal because a collation does: its compare-and-swap would then write over
what somebody has just changed from ``anna`` to ``Anna``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.protect.cells.carried import shortest
from piiguard.protect.cells.exact import double, exact, is_binary, is_textual

__all__ = ["Cell"]


class _Single(sa.types.TypeDecorator[float]):
    """A number of 32 bits, read as the shortest one that means it."""

    impl = sa.Float
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else shortest(float(value))


class Cell:
    """One column in one kind of database: how it is read, and compared exactly.

    ``sealed``: it holds ciphertext, whatever its declared type says, as SQLite allows.
    """

    def __init__(self, dialect: str, column: sa.Column[Any], *, sealed: bool = False) -> None:
        self.dialect = dialect
        self.column = column
        self.text = is_textual(column)
        self.sealed = sealed

    @property
    def read(self) -> sa.ColumnElement[Any]:
        """The value as applications see it: JSON as its text, CHAR without its padding, which no application means."""
        column = self.column
        if self.sealed and self.dialect == "sqlite":
            return sa.type_coerce(column, sa.types.NullType()).label(column.name)
        if self.sealed and not (
            self.text or is_binary(column)
        ):  # plaintext still, which a driver may not read
            return sa.cast(column, sa.Text if self.dialect == "postgresql" else sa.CHAR).label(column.name)
        if self.dialect == "mysql" and isinstance(column.type, sa.Float):
            kind: Any = _Single() if type(column.type).__name__ == "FLOAT" else sa.Float(asdecimal=False)
            return sa.type_coerce(double(column), kind).label(column.name)
        if not self.text:
            return column
        if self.dialect == "postgresql":
            return sa.cast(column, sa.Text).label(column.name)
        return sa.type_coerce(column, sa.Text).label(column.name)

    @property
    def speaks_for_itself(self) -> bool:
        """Whether what is read is exactly what is stored, so that it can be compared with."""
        return self.dialect != "sqlite" and (self.text or is_binary(self.column))

    @property
    def token(self) -> sa.ColumnElement[Any]:
        """What a row is compared by, as it is read."""
        return self.read if self.speaks_for_itself else self.exact

    @property
    def exact(self) -> sa.ColumnElement[Any]:
        """What the database itself holds."""
        return exact(self.dialect, self.column)

    def same(self, old: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """The column still holds exactly ``old``, where NULL equals NULL."""
        stored = self.exact
        if isinstance(self.old_type, sa.Text) and self.dialect != "mysql":
            stored = stored.collate("C" if self.dialect == "postgresql" else "BINARY")
        return stored.is_not_distinct_from(old)

    @property
    def old_type(self) -> sa.types.TypeEngine[Any]:
        """The type in which ``old`` is bound."""
        binary = self.dialect == "mysql" or (self.dialect == "postgresql" and is_binary(self.column))
        return sa.LargeBinary() if binary else sa.Text()

    def old(self, value: Any) -> Any:
        """``old`` of a value that speaks for itself."""
        return value.encode() if self.text and self.dialect == "mysql" and value is not None else value
