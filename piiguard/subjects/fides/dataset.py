"""A dataset for each schema of a database: its tables with what they hold, keys and foreign keys as the catalogue says now.

References lead from the rows of people to what hangs on them and never back, as our own search goes: Fides would else walk from
a person's faculty to all of its students. It takes a row for which any one of the references holds, so a foreign key of several
columns (tenant and number) would bring the rows of a whole tenant: it is left out, and said. What no person leads to is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import database
from piiguard.subjects.fides.taxonomy import PSEUDONYM, categories
from piiguard.subjects.find import reading
from piiguard.subjects.live import Catalogue, Edge, Table
from piiguard.subjects.rows.known import Known, Named

if TYPE_CHECKING:
    from piiguard.manifest import Manifest

__all__ = ["map_subjects"]

_IDENTITIES = {"email": "email", "phone": "phone_number", "iin": "iin"}
_SIGNS = re.compile(r"[^a-zA-Z0-9_-]+")
_TYPES: tuple[tuple[Any, str], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Numeric, "float"),
    (sa.LargeBinary, ""),
    (sa.String, "string"),
)


def map_subjects(
    targets: str | Iterable[str], *, manifest: Manifest | None = None, findings: Iterable[Named] = ()
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The map of databases as datasets of Fides, ready for YAML; places that could not be read, with the reason; and foreign keys
    of people's rows that are left out, as they have several columns.

    Categories are those that the ``manifest``, the names of columns and ``findings`` tell. Raises :class:`SubjectError`.

    ::

        document, unread, left_out = map_subjects("sqlite:///crm.db", manifest=manifest)
    """
    known, datasets = Known(manifest, findings), dict[str, dict[str, Any]]()
    unread: list[tuple[str, str]] = []
    left_out: list[str] = []
    for target in [targets] if isinstance(targets, str) else targets:
        with reading(target) as connection:
            catalogue = Catalogue.read(connection)
            name = _named(connection.engine.url, datasets)
            shown = database.shown(connection.engine.url)
        unread += catalogue.unread
        made = _Map(known, catalogue, name, shown)
        left_out += made.left_out
        for one in made.datasets():
            datasets[one["fides_key"]] = one
    return {"dataset": list(datasets.values())}, tuple(unread), tuple(left_out)


def _named(url: sa.URL, taken: Iterable[str]) -> str:
    """A key for a database: its name, in the signs that Fides allows."""
    words = re.split(r"[/\\]", url.database or "database")
    bare = _SIGNS.sub("_", words[-1].removesuffix(".db")).strip("_") or "database"
    return next(name for at in range(1, 1000) if (name := bare if at == 1 else f"{bare}_{at}") not in taken)


class _Map:
    def __init__(self, known: Known, catalogue: Catalogue, name: str, shown: str) -> None:
        self._known, self._catalogue, self._name, self._shown = known, catalogue, name, shown
        self._persons = {s.table for s in known.subjects}
        self._let_go = known.let_go(catalogue.edges)
        self._reached = self._below(t for t in catalogue.tables.values() if self._is_entry(t))
        self.left_out = [
            edge.place
            for edge in catalogue.edges
            if edge.parent in self._reached
            and len(edge.columns) > 1
            and edge.child.place not in self._persons
        ]

    def datasets(self) -> Iterator[dict[str, Any]]:
        """One for each schema."""
        tables = sorted(self._catalogue.tables.values(), key=lambda table: table.place)
        for schema in dict.fromkeys(table.relation.schema for table in tables):
            yield {
                "fides_key": self._key(schema),
                "name": self._key(schema),
                "description": f"{self._shown}{f', schema {schema}' if schema else ''}: written by piiguard subject map",
                "collections": [self._table(table) for table in tables if table.relation.schema == schema],
            }

    def _key(self, schema: str | None) -> str:
        return f"{self._name}_{_SIGNS.sub('_', schema)}" if schema else self._name

    def _is_entry(self, table: Table) -> bool:
        """Whether people are looked for there."""
        return table.place in self._persons or any(self._identity(table, name) for name in table.types)

    def _below(self, entries: Iterable[Table]) -> frozenset[Table]:
        waiting = list(entries)
        found = set(waiting)
        while waiting:
            for edge in self._catalogue.below(waiting.pop()):
                if edge.child not in found and self._leads(edge):
                    found.add(edge.child)
                    waiting.append(edge.child)
        return frozenset(found)

    def _table(self, table: Table) -> dict[str, Any]:
        rule = self._known.rule(table.place)
        meta: dict[str, Any] = {}
        if table not in self._reached:
            meta["skip_processing"] = True
        elif rule is not None and rule.erase == "delete":
            meta["masking_strategy_override"] = {"strategy": "delete"}
        kept = rule is not None and rule.erase == "keep"
        return {
            "name": table.relation.name,
            **({"description": f"kept by law: {rule.law}"} if rule is not None and kept else {}),
            "fields": [self._field(table, name, kept) for name in table.types],
            **({"fides_meta": meta} if meta else {}),
        }

    def _field(self, table: Table, name: str, kept: bool) -> dict[str, Any]:
        meta: dict[str, Any] = {}
        kind = table.types[name]
        item = self._known.protected(table.place, name)
        if name in table.key:
            meta["primary_key"] = True
        if word := next((word for type_, word in _TYPES if isinstance(kind, type_)), ""):
            meta["data_type"] = word
            if word == "string" and getattr(kind, "length", None):
                meta["length"] = int(kind.length)
        if identity := self._identity(table, name):
            meta["identity"] = identity
        if kept:
            meta["read_only"] = True
        if references := list(self._references(table, name)):
            meta["references"] = references
        told = self._categories(table, name)
        return {
            "name": name,
            **({"description": "encrypted by piiguard"} if item is not None else {}),
            **({"data_categories": told} if told else {}),
            **({"fides_meta": meta} if meta else {}),
        }

    def _categories(self, table: Table, name: str) -> list[str]:
        """What the column holds; an index is a pseudonym, a twin what its column is."""
        of = self._known.beside(table, table.types).get(name)
        if of is None:
            return categories(self._known.entities(table.place, name))
        item = self._known.protected(table.place, of)
        twin = item is None or not item.index or name.removeprefix("piiguard_").find(item.index) != 0
        return categories(self._known.entities(table.place, of)) if twin else [PSEUDONYM]

    def _identity(self, table: Table, name: str) -> str | None:
        """By what a person is looked for there: not by what is encrypted, which no query finds, nor where a column may hold anything."""
        kinds = self._known.kinds(table.place, name)
        if (
            len(kinds) != 1
            or self._known.protected(table.place, name)
            or (table.place, name) in self._known.helpers
        ):
            return None
        return _IDENTITIES[next(iter(kinds))]

    def _references(self, table: Table, name: str) -> Iterator[dict[str, str]]:
        for edge in self._catalogue.above(table):
            if edge.columns == (name,) and edge.parent in self._reached and self._leads(edge):
                yield {
                    "dataset": self._key(edge.parent.relation.schema),
                    "field": f"{edge.parent.relation.name}.{edge.referred[0]}",
                    "direction": "from",
                }

    def _leads(self, edge: Edge) -> bool:
        """Whether rows of the child are a person's with those of the parent: people are no part of one another."""
        return len(edge.columns) == 1 and edge.child.place not in self._persons and edge not in self._let_go
