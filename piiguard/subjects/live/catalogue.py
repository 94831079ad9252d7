"""Reads the catalogue: never a hand list, since nobody keeps one of seventy foreign keys."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.database import home, inspect
from piiguard.errors import SubjectError
from piiguard.read import catalog
from piiguard.read.relation import Relation
from piiguard.subjects.live.hidden import HIDDEN, hides
from piiguard.subjects.live.operators import operators
from piiguard.subjects.live.tables import Edge, Table

__all__ = ["Catalogue"]

_ROWS = ("table", "partitioned")
ELSEWHERE = "other tables"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tables by their places, the foreign keys, and what cannot be searched, with the reason."""

    tables: Mapping[str, Table]
    edges: tuple[Edge, ...]
    unread: tuple[tuple[str, str], ...] = ()
    _below: dict[Table, list[Edge]] = field(default_factory=dict, repr=False)
    _above: dict[Table, list[Edge]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, connection: sa.Connection) -> Catalogue:
        """What the database says of itself now."""
        found = catalog.relations(connection)
        tables = {
            r.place: _table(connection, r) for r in found if r.kind in _ROWS and not r.unread and not r.told
        }
        edges = tuple(edge for edge in _edges(connection, tables) if edge.followed)
        unread = [*_unread(found), *([(ELSEWHERE, HIDDEN)] if hides(connection) else [])]
        self = cls(tables, edges, tuple(unread))
        for edge in edges:
            self._below.setdefault(edge.parent, []).append(edge)
            self._above.setdefault(edge.child, []).append(edge)
        return self

    def below(self, table: Table) -> list[Edge]:
        """The foreign keys that refer to a table."""
        return self._below.get(table, [])

    def above(self, table: Table) -> list[Edge]:
        """The foreign keys of a table."""
        return self._above.get(table, [])

    def named(self, place: str, *, where: str) -> Table:
        """The table of this name. Raises :class:`SubjectError`."""
        if place in self.tables:
            return self.tables[place]
        alike = [name for name in self.tables if name.lower() == place.lower()]
        if len(alike) == 1:
            return self.tables[alike[0]]
        raise SubjectError(
            f"{where}: there is no such table", hint="piiguard scan lists the tables that there are"
        )


def _unread(found: list[Relation]) -> Iterator[tuple[str, str]]:
    for relation in found:
        if relation.unread:
            yield relation.place, relation.unread
        elif relation.kind == "materialized":
            yield relation.place, "a copy of rows of other tables: refresh it when they have changed"
        elif relation.denied:
            yield relation.place, f"permission denied for {', '.join(relation.denied)}"
        elif relation.aside:
            yield relation.place, relation.aside


def _table(connection: sa.Connection, relation: Relation) -> Table:
    look, schema = inspect(connection), _schema(connection, relation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # types that SQLAlchemy does not know
        columns = look.get_columns(relation.name, schema)
    filled = frozenset(column["name"] for column in columns if not column["nullable"])
    key = relation.primary or _naming(look, relation.name, schema, filled)
    types = {column["name"]: column["type"] for column in columns}
    computed = frozenset(column["name"] for column in columns if column.get("computed"))
    return Table(relation, relation.place, key, types, filled, computed)


def _naming(look: sa.Inspector, name: str, schema: str | None, filled: frozenset[str]) -> tuple[str, ...]:
    """Without a primary key, columns that are unique and never NULL name a row as well."""
    unique = [tuple(found["column_names"]) for found in look.get_unique_constraints(name, schema)]
    return min((names for names in unique if filled.issuperset(names)), key=len, default=())


def _schema(connection: sa.Connection, relation: Relation) -> str | None:
    return relation.schema or home(connection)


def _edges(connection: sa.Connection, tables: Mapping[str, Table]) -> Iterator[Edge]:
    look, small = inspect(connection), {place.lower(): table for place, table in tables.items()}
    default = {home(connection), connection.dialect.default_schema_name, None}
    unusual = operators(connection)
    for table in tables.values():
        schema, name = _schema(connection, table.relation), table.relation.name
        for key in look.get_foreign_keys(name, schema):
            parent = _parent(key, default, table, small)
            if parent is not None:
                signs = unusual.get((schema or "", name, key["name"] or ""), {})
                columns = tuple(key["constrained_columns"])
                yield Edge(table, columns, parent, tuple(key["referred_columns"]), signs)


def _parent(key: Any, default: set[str | None], child: Table, tables: Mapping[str, Table]) -> Table | None:
    """The table that is referred to; None where this account sees no such table."""
    schema, name = key["referred_schema"], key["referred_table"]
    place = name if schema in default else f"{schema}.{name}"
    return tables.get(place.lower())
