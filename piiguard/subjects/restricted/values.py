"""Values of rows as JSON and back, each of the type that the driver gave; and how they are asked for, so that they come back as they were.

>>> unpacked(packed(b"f9")), unpacked(packed(datetime.date(1905, 3, 12))), unpacked(packed(1 << 62))
(b'f9', datetime.date(1905, 3, 12), 4611686018427387904)
"""

from __future__ import annotations

import base64
import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.subjects.live import BrokenText, Row, Table

__all__ = ["exactly", "in_place", "key_bytes", "packed", "unpacked"]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_WAYS: tuple[tuple[type, str, Callable[[Any], str], Callable[[str], Any]], ...] = (
    (bool, "bool", str, lambda text: text == "True"),  # before int, which it is too
    (int, "int", str, int),
    (str, "text", str, str),
    (
        BrokenText,
        "broken",
        _base64,
        lambda text: BrokenText(base64.b64decode(text)),
    ),  # before bytes, which it is too
    (bytes, "bytes", _base64, base64.b64decode),
    (float, "float", float.hex, float.fromhex),
    (decimal.Decimal, "decimal", str, decimal.Decimal),
    (uuid.UUID, "uuid", str, uuid.UUID),
    (datetime.datetime, "datetime", datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    (datetime.date, "date", datetime.date.isoformat, datetime.date.fromisoformat),
    (datetime.time, "time", datetime.time.isoformat, datetime.time.fromisoformat),
)
_READ = {name: read for _, name, _, read in _WAYS}


def packed(value: Any) -> list[str] | None:
    """A value as JSON has it, with its type. Raises TypeError for one of another type."""
    if value is None:
        return None
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    for kind, name, write, _ in _WAYS:
        if isinstance(value, kind):
            return [name, write(value)]
    raise TypeError(type(value).__name__)


def unpacked(found: list[str] | None) -> Any:
    """Undo :func:`packed`."""
    return None if found is None else _READ[found[0]](found[1])


def key_bytes(row: Row) -> bytes:
    """The key of a row as bytes: the same whatever type a driver makes of it."""
    return b"".join(
        len(part).to_bytes(4, "big") + part
        for value in row
        for part in [value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")]
    )


def exactly(connection: sa.Connection) -> None:
    """Until the end of the transaction dates and floats have one text that says all of them, whatever the account's settings are."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set local datestyle = 'ISO'")
        connection.exec_driver_sql("set local intervalstyle = 'postgres'")
        connection.exec_driver_sql("set local extra_float_digits = 1")
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql("set session time_zone = '+00:00'")


def in_place(
    connection: sa.Connection, table: Table, names: Iterable[str], rows: list[Row]
) -> Mapping[Row, dict[str, Any]]:
    """What stands in these columns of some rows: bytes and numbers of SQLite as they are, all else as the text that its type has for it.

    What is written back as this text is the same value again.
    """
    listed, width = list(names), len(table.key)
    keys: list[sa.ColumnElement[Any]] = [sa.column(name) for name in table.key]
    read = [_read(connection, table, name) for name in listed]
    selected = [column.label(f"c{at}") for at, column in enumerate([*keys, *read])]
    query = sa.select(*selected).select_from(table.source).where(table.is_any(table.key, rows))
    found = (tuple(row) for row in connection.execute(query))
    return {row[:width]: dict(zip(listed, map(_bytes, row[width:]), strict=True)) for row in found}


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _read(connection: sa.Connection, table: Table, name: str) -> sa.ColumnElement[Any]:
    own: sa.ColumnElement[Any] = sa.column(name)
    kind, dialect = table.types.get(name), connection.dialect.name
    if kind is None:
        raise SubjectError(
            f"{table.place}.{name}: a value of it is restricted, and there is no such column any more",
            hint="bring the column back: the value can go nowhere else",
        )
    if dialect == "sqlite" or isinstance(kind, sa.types._Binary) or type(kind).__name__ == "BIT":
        return own
    if dialect == "postgresql":  # the type's own output: its owner may have made a cast
        return sa.case((own.is_not(None), sa.func.pg_catalog.concat(own)))
    return sa.cast(own, sa.CHAR)
