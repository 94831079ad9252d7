"""From rows to rows along foreign keys: down to what hangs on a person, up to whose a row is.

Down are the rows that refer to a person's rows, and to those again. Rows of tables that hold persons are never
entered: another person may refer to this one, and is not part of him. A row that refers to another person as well is
his as much, and is not followed either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.subjects.live import Catalogue, Edge, Row, Table

__all__ = ["Reach", "Rows", "chunks"]

Rows = dict[Table, dict[Row, None]]
_MANY = 200


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows as fit into one statement."""
    listed = list(rows)
    for at in range(0, len(listed), _MANY):
        yield listed[at : at + _MANY]


@dataclass(slots=True)
class Reach:
    """What is reached from a person's rows. ``locked``: rows are read for update, and stay as they are until the end."""

    connection: sa.Connection
    catalogue: Catalogue
    persons: frozenset[Table]
    locked: bool = False
    rows: Rows = field(default_factory=dict)
    along: dict[Edge, dict[Row, None]] = field(default_factory=dict)
    """rows that were reached along a foreign key"""
    shared: dict[Edge, dict[Row, None]] = field(default_factory=dict)
    """rows that refer to the person's and are not his alone"""

    def extend(self, roots: Rows) -> None:
        """Add rows, and all that hangs on them."""
        waiting = [(table, list(rows)) for table, rows in roots.items() if rows]
        for table, rows in waiting:
            self.rows.setdefault(table, {}).update(dict.fromkeys(rows))
        while waiting:
            table, rows = waiting.pop()
            for edge in self.catalogue.below(table):
                if fresh := self._down(edge, rows):
                    waiting.append((edge.child, fresh))
        self._settle()

    def _down(self, edge: Edge, rows: list[Row]) -> list[Row]:
        found = self.referring(edge, rows)
        own = self.rows.setdefault(edge.child, {})
        fresh = [row for row in found if row not in own]
        if edge.child in self.persons:
            self.shared.setdefault(edge, {}).update(dict.fromkeys(fresh))
            return []
        strangers = self._of_others(edge.child, fresh)
        self.shared.setdefault(edge, {}).update(dict.fromkeys(strangers))
        mine = [row for row in fresh if row not in strangers]
        self.along.setdefault(edge, {}).update(dict.fromkeys(mine))
        own.update(dict.fromkeys(mine))
        return mine

    def _settle(self) -> None:
        """What was shared and is a person's own after all is no longer shared."""
        for edge, rows in self.shared.items():
            own = self.rows.get(edge.child, {})
            self.shared[edge] = {row: None for row in rows if row not in own}

    def referring(self, edge: Edge, rows: Sequence[Row]) -> list[Row]:
        """The rows of the child that refer to these rows of the parent; of a table without a key their numbers."""
        found: dict[Row, None] = {}
        for values in self.values(edge.parent, edge.referred, rows):
            where = edge.child.is_any(edge.columns, values)
            found |= dict.fromkeys(self.keys(edge.child, where))
        return list(found)

    def values(self, table: Table, names: tuple[str, ...], rows: Iterable[Row]) -> Iterator[list[Row]]:
        """What some rows have in these columns, where none of it is NULL; each once."""
        for part in chunks(rows):
            if names == table.key:
                yield part
                continue
            query = self._select(table, names).where(table.is_any(table.key, part)) if table.key else None
            if query is None:
                continue
            values = {tuple(row): None for row in self.connection.execute(query) if None not in tuple(row)}
            if values:
                yield list(values)

    def keys(self, table: Table, where: sa.ColumnElement[bool]) -> list[Row]:
        """The keys of some rows; numbers where the table has no key."""
        query = self._select(table, table.key or ()).where(where)
        if not table.key:
            return [(number,) for number, _ in enumerate(self.connection.execute(query))]
        return [tuple(row) for row in self.connection.execute(query)]

    def _select(self, table: Table, names: tuple[str, ...]) -> sa.Select[Any]:
        columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in names]
        query: sa.Select[Any] = sa.select(*(columns or [sa.literal_column("1")])).select_from(table.source)
        return query.with_for_update() if self.locked else query

    def _of_others(self, table: Table, rows: list[Row]) -> set[Row]:
        """Those rows that refer to a person who is not this one."""
        found = set[Row]()
        if not table.key:
            return found
        for edge in self.catalogue.above(table):
            if edge.parent not in self.persons:
                continue
            mine = {
                v
                for part in self.values(edge.parent, edge.referred, self.rows.get(edge.parent, {}))
                for v in part
            }
            width = len(table.key)
            for part in chunks(rows):
                query = self._select(table, (*table.key, *edge.columns)).where(table.is_any(table.key, part))
                for row in map(tuple, self.connection.execute(query)):
                    if None not in row[width:] and row[width:] not in mine:
                        found.add(row[:width])
        return found

    def owned(self, table: Table, rows: Iterable[Row]) -> set[Row]:
        """Those rows from which another person is reached upward, at any distance."""
        found = self._of_others(table, list(rows))
        if not table.key:
            return found
        for row in [row for row in rows if row not in found]:
            if self._climbs(table, row):
                found.add(row)
        return found

    def _climbs(self, table: Table, row: Row) -> bool:
        seen: set[tuple[Table, Row]] = {(table, row)}
        waiting = [(table, row)]
        while waiting:
            here, own = waiting.pop()
            for edge in self.catalogue.above(here):
                for parent in self._parents(edge, own):
                    if edge.parent in self.persons:
                        if parent not in self.rows.get(edge.parent, {}):
                            return True
                    elif (edge.parent, parent) not in seen and edge.parent.key:
                        seen.add((edge.parent, parent))
                        waiting.append((edge.parent, parent))
        return False

    def _parents(self, edge: Edge, row: Row) -> list[Row]:
        found: list[Row] = []
        for values in self.values(edge.child, edge.columns, [row]):
            found += self.keys(edge.parent, edge.parent.is_any(edge.referred, values))
        return found

    def upward(self) -> dict[Edge, int]:
        """The foreign keys by which rows of the person refer to tables that are nobody's own, and how many rows do."""
        found: dict[Edge, int] = {}
        for table, rows in self.rows.items():
            for edge in self.catalogue.above(table):
                if self.rows.get(edge.parent):
                    continue
                count = 0
                for part in chunks(rows) if table.key else ():
                    filled = sa.and_(*(sa.column(name).is_not(None) for name in edge.columns))
                    query = sa.select(sa.func.count()).select_from(table.source)
                    count += int(
                        self.connection.scalar(query.where(table.is_any(table.key, part), filled)) or 0
                    )
                if count:
                    found[edge] = count
        return found
