"""One table, one of its rows, and a foreign key between two tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.read.relation import Column, Relation

__all__ = ["Edge", "Row", "Table"]

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

    @property
    def source(self) -> sa.TableClause:
        return self.relation.source()

    @property
    def columns(self) -> tuple[Column, ...]:
        """What can hold a text or a number that is looked for."""
        return self.relation.columns

    def column(self, name: str) -> sa.ColumnElement[Any]:
        return sa.column(name)

    def is_any(self, names: tuple[str, ...], rows: list[Row]) -> sa.ColumnElement[bool]:
        """Rows in which these columns have one of these values."""
        if len(names) == 1:
            return sa.column(names[0]).in_([row[0] for row in rows])
        return sa.or_(
            *(
                sa.and_(*(sa.column(name) == value for name, value in zip(names, row, strict=True)))
                for row in rows
            )
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """A foreign key: rows of ``child`` refer to rows of ``parent``."""

    child: Table
    columns: tuple[str, ...]
    parent: Table
    referred: tuple[str, ...]

    @property
    def loose(self) -> tuple[str, ...]:
        """The columns that can be emptied, so that a row refers to nobody; one that names its row is none."""
        return tuple(c for c in self.columns if c not in self.child.required and c not in self.child.key)

    @property
    def place(self) -> str:
        return f"{self.child.place}.{','.join(self.columns)}"
