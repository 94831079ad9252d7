"""Whether a column can be encrypted at all: what would be lost without a word is refused before anything runs."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from piiguard.database import inspect
from piiguard.errors import JobError
from piiguard.keys.index import SIZE
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches.sql import is_binary
from piiguard.protect.census import counts
from piiguard.protect.schema.tables import unique_groups

__all__ = ["refuse_other_use", "refuse_unfit", "type_name"]

_TYPES: tuple[tuple[type, str], ...] = (  # the first that fits: bool before int, datetime before date
    (sa.Enum, "string"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.types._Binary, "bytes"),
    (sa.Boolean, "boolean"),
    (sa.String, "string"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.Numeric, "decimal"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.Interval, "interval"),
    (sa.Uuid, "uuid"),
)


def type_name(column: sa.Column[Any]) -> str:
    """The codec for the values that the column holds now."""
    if isinstance(column.type, sa.DateTime):
        return "datetime_tz" if column.type.timezone else "datetime"
    for kind, name in _TYPES:
        if isinstance(column.type, kind):
            return name
    raise JobError(
        f"{column.table.fullname}.{column.name}: values of the type {column.type} cannot be encrypted",
        hint="name the type with --type, or change the column to text first",
    )


def refuse_unfit(connection: sa.Connection, column: sa.Column[Any], item: ProtectedColumn) -> bool:
    """Raise for a column that cannot be swapped; returns whether it is unique."""
    table, place = column.table, item.place
    if column.primary_key:
        raise JobError(
            f"{place}: the column is in the primary key, and random ciphertext cannot name a row",
            hint="give the table a key of its own first; look rows up by a blind index (--index)",
        )
    if column.computed is not None:
        raise JobError(f"{place}: the column is computed", hint="encrypt the column it is computed from")
    if column.server_default is not None:
        raise JobError(
            f"{place}: the column has a default, which would be stored as plaintext",
            hint="drop the default first",
        )
    _refuse_foreign_keys(connection, column, place)
    _refuse_checks(connection, column, place)
    return _is_unique(connection, table, column, item)


def refuse_other_use(
    connection: sa.Connection, table: sa.Table, item: ProtectedColumn, versions: frozenset[int]
) -> None:
    """Raise when the index column is there and holds anything but indexes: a job would write over it.

    ``versions`` are the index key versions of the keyring.
    """
    if item.index is None or item.index not in table.c:
        return
    column = table.c[item.index]
    untyped = isinstance(column.type, sa.types.NullType)  # SQLite
    if not column.primary_key and (is_binary(column) or untyped):
        other = sa.and_(column.is_not(None), sa.func.length(column) != SIZE)
        longer = connection.scalar(sa.select(sa.func.count()).select_from(table).where(other))
        if not longer and counts.index_census(connection, column).keys() <= versions | {0}:
            return
    raise JobError(
        f"{item.place}: {item.index} holds something else than blind indexes of this keyring",
        hint="give --index a name that the table does not have; the job adds the column",
    )


def _refuse_foreign_keys(connection: sa.Connection, column: sa.Column[Any], place: str) -> None:
    table = column.table
    schema = table.schema
    for (_, other), keys in inspect(connection).get_multi_foreign_keys(schema=schema).items():
        for key in keys:
            here = other == table.name and column.name in key["constrained_columns"]
            there = key["referred_table"] == table.name and column.name in key["referred_columns"]
            if here or there:
                raise JobError(
                    f"{place}: a foreign key of {other} uses the column",
                    hint="point it at a key that is no personal data, then encrypt the column",
                )


def _refuse_checks(connection: sa.Connection, column: sa.Column[Any], place: str) -> None:
    found = inspect(connection).get_check_constraints(column.table.name, column.table.schema)
    for check in found:
        if (
            re.search(rf"\b{re.escape(column.name)}\b", str(check["sqltext"]))
            and "249" not in check["sqltext"]
        ):
            raise JobError(
                f"{place}: the constraint {check['name'] or 'CHECK'} tests the plaintext",
                hint="drop the constraint first; the application can test the value before it is encrypted",
            )


def _is_unique(
    connection: sa.Connection, table: sa.Table, column: sa.Column[Any], item: ProtectedColumn
) -> bool:
    groups = unique_groups(connection, table)
    for names in groups:
        if column.name in names and len(names) > 1:
            raise JobError(
                f"{item.place}: a unique constraint over {', '.join(map(str, names))} needs the plaintext",
                hint="drop the constraint first; after that it can be made over the blind index",
            )
    unique = any(names == [column.name] for names in groups)
    if unique and not item.index:
        raise JobError(
            f"{item.place}: the column is unique, and ciphertext cannot keep it so",
            hint=f"add a blind index: --index {column.name}_index --normalizer exact (or digits, email …)",
        )
    return unique
