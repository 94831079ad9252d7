"""Where every protected column stands: rows per key version, plaintext left, blind indexes, unfinished jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import PiiguardError
from piiguard.frames import emptied
from piiguard.protect.batches import checkpoint
from piiguard.protect.census import counts
from piiguard.protect.schema.surroundings import refuse_hidden_rows
from piiguard.protect.schema.tables import column_of, reflect
from piiguard.protect.transient import in_words

if TYPE_CHECKING:
    from piiguard.keys.document import KeyVersion
    from piiguard.manifest import ProtectedColumn

__all__ = ["ColumnStatus", "VersionRows", "status", "unfinished"]


@dataclass(frozen=True, slots=True)
class VersionRows:
    """Rows under one key version; ``version`` None: the keyring does not know this key id."""

    version: int | None
    state: str
    key_id: int
    rows: int


@dataclass(frozen=True, slots=True)
class ColumnStatus:
    """One protected column."""

    table: str
    column: str
    context: str
    versions: tuple[VersionRows, ...] = ()
    plain: int = 0
    null: int = 0
    damaged: int = 0
    index: str | None = None
    index_rows: dict[int, int] = field(default_factory=dict)
    error: str = ""
    hint: str = ""


@emptied
def status(
    engine: sa.Engine, items: Iterable[ProtectedColumn], versions: Iterable[KeyVersion]
) -> list[ColumnStatus]:
    """Count every column; one that cannot be counted says why and does not stop the others."""
    known = tuple(versions)
    with connect(engine) as connection:
        return [_one(connection, item, known) for item in items]


def _one(connection: sa.Connection, item: ProtectedColumn, known: tuple[KeyVersion, ...]) -> ColumnStatus:
    try:
        with in_words(item.place):
            table = reflect(connection, item.table)
            refuse_hidden_rows(connection, table)
            counted = counts.take(connection, column_of(table, item.column))
            there = item.index is not None and item.index in table.c
            indexed = counts.index_census(connection, table.c[str(item.index)]) if there else {}
    except PiiguardError as error:
        connection.rollback()
        return ColumnStatus(item.table, item.column, item.context, error=str(error), hint=error.hint)
    by_id = {version.id: version for version in known if version.kind == "data"}
    rows = [_rows(by_id.get(key_id), key_id, count) for key_id, count in counted.by_key.items()]
    rows.sort(key=lambda found: (found.version is None, found.version))
    return ColumnStatus(
        item.table,
        item.column,
        item.context,
        tuple(rows),
        counted.plain,
        counted.null,
        counted.damaged,
        item.index,
        indexed,
    )


def _rows(version: KeyVersion | None, key_id: int, rows: int) -> VersionRows:
    if version is None:
        return VersionRows(None, "unknown", key_id, rows)
    return VersionRows(version.version, version.state, key_id, rows)


def unfinished(engine: sa.Engine) -> list[checkpoint.Unfinished]:
    """Jobs that were not brought to their end."""
    with connect(engine) as connection:
        return checkpoint.unfinished(connection)
