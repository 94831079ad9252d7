"""The two tables of a foreign key, joined: which row refers to which is the database's to say, not Python's.

It compares by the collation of the column (`Abc` is `ABC` where it takes no notice of case), by its padding, and SQLite by the
affinity of the parent (https://www.sqlite.org/foreignkeys.html: "the collation sequence of the parent key", "the parent key
column affinity is applied"), so the parent stands on the left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard.subjects.live import Edge, Row, Table, any_of

__all__ = ["Pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A foreign key with names for its two tables, which may be one."""

    edge: Edge
    child: sa.FromClause
    parent: sa.FromClause

    @classmethod
    def of(cls, edge: Edge) -> Pair:
        """The pair of a foreign key."""
        child = _named(edge.child, (*edge.child.key, *edge.columns), "referring")
        return cls(edge, child, _named(edge.parent, (*edge.parent.key, *edge.referred), "referred"))

    def of_child(self, names: tuple[str, ...]) -> list[sa.ColumnElement[Any]]:
        """Columns of the child, or a number where none is wanted."""
        return [self.child.c[name] for name in names] or [sa.literal_column("1")]

    def of_parent(self, names: tuple[str, ...]) -> list[sa.ColumnElement[Any]]:
        """Columns of the parent."""
        return [self.parent.c[name] for name in names]

    def children(self, rows: list[Row]) -> sa.ColumnElement[bool]:
        """Where the row of the child is one of these."""
        return any_of(self.of_child(self.edge.child.key), rows)

    def parents(self, rows: list[Row]) -> sa.ColumnElement[bool]:
        """Where the row of the parent is one of these."""
        return any_of(self.of_parent(self.edge.parent.key), rows)

    @property
    def inner(self) -> sa.FromClause:
        """Rows that refer to a row, with that row."""
        return self.child.join(self.parent, self._refers)

    @property
    def outer(self) -> sa.FromClause:
        """Every row of the child, with the row that it refers to."""
        return self.child.outerjoin(self.parent, self._refers)

    @property
    def _refers(self) -> sa.ColumnElement[bool]:
        there, here = self.of_parent(self.edge.referred), self.of_child(self.edge.columns)
        signs = (self.edge.operators.get(at, "=") for at in range(len(here)))
        return sa.and_(
            *(one.bool_op(sign)(other) for one, other, sign in zip(there, here, signs, strict=True))
        )


def _named(table: Table, names: Iterable[str], alias: str) -> sa.FromClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in dict.fromkeys(names)]
    relation = table.relation
    return sa.table(relation.name, *columns, schema=relation.schema or relation.home).alias(alias)
