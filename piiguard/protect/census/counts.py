"""Rows per key version, counted in the database: the key id stands in the bytes, so one GROUP BY tells.

No key is needed, and no value leaves the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.frames import emptied
from piiguard.keys.envelope import OVERHEAD, TEXT_PREFIX, key_id_of
from piiguard.manifest import ProtectedColumn
from piiguard.protect.cells.headers import mark
from piiguard.protect.schema.surroundings import refuse_hidden_rows
from piiguard.protect.schema.tables import column_of, reflect
from piiguard.protect.transient import in_words

__all__ = ["Census", "count_index_rows", "count_rows", "index_census", "take"]


@dataclass(frozen=True, slots=True)
class Census:
    """What the rows of one column hold."""

    by_key: Mapping[int, int] = field(default_factory=dict)
    plain: int = 0
    null: int = 0
    damaged: int = 0

    @property
    def encrypted(self) -> int:
        """Rows under any key."""
        return sum(self.by_key.values())

    @property
    def rows(self) -> int:
        """All rows of the table."""
        return self.encrypted + self.plain + self.null + self.damaged


def take(connection: sa.Connection, column: sa.Column[Any]) -> Census:
    """Count the rows of a column by what they hold."""
    word = mark(connection.dialect.name, column).label("word")
    counted = sa.select(word, sa.func.count()).select_from(column.table).group_by(word)
    by_key: dict[int, int] = {}
    other = {"p": 0, "n": 0, "d": 0}
    for found, rows in connection.execute(counted):
        key_id = _key_id(found)
        if key_id is None:
            other[found if found in other else "p"] += rows
        else:
            by_key[key_id] = by_key.get(key_id, 0) + rows
    return Census(by_key, plain=other["p"], null=other["n"], damaged=other["d"])


def _key_id(word: str) -> int | None:
    rest = bytes(OVERHEAD - 6)
    if word.startswith("b"):
        return key_id_of(bytes.fromhex(word[1:]) + rest)
    if word.startswith("t" + TEXT_PREFIX):
        return key_id_of(word[1:] + "A" * 56)
    return None


def index_census(connection: sa.Connection, column: sa.Column[Any]) -> dict[int, int]:
    """Rows per index key version; NULL is version 0."""
    binary = sa.func.substr(column, 1, 2)
    shown = sa.func.encode(binary, "hex") if connection.dialect.name == "postgresql" else sa.func.hex(binary)
    word = sa.case((column.is_(None), "0"), else_=shown).label("word")
    counted = sa.select(word, sa.func.count()).select_from(column.table).group_by(word)
    return {int(found or "0", 16): rows for found, rows in connection.execute(counted)}


@emptied
def count_rows(engine: sa.Engine, columns: Iterable[ProtectedColumn], key_id: int) -> int:
    """How many rows of these columns are under this key; 0 lets ``keys retire`` go on."""
    total = 0
    with connect(engine) as connection:
        for item in columns:
            with in_words(item.place):
                column = column_of(reflect(connection, item.table), item.column)
                refuse_hidden_rows(connection, column.table)
                total += take(connection, column).by_key.get(key_id, 0)
    return total


@emptied
def count_index_rows(engine: sa.Engine, columns: Iterable[ProtectedColumn], version: int) -> int:
    """How many blind indexes of these columns are of this index key version."""
    total = 0
    with connect(engine) as connection:
        for item in columns:
            if item.index:
                column = column_of(reflect(connection, item.table), item.index)
                refuse_hidden_rows(connection, column.table)
                total += index_census(connection, column).get(version, 0)
    return total
