"""The identifiers that stand in rows: what a search can be widened by, and what contradicts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from piiguard.errors import ValueRestricted
from piiguard.subjects.identifiers import Identifier, normal
from piiguard.subjects.live import Row, Table
from piiguard.subjects.restricted.rows import RestrictedRow
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import away, seal_of

__all__ = ["identifiers", "moved_away"]


def identifiers(
    connection: sa.Connection, known: Known, table: Table, rows: Iterable[Row]
) -> Iterator[Identifier]:
    """What stands in rows, in columns that are known to hold identifiers."""
    names = _named_for(known, table)
    columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in names]
    for part in chunks(rows) if names and table.key else ():
        query = sa.select(*columns).select_from(table.source).where(table.is_any(table.key, part))
        for row in connection.execute(query):
            for name, value in zip(names, row, strict=True):
                yield from _spelled(known, table, name, _opened(known, table, name, value))


def moved_away(known: Known, table: Table, rows: Iterable[RestrictedRow]) -> Iterator[Identifier]:
    """What was moved away of such columns."""
    names = set(_named_for(known, table))
    for one in rows:
        for name in names & one.values.keys():
            value = away(seal_of(known, table, name), one, name, one.values[name])
            yield from _spelled(known, table, name, value)


def _named_for(known: Known, table: Table) -> list[str]:
    return [c.name for c in table.columns if known.kinds(table.place, c.name)]


def _spelled(known: Known, table: Table, name: str, value: object) -> Iterator[Identifier]:
    for kind in known.kinds(table.place, name):
        if value is not None and (spelled := normal(kind, value)) is not None:
            yield Identifier(kind, spelled)


def _opened(known: Known, table: Table, name: str, value: object) -> object:
    item, seal = known.protected(table.place, name), seal_of(known, table, name)
    if value is None or item is None:
        return None if isinstance(value, bytes | memoryview) else value
    try:
        return seal.value(bytes(value) if isinstance(value, memoryview) else value) if seal else None
    except ValueRestricted:
        return None  # it is taken from where it lies
