"""What the database itself holds in a cell, exactly: its own text, bytes or bits, whatever a driver makes of them.

A driver may read 25:00:00 as 01:00:00, a FLOAT with six digits and the integer 5 as True. A comparison through what
it read would never hold, and a proof through it would prove the reading only.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

__all__ = ["double", "exact", "is_binary", "is_text", "is_textual"]


def is_binary(column: sa.Column[Any]) -> bool:
    """Whether the declared type holds bytes."""
    return isinstance(column.type, sa.LargeBinary | sa.types._Binary)


def is_text(column: sa.Column[Any]) -> bool:
    """Whether the declared type holds text."""
    return isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)


def is_textual(column: sa.Column[Any]) -> bool:
    """Whether the value is read as its text: JSON too."""
    return is_text(column) or isinstance(column.type, sa.JSON)


def double(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A number of MariaDB with all its digits, of which a FLOAT shows six."""
    return column.op("*")(sa.literal_column("1e0"))


def exact(dialect: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The stored value: bytes of a binary column, text (MariaDB: bytes) of any other; NULL stays NULL."""
    return {"postgresql": _postgresql, "mysql": _mysql, "sqlite": _sqlite}[dialect](column)


def _postgresql(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Never through DateStyle, IntervalStyle, TimeZone or extra_float_digits, which belong to the session."""
    kind = column.type
    if is_binary(column):
        return column
    if isinstance(kind, sa.Float):
        return sa.func.encode(sa.func.float8send(sa.cast(column, sa.Double)), "hex", type_=sa.Text())
    if isinstance(kind, sa.DateTime) and kind.timezone:
        return _moment(sa.func.timezone("UTC", column, type_=sa.DateTime()), column)
    if isinstance(kind, sa.DateTime | sa.Date):
        return _moment(sa.cast(column, sa.DateTime), column)
    if isinstance(kind, sa.Interval) or type(kind).__name__ == "INTERVAL":
        return _interval(column)
    if isinstance(kind, sa.ARRAY):
        return _array(column)
    return sa.cast(column, sa.Text)


def _moment(stamp: sa.ColumnElement[Any], column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    written = sa.func.to_char(stamp, "YYYY-MM-DD HH24:MI:SS.US BC", type_=sa.Text())
    return sa.func.coalesce(written, sa.cast(column, sa.Text), type_=sa.Text())  # infinity has no parts


def _interval(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Months, days and microseconds, which PostgreSQL keeps apart."""

    def part(name: str) -> sa.ColumnElement[Any]:
        return sa.cast(sa.extract(name, column), sa.Numeric)

    months = part("year") * 12 + part("month")
    micros = (part("hour") * 60 + part("minute")) * 60_000_000 + part("microseconds")
    whole = [sa.cast(sa.func.trunc(number), sa.Text) for number in (months, part("day"), micros)]
    return whole[0] + " " + whole[1] + " " + whole[2]


def _array(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """As JSON; with the bounds before it where they are others than one, which JSON has no place for."""
    own = sa.cast(column, sa.Text)
    bounds = sa.func.coalesce(sa.func.substring(own, r"^\[.*?\]="), "", type_=sa.Text())
    return bounds + sa.cast(sa.func.to_json(column), sa.Text)


def _mysql(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if is_binary(column):
        return column
    if is_textual(column) or isinstance(column.type, sa.Enum):
        text: Any = sa.func.convert(column.op("using")(sa.literal_column("utf8mb4")))
    elif isinstance(column.type, sa.Float):
        text = sa.cast(double(column), sa.CHAR)
    else:
        text = sa.cast(column, sa.CHAR)
    return sa.cast(text, sa.LargeBinary)


def _sqlite(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The storage class and the value: a column takes any class. quote() would end a text at its first NUL."""
    raw = sa.type_coerce(column, sa.Text)
    shown = {
        "text": sa.literal("t", sa.Text) + sa.func.hex(raw, type_=sa.Text()),
        "blob": sa.literal("b", sa.Text) + sa.func.hex(raw, type_=sa.Text()),
        "integer": sa.literal("i", sa.Text) + raw,
        "real": sa.literal("r", sa.Text) + sa.func.quote(raw, type_=sa.Text()),
    }
    return sa.case(*((sa.func.typeof(raw) == kind, text) for kind, text in shown.items()))
