"""Walks a table by its key and tells the rows that are past their term, whatever its dates are written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from piiguard.subjects.dates import moment
from piiguard.subjects.live import Row, Table
from piiguard.subjects.retention.rules import Expiry

__all__ = ["Page", "Walk"]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of their keys; ``undated`` have no date, or none that can be read."""

    overdue: list[Row]
    undated: int
    last: Row | None


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of one expiry, older than ``before``; ``empty`` are columns of which one holds something while there is work."""

    expiry: Expiry
    before: datetime
    filled: tuple[str, ...] = ()

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
            [row[:-1] for row in rows if self._is_overdue(row[-1])],
            undated,
            rows[-1][:-1] if len(rows) == size else None,
        )

    def still(self, connection: sa.Connection, rows: list[Row]) -> list[Row]:
        """Those rows that are past their term now, and locked: somebody may have come back meanwhile."""
        query = self._query().where(self.table.is_any(self.table.key, rows)).with_for_update()
        return [tuple(row)[:-1] for row in connection.execute(query) if self._is_overdue(row[-1])]

    def _query(self) -> sa.Select[Any]:
        names: Iterable[str] = (*self.table.key, self.expiry.column)
        selected: list[sa.ColumnElement[Any]] = [
            sa.column(name).label(f"c{at}") for at, name in enumerate(names)
        ]
        query = sa.select(*selected).select_from(self.table.source)
        if self.filled:
            query = query.where(sa.or_(*(sa.column(name).is_not(None) for name in self.filled)))
        return query

    def _is_overdue(self, value: Any) -> bool:
        found = moment(value)
        return found is not None and found < self.before


def _behind(table: Table, row: Row) -> sa.ColumnElement[bool]:
    """Rows whose key is greater, column by column: not every database compares rows by an index."""
    return sa.or_(*_steps(table.key, row))


def _steps(names: tuple[str, ...], row: Row) -> Iterator[sa.ColumnElement[bool]]:
    for at, name in enumerate(names):
        equal = [sa.column(n) == v for n, v in zip(names[:at], row[:at], strict=True)]
        yield sa.and_(*equal, sa.column(name) > row[at])
