"""From rows to rows along foreign keys: down to what hangs on a person, up to whose a row is.

Down are the rows that refer to a person's rows, and to those again. Rows of tables that hold persons are never
entered: another person may refer to this one, and is not part of him. A row is of the persons that are nearest upward: one
that another is as near to is his as much, and is not followed either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from piiguard.subjects.live import Catalogue, Edge, Row, Table
from piiguard.subjects.rows.pair import Pair

__all__ = ["Reach", "Rows", "chunks"]

Rows = dict[Table, dict[Row, None]]
_Level = dict[Table, dict[Row, set[Row]]]
"""Rows that were reached upward, and from which rows."""
_MANY = 200


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows as fit into one statement."""
    listed = list(rows)
    for at in range(0, len(listed), _MANY):
        yield listed[at : at + _MANY]


@dataclass
class Reach:
    """What is reached from a person's rows. ``locked``: rows are read for update, and stay as they are until the end."""

    connection: sa.Connection
    catalogue: Catalogue
    persons: frozenset[Table]
    locked: bool = False
    let_go: frozenset[Edge] = frozenset()
    """foreign keys by which a row names a person and is not his: it loses the reference, and is not followed"""
    anchors: Rows = field(default_factory=dict)
    """rows that stand for the person, where it is not known who that is: what is past its term"""
    rows: Rows = field(default_factory=dict)
    along: dict[Edge, dict[Row, None]] = field(default_factory=dict)
    """rows that were reached along a foreign key"""
    shared: dict[Edge, dict[Row, None]] = field(default_factory=dict)
    """rows that refer to the person's and are not his alone"""
    between: Rows = field(default_factory=dict)
    """rows of his and of another person as much: a message of two"""

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
        if edge in self.let_go:
            self.shared[edge].update(dict.fromkeys(mine))
            return []
        own.update(dict.fromkeys(mine))
        return mine

    def _settle(self) -> None:
        """What was shared and is a person's own after all is no longer shared."""
        for edge, rows in self.shared.items():
            own = self.rows.get(edge.child, {})
            self.shared[edge] = {row: None for row in rows if row not in own}

    def referring(self, edge: Edge, rows: Iterable[Row]) -> list[Row]:
        """The rows of the child that refer to these rows of the parent; of a table without a key their numbers."""
        return list(self._joined(edge, edge.child.key, rows))

    def spellings(self, edge: Edge, rows: Iterable[Row]) -> list[Row]:
        """What rows of the child have in the foreign key where they refer to these rows of the parent; each once."""
        return list(self._joined(edge, edge.columns, rows))

    def _joined(self, edge: Edge, names: tuple[str, ...], rows: Iterable[Row]) -> dict[Row, None]:
        """These columns of the rows of the child; the database compares, as it does for the key: `ABC` may be `Abc`."""
        found: dict[Row, None] = {}
        if not edge.parent.key:
            return found
        pair = Pair.of(edge)
        for part in chunks(rows):
            query = sa.select(*pair.of_child(names)).select_from(pair.inner).where(pair.parents(part))
            for number, row in enumerate(self.connection.execute(self._lock(query, pair))):
                found[tuple(row) if names else (number,)] = None
        return found

    def _lock(self, query: sa.Select[Any], pair: Pair) -> sa.Select[Any]:
        return query.with_for_update(of=pair.child) if self.locked else query

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
        """Those rows to which another person is as near, upward along the foreign keys, as this one, or nearer."""
        found = set[Row]()
        undecided = set(rows) if table.key else set[Row]()
        level: _Level = {table: {row: {row} for row in undecided}}
        seen = {(table, row, row) for row in undecided}
        while undecided and level:
            met, mine, above = set[Row](), set[Row](), _Level()
            for edge, parent, below in self._above(level):
                origins = below & undecided
                if edge.parent in self.persons:
                    met |= origins
                    (mine if parent in self.rows.get(edge.parent, {}) else found).update(origins)
                elif parent in self.anchors.get(edge.parent, {}):
                    met |= origins
                elif fresh := {row for row in origins if (edge.parent, parent, row) not in seen}:
                    seen |= {(edge.parent, parent, row) for row in fresh}
                    above.setdefault(edge.parent, {}).setdefault(parent, set()).update(fresh)
            if both := mine & found:
                self.between.setdefault(table, {}).update(dict.fromkeys(both))
            undecided -= met
            level = above
        return found

    def _above(self, level: _Level) -> Iterator[tuple[Edge, Row, set[Row]]]:
        """One step upward: along which foreign key, to which row, and from which rows in the beginning."""
        for table, rows in level.items():
            for edge in self.catalogue.above(table):
                if edge.parent in self._to_persons:
                    yield from ((edge, parent, rows[own]) for parent, own in self._climbed(edge, rows))

    @cached_property
    def _to_persons(self) -> frozenset[Table]:
        """The tables from which persons are reached upward, and theirs."""
        found, waiting = set(self.persons), list(self.persons)
        while waiting:
            for edge in self.catalogue.below(waiting.pop()):
                if edge.child not in found:
                    found.add(edge.child)
                    waiting.append(edge.child)
        return frozenset(found)

    def _climbed(self, edge: Edge, rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
        """The rows that some rows refer to, each with that row; one that is not there counts too, by what refers to it."""
        if not (edge.child.key and edge.parent.key):
            return
        pair, own, width = Pair.of(edge), len(edge.child.key), len(edge.columns)
        wanted = [*pair.of_child((*edge.child.key, *edge.columns)), *pair.of_parent(edge.parent.key)]
        for part in chunks(rows):
            query = sa.select(*wanted).select_from(pair.outer).where(pair.children(part))
            for row in map(tuple, self.connection.execute(self._lock(query, pair))):
                below, names, above = row[:own], row[own : own + width], row[own + width :]
                if None not in names:
                    yield (above if None not in above else names), below

    def owned(self, table: Table, rows: Iterable[Row]) -> set[Row]:
        """Those rows from which another person is reached upward, at any distance."""
        return {row for row in rows if table.key and self._climbs(table, row)}

    def _climbs(self, table: Table, row: Row) -> bool:
        seen, waiting = {(table, row)}, [(table, row)]
        while waiting:
            here, own = waiting.pop()
            for edge in self.catalogue.above(here):
                if edge.parent not in self._to_persons:
                    continue
                for parent, _ in self._climbed(edge, [own]):
                    if edge.parent in self.persons:
                        if parent not in self.rows.get(edge.parent, {}):
                            return True
                    elif (edge.parent, parent) not in seen:
                        seen.add((edge.parent, parent))
                        waiting.append((edge.parent, parent))
        return False

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
