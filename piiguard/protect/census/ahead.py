"""What the encryption of a column will take of disk and time, as far as that can be told before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard.keys.envelope import OVERHEAD
from piiguard.keys.index import SIZE
from piiguard.protect.schema.tables import as_value

__all__ = ["ROWS_PER_SECOND", "Ahead", "ahead"]

ROWS_PER_SECOND = 2_000, 20_000
"""Rows that are filled in a second: on a busy server far away, and on an idle one beside it (docs/benchmarks.md)."""
_SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Ahead:
    """Bytes that ciphertext and index add, and bytes of rows that are written anew: None where old ones do not stay."""

    added: int
    rewritten: int | None

    @staticmethod
    def minutes(rows: int) -> tuple[float, float]:
        """How long so many rows take to be filled, at best and at worst; verifying them takes as long again at most.

        >>> Ahead.minutes(1_200_000)
        (1.0, 10.0)
        """
        slow, fast = ROWS_PER_SECOND
        return rows / fast / 60, rows / slow / 60


def ahead(
    connection: sa.Connection, column: sa.Column[Any], rows: int, *, indexed: bool, text: bool
) -> Ahead:
    """Look at the lengths of some values, and at what the database says of the table's size."""
    dialect = connection.dialect.name
    some = sa.select(column.label("v")).where(column.is_not(None)).limit(_SAMPLE).subquery()
    length = connection.scalar(sa.select(sa.func.avg(_bytes(some.c.v, dialect)))) or 0
    sealed = float(length) + OVERHEAD
    added = sealed * 4 / 3 if text else sealed
    if indexed:
        added += 2 * SIZE  # in the column, and in the database's own index over it
    return Ahead(round(added * rows), _rewritten(connection, column.table))


def _bytes(value: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[int]:
    if dialect == "postgresql":
        return sa.func.octet_length(sa.func.pg_catalog.concat(value))
    if dialect == "sqlite":
        return sa.func.length(sa.cast(value, sa.LargeBinary))
    return sa.func.length(value)


def _rewritten(connection: sa.Connection, table: sa.Table) -> int | None:
    """PostgreSQL keeps the old version of each row that is written until VACUUM; a copy of SQLite's file is made by it."""
    if connection.dialect.name == "postgresql":
        query = sa.text("select pg_table_size(cast(:name as regclass))")
        return int(connection.scalar(query, {"name": as_value(connection.dialect, table)}) or 0)
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("pragma page_count").scalar() or 0
        return int(pages) * int(connection.exec_driver_sql("pragma page_size").scalar() or 0)
    return None
