"""The expressions that differ between databases: envelope headers, and comparing to the byte.

A job must not take two values for equal because a collation does: its compare-and-swap would then write over
what somebody has just changed from ``anna`` to ``Anna``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.keys.envelope import OVERHEAD, TEXT_PREFIX, header, to_text
from piiguard.protect.proof.carried import shortest
from piiguard.protect.proof.exact import double, exact, is_binary, is_text, is_textual

__all__ = ["SHORTEST_TEXT", "Cell", "is_binary", "is_text", "mark", "under"]

_TEXT_HEADER = len(TEXT_PREFIX) + 8  # six bytes are exactly eight characters of base64
SHORTEST_TEXT = len(to_text(bytes(OVERHEAD)))


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


def starts(dialect: str, column: sa.Column[Any], key_id: int) -> list[bytes | str]:
    """How values under this key begin: binary and text form, as far as the column can hold them."""
    binary = header(key_id)
    text = to_text(binary)
    if dialect == "sqlite" and not is_binary(column):  # any column holds either there
        return [binary, text]
    return [binary] if is_binary(column) else [text] if is_text(column) else []


def under(dialect: str, column: sa.Column[Any], key_ids: list[int]) -> sa.ColumnElement[bool]:
    """Rows whose value is encrypted under one of these keys."""
    found = [start for key_id in key_ids for start in starts(dialect, column, key_id)]
    parts = [_begins(dialect, column, start) for start in found]
    return sa.or_(*parts) if parts else sa.false()


def _begins(dialect: str, column: sa.Column[Any], start: bytes | str) -> sa.ColumnElement[bool]:
    binary = isinstance(start, bytes)
    bound = sa.literal(start, sa.LargeBinary() if binary else sa.Text())
    cut = sa.func.substr(column, 1, len(start))
    if binary:
        return cut == bound
    return _exact(dialect, column, len(start)) == bound


def _exact(dialect: str, column: sa.Column[Any], length: int) -> sa.ColumnElement[Any]:
    """The first characters of a text, compared by byte."""
    cut = sa.func.substr(column, 1, length, type_=sa.Text())
    return (
        cut.collate({"postgresql": "C", "sqlite": "BINARY"}[dialect]) if dialect != "mysql" else _binary(cut)
    )


def _binary(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(text, sa.LargeBinary)


def mark(dialect: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """One short word per row: ``n`` NULL, ``p`` plain, ``d`` damaged, ``b…``/``t…`` the header.

    Only the header leaves the database: a GROUP BY over it stays as small as the keyring, and no piece of
    plaintext is read.
    """
    cases: list[tuple[Any, Any]] = [(column.is_(None), sa.literal("n", sa.Text()))]
    if dialect == "sqlite":
        blob = sa.func.typeof(column) == "blob"
        cases += _binary_cases(dialect, column, blob)
        cases += _text_cases(dialect, column, sa.func.typeof(column) == "text")
    elif is_binary(column):
        cases += _binary_cases(dialect, column, sa.true())
    elif is_text(column):
        cases += _text_cases(dialect, column, sa.true())
    return sa.case(*cases, else_=sa.literal("p", sa.Text()))


def _binary_cases(
    dialect: str, column: sa.Column[Any], kind: sa.ColumnElement[bool]
) -> list[tuple[Any, Any]]:
    magic = sa.and_(kind, sa.func.substr(column, 1, 1) == sa.literal(b"\xf9", sa.LargeBinary()))
    short = sa.and_(magic, sa.func.length(column) < OVERHEAD)
    cut = sa.func.substr(column, 1, 6)
    shown = sa.func.encode(cut, "hex") if dialect == "postgresql" else sa.func.hex(cut)
    return [(short, sa.literal("d", sa.Text())), (magic, sa.literal("b", sa.Text()) + shown)]


def _text_cases(dialect: str, column: sa.Column[Any], kind: sa.ColumnElement[bool]) -> list[tuple[Any, Any]]:
    begins = _exact(dialect, column, len(TEXT_PREFIX)) == sa.literal(TEXT_PREFIX, sa.Text())
    long_enough = sa.func.length(column) >= SHORTEST_TEXT
    cut = sa.func.substr(column, 1, _TEXT_HEADER, type_=sa.Text())
    return [(sa.and_(kind, begins, long_enough), sa.literal("t", sa.Text()) + cut)]
