"""One table, one of its rows, and a foreign key between two tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.read.relation import Column, Relation
from piiguard.subjects.live.broken import BrokenText, literal

__all__ = ["Edge", "Row", "Table", "any_of"]

Row = tuple[Any, ...]
"""The values of a primary key."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds rows. ``key`` is its primary key, empty where it has none; ``types`` are of all its columns."""

    relation: Relation = field(compare=False)
    place: str
    key: tuple[str, ...] = field(compare=False, default=())
    types: Mapping[str, Any] = field(compare=False, default_factory=dict)
    required: frozenset[str] = field(compare=False, default=frozenset())
    """columns that are never NULL"""
    computed: frozenset[str] = field(compare=False, default=frozenset())
    """columns that the database makes of others: they are searched and never written, as they follow what they are made of"""

    @property
    def source(self) -> sa.TableClause:
        return self.relation.source()

    @property
    def columns(self) -> tuple[Column, ...]:
        """What can hold a text or a number that is looked for."""
        return self.relation.columns

    def shows(self, *names: str) -> bool:
        """Whether the account may read these columns; what it may not is named as not searched."""
        return not self.relation.denied or not {*names} & {*self.relation.denied}

    def column(self, name: str) -> sa.ColumnElement[Any]:
        return sa.column(name)

    def is_any(self, names: tuple[str, ...], rows: list[Row]) -> sa.ColumnElement[bool]:
        """Rows in which these columns have one of these values."""
        return any_of([sa.column(name) for name in names], rows)


def any_of(columns: list[sa.ColumnElement[Any]], rows: list[Row]) -> sa.ColumnElement[bool]:
    """Where these columns have the values of one of the rows."""
    if len(columns) > 1:
        return sa.or_(*(_equal(columns, row) for row in rows))
    whole = [row[0] for row in rows if not isinstance(row[0], BrokenText)]
    broken = [row for row in rows if isinstance(row[0], BrokenText)]
    listed = columns[0].in_(whole)
    return sa.or_(listed, *(_equal(columns, row) for row in broken)) if broken else listed


def _equal(columns: list[sa.ColumnElement[Any]], row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(own == literal(value) for own, value in zip(columns, row, strict=True)))


@dataclass(frozen=True, slots=True)
class Edge:
    """A foreign key: rows of ``child`` refer to rows of ``parent``."""

    child: Table
    columns: tuple[str, ...]
    parent: Table
    referred: tuple[str, ...]
    operators: Mapping[int, str] = field(compare=False, default_factory=dict)
    """by the place of the column, how the database compares it where that is not `=` (see ``operators``)"""

    @property
    def followed(self) -> bool:
        """Whether the account may read what it takes to go along it, both ways."""
        return self.child.shows(*self.columns, *self.child.key) and self.parent.shows(
            *self.referred, *self.parent.key
        )

    @property
    def loose(self) -> tuple[str, ...]:
        """The columns that can be emptied, so that a row refers to nobody; one that names its row is none."""
        return tuple(c for c in self.columns if c not in self.child.required and c not in self.child.key)

    @property
    def place(self) -> str:
        return f"{self.child.place}.{','.join(self.columns)}"
