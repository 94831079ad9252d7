"""What the database itself holds in a cell, exactly: its own text, bytes or bits, whatever a driver makes of them.

A driver may read 25:00:00 as 01:00:00, a FLOAT with six digits and the integer 5 as True. A comparison through what
it read would never hold, and a proof through it would prove the reading only.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

__all__ = ["exact", "is_binary", "is_text", "is_textual", "quoted"]


def is_binary(column: sa.Column[Any]) -> bool:
    """Whether the declared type holds bytes."""
    return isinstance(column.type, sa.LargeBinary | sa.types._Binary)


def is_text(column: sa.Column[Any]) -> bool:
    """Whether the declared type holds text."""
    return isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)


def is_textual(column: sa.Column[Any]) -> bool:
    """Whether the value is read as its text: JSON too."""
    return is_text(column) or isinstance(column.type, sa.JSON)


def quoted(dialect: str, column: sa.Column[Any]) -> str:
    """The bare name, as it may stand in a piece of SQL."""
    mark = "`" if dialect == "mysql" else '"'
    return mark + column.name.replace(mark, mark * 2) + mark


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


def _mysql(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    name = quoted("mysql", column)
    if is_binary(column):
        return column
    if is_textual(column) or isinstance(column.type, sa.Enum):
        text = f"cast(convert({name} using utf8mb4) as binary)"
    elif isinstance(column.type, sa.Float):
        text = f"cast(cast({name} * 1e0 as char) as binary)"  # a FLOAT is shown with six digits
    else:
        text = f"cast(cast({name} as char) as binary)"
    return sa.literal_column(text, sa.LargeBinary())


def _sqlite(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The storage class and the value: a column takes any class. quote() would end a text at its first NUL."""
    name = quoted("sqlite", column)
    text = (
        f"case typeof({name}) when 'text' then 't' || hex({name}) when 'blob' then 'b' || hex({name})"
        f" when 'integer' then 'i' || {name} when 'real' then 'r' || quote({name}) end"
    )
    return sa.literal_column(text, sa.Text())
