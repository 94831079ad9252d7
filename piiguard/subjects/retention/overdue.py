"""Walks a table by its key and tells the rows that are past their term, whatever its dates are written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from piiguard.subjects.dates import moment
from piiguard.subjects.live import Row, Table
from piiguard.subjects.live.broken import literal
from piiguard.subjects.retention.rules import Expiry
from piiguard.subjects.retention.signs import Done, nothing
from piiguard.subjects.rows.reach import chunks

__all__ = ["Page", "Walk"]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of their keys; ``undated`` have no date, or none that can be read."""

    overdue: list[Row]
    undated: int
    last: Row | None


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of one expiry, older than ``before``; ``filled`` are columns of which one holds something while there is work, and
    of the ``restricted`` rows it lies elsewhere.
    """

    expiry: Expiry
    before: datetime
    filled: tuple[str, ...] = ()
    restricted: tuple[Row, ...] = ()
    done: Done = nothing
    """tells rows that stay and are done"""

    @property
    def table(self) -> Table:
        return self.expiry.table

    def page(self, connection: sa.Connection, after: Row | None, size: int) -> Page:
        """The next rows behind a key; ``last`` is None at the end."""
        keys: list[sa.ColumnElement[Any]] = [sa.column(name) for name in self.table.key]
        query = self._query().order_by(*keys).limit(size)
        if after is not None:
            query = query.where(_behind(self.table, after))
        rows = [tuple(row) for row in connection.execute(query)]
        undated = sum(moment(row[-1]) is None for row in rows)
        return Page(
            self._left(connection, rows),
            undated,
            rows[-1][:-1] if len(rows) == size else None,
        )

    def still(self, connection: sa.Connection, rows: list[Row]) -> list[Row]:
        """Those rows that are past their term now, and locked: somebody may have come back meanwhile."""
        query = self._query().where(self.table.is_any(self.table.key, rows)).with_for_update()
        return self._left(connection, [tuple(row) for row in connection.execute(query)])

    def _left(self, connection: sa.Connection, rows: list[Row]) -> list[Row]:
        overdue = [row[:-1] for row in rows if self._is_overdue(row[-1])]
        done = self.done(connection, overdue)
        return [row for row in overdue if row not in done]

    def _query(self) -> sa.Select[Any]:
        names: Iterable[str] = (*self.table.key, self.expiry.column)
        selected: list[sa.ColumnElement[Any]] = [
            sa.column(name).label(f"c{at}") for at, name in enumerate(names)
        ]
        query = sa.select(*selected).select_from(self.table.source)
        if self.filled:
            held: list[sa.ColumnElement[bool]] = [sa.column(name).is_not(None) for name in self.filled]
            held += [self.table.is_any(self.table.key, part) for part in chunks(self.restricted)]
            query = query.where(sa.or_(*held))
        return query

    def _is_overdue(self, value: Any) -> bool:
        found = moment(value)
        return found is not None and found < self.before


def _behind(table: Table, row: Row) -> sa.ColumnElement[bool]:
    """Rows whose key is greater, column by column: not every database compares rows by an index."""
    return sa.or_(*_steps(table.key, row))


def _steps(names: tuple[str, ...], row: Row) -> Iterator[sa.ColumnElement[bool]]:
    for at, name in enumerate(names):
        equal = [sa.column(n) == literal(v) for n, v in zip(names[:at], row[:at], strict=True)]
        yield sa.and_(*equal, sa.column(name) > literal(row[at]))
