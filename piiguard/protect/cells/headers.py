"""What the header of an envelope says in SQL: under which key a value is, or that it is plain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.keys.envelope import OVERHEAD, TEXT_PREFIX, header, to_text
from piiguard.protect.cells.exact import is_binary, is_text

__all__ = ["SHORTEST_TEXT", "mark", "under"]

_TEXT_HEADER = len(TEXT_PREFIX) + 8  # six bytes are exactly eight characters of base64
SHORTEST_TEXT = len(to_text(bytes(OVERHEAD)))


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
    """Of a text of any character set, UCS-2 as well."""
    return sa.cast(sa.func.convert(text.op("using")(sa.literal_column("utf8mb4"))), sa.LargeBinary)


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
