"""Which codec goes with a column: the one that the models' own type would take, or a refusal that names the choices."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from piiguard.errors import JobError
from piiguard.keys.codec import names

__all__ = ["refuse_misfit", "type_name"]

_TYPES: tuple[
    tuple[type, tuple[str, ...]], ...
] = (  # the first that fits: bool before int, and what is meant first
    (sa.Enum, ("enum", "string")),
    (sa.JSON, ("json", "string")),
    (sa.LargeBinary, ("bytes",)),
    (sa.types._Binary, ("bytes",)),
    (sa.Boolean, ("boolean",)),
    (sa.String, ("string", "enum", "json", "uuid")),
    (sa.Integer, ("integer", "boolean")),
    (sa.Float, ("float",)),
    (sa.Numeric, ("decimal",)),
    (sa.DateTime, ("datetime",)),  # of SQLite; reflection takes the digits of TIMESTAMP(6) for a time zone
    (sa.Date, ("date",)),
    (sa.Time, ("time",)),
    (sa.Interval, ("interval",)),
    (postgresql.INTERVAL, ("interval",)),
    (sa.Uuid, ("uuid",)),
)
_PLAIN_ITEMS = (sa.String, sa.Integer, sa.Boolean)  # what the ORM writes into the JSON of an array as it is


def choices(connection: sa.Connection, column: sa.Column[Any]) -> tuple[str, ...]:
    """The codecs that read what the column holds; the first one is taken unless another is named."""
    dialect, kind = connection.dialect.name, column.type
    if isinstance(kind, sa.types.NullType):
        return names() if dialect == "sqlite" else ()
    if isinstance(kind, sa.DateTime) and dialect != "sqlite":
        if kind.timezone:
            return ("datetime_tz",)
        return ("datetime",) if dialect == "postgresql" else ("datetime", "interval")
    if isinstance(kind, sa.ARRAY):
        plain = isinstance(kind.item_type, _PLAIN_ITEMS) and not isinstance(kind.item_type, sa.Enum)
        return ("json",) if plain else ()
    if type(kind).__name__ == "TINYINT" and getattr(kind, "display_width", None) == 1:
        return ("boolean", "integer")  # what BOOLEAN is in MariaDB
    if dialect == "mysql" and isinstance(kind, sa.String) and _is_json(connection, column):
        return ("json", "string")
    found = next((listed for base, listed in _TYPES if isinstance(kind, base)), ())
    return (
        found
        if dialect != "sqlite" or "bytes" in found
        else (*found, *(n for n in names() if n not in found))
    )


def _is_json(connection: sa.Connection, column: sa.Column[Any]) -> bool:
    """MariaDB's JSON is LONGTEXT under a check of its own."""
    query = sa.text(
        "select count(*) from information_schema.check_constraints where constraint_name = :column and level = 'Column'"
        " and table_name = :table and constraint_schema = coalesce(:schema, database())"
        " and lower(replace(check_clause, '`', '')) = lower(concat('json_valid(', :column, ')'))"
    )
    at = {"column": column.name, "table": column.table.name, "schema": column.table.schema}
    return bool(connection.scalar(query, at))


def type_name(connection: sa.Connection, column: sa.Column[Any]) -> str:
    """The codec for the values that the column holds now."""
    found = choices(connection, column)
    if not found:
        raise _cannot(column)
    return found[0]


def refuse_misfit(connection: sa.Connection, column: sa.Column[Any], codec: str) -> None:
    """Raise for a codec that does not take what the column holds."""
    found = choices(connection, column)
    if not found:
        raise _cannot(column)
    if codec not in found:
        raise JobError(
            f"{column.table.fullname}.{column.name}: values of the type {column.type} do not become {codec}",
            hint=f"--type {' or --type '.join(found)}; the models and the manifest must say the same",
        )


def _cannot(column: sa.Column[Any]) -> JobError:
    return JobError(
        f"{column.table.fullname}.{column.name}: values of the type {column.type} cannot be encrypted",
        hint=f"change the column first to text, or to what becomes one of {', '.join(names())}",
    )
