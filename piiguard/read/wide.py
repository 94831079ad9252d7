"""Rows of PostgreSQL that are too wide to be fetched a page at a time: told apart on the server, which knows their sizes.

Its drivers hold as many rows at once as they are told to, however wide one of them is, and a value that repeats itself takes
the server a hundredth of what it takes here. So a page has narrow rows only, and the wide ones come one by one, behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.read.relation import MOST

__all__ = ["MOST_WIDE", "NARROW", "apart", "sizes"]

NARROW = 1 << 15
"""Bytes of a narrow row: a page of a thousand takes 32 MB at most."""
MOST_WIDE = 1 << 20
"""Characters that are read of a cell in a wide row, of whatever has no other limit."""

_Query = sa.Select[Any]


def apart(query: _Query, readings: Sequence[str]) -> tuple[_Query, _Query]:
    """The query with nothing in its wide rows, and behind each row whether it is one; and another one of the wide rows alone.

    ``readings`` are those of its columns.
    """
    names = [column.label(f"c{at}") for at, column in enumerate(query.selected_columns)]
    given = (
        query.with_only_columns(*names, maintain_column_froms=True).offset(0).subquery("given")
    )  # computed once
    size: sa.ColumnElement[Any] = sa.literal_column("0")
    for column, reading in zip(given.c, readings, strict=True):
        size = size + sa.func.coalesce(_bytes(column, reading), 0)
    told = sa.select(*given.c, (size > NARROW).label("wide")).offset(0).subquery("told")
    *columns, wide = told.c
    narrow = [sa.case((~wide, column)).label(None) for column in columns]
    each = [_whole(column, reading).label(None) for column, reading in zip(columns, readings, strict=True)]
    return sa.select(*narrow, wide), sa.select(*each).where(wide)


def sizes(values: Sequence[Any]) -> tuple[int, int]:
    """The characters of a column's values in all, and of the longest."""
    try:
        lengths = list(map(len, filter(None, values)))
    except TypeError:  # numbers have no length
        return 8 * len(values), 8
    return sum(lengths), max(lengths, default=0)


def _bytes(column: sa.ColumnElement[Any], reading: str) -> sa.ColumnElement[Any]:
    if reading == "list":  # its elements are packed, and take more as they are
        return sa.func.pg_catalog.octet_length(sa.func.pg_catalog.concat(column))
    if reading in MOST:
        return sa.func.pg_catalog.octet_length(column)
    return sa.func.pg_catalog.pg_column_size(column)


def _whole(column: sa.ColumnElement[Any], reading: str) -> sa.ColumnElement[Any]:
    """A cell of a wide row, up to its limit, as a text where it has none."""
    if reading in MOST:
        return column
    return sa.func.pg_catalog.substr(sa.func.pg_catalog.concat(column), 1, MOST_WIDE)
