"""Who it is: which rows are a person's, which may be another's, and what is shown and never decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.subjects.identifiers import Identifier, normal
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.reach import Reach, Rows, chunks
from piiguard.subjects.rows.search import Hit, Search
from piiguard.subjects.sought import Sought

__all__ = ["Doubt", "Person", "find_person", "wider"]

Why = Literal["shared", "another"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows that may be another person's.

    ``shared``: several persons have the identifier, and nothing that was asked for tells them apart. ``another``: the row has the
    identifier and belongs to somebody else by its foreign keys.
    """

    table: Table
    rows: tuple[Row, ...]
    why: Why
    kinds: tuple[str, ...]


@dataclass(slots=True)
class Person:
    """What one database holds of a person."""

    catalogue: Catalogue
    reach: Reach
    hits: list[Hit]
    doubts: list[Doubt]
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> Rows:
        return {table: rows for table, rows in self.reach.rows.items() if rows}


def find_person(
    connection: sa.Connection, catalogue: Catalogue, known: Known, sought: Sought, *, locked: bool = False
) -> Person:
    """Look through every table, tell whose the hits are, and follow the foreign keys down. ``locked``: for update."""
    unread = dict(catalogue.unread)
    search = Search(connection, known, sought, unread)
    hits = [hit for table in catalogue.tables.values() for hit in search.hits(table)]
    persons = _persons(catalogue, known)
    reach = Reach(connection, catalogue, persons, locked)
    if locked:
        hits = list(_still(search, reach, hits))
    roots, doubts = _roots(persons, hits, _named(reach, catalogue, sought.keys))
    reach.extend(roots)
    doubts += _free(reach, persons, hits, doubts)
    mine = [hit for hit in hits if hit.row in reach.rows.get(hit.table, {})]
    return Person(catalogue, reach, mine, doubts, unread)


def _persons(catalogue: Catalogue, known: Known) -> frozenset[Table]:
    return frozenset(catalogue.tables[s.table] for s in known.subjects if s.table in catalogue.tables)


def _named(reach: Reach, catalogue: Catalogue, keys: Iterable[Identifier]) -> Rows:
    """The rows that are asked for by their keys, if they are there."""
    found: Rows = {}
    for one in keys:
        table = catalogue.named(str(one.table), where="key")
        values = one.key if len(table.key) > 1 else (one.normal,)
        if not table.key or len(values) != len(table.key):
            raise SubjectError(
                f"key: {table.place} has a key of {len(table.key)} columns",
                hint=f"{', '.join(table.key)} in this order",
            )
        typed = tuple(_typed(value, table.types[name]) for value, name in zip(values, table.key, strict=True))
        found.setdefault(table, {}).update(dict.fromkeys(reach.keys(table, table.is_any(table.key, [typed]))))
    return found


def _typed(value: str, kind: object) -> object:
    if isinstance(kind, sa.Integer):
        if not value.lstrip("-").isdecimal():
            value = ""
            raise SubjectError("key: the key is a number", hint="write it as TABLE:NUMBER")
        return int(value)
    return value


def _still(search: Search, reach: Reach, hits: list[Hit]) -> Iterable[Hit]:
    """What is still so now that the rows are locked."""
    rows: Rows = {}
    for hit in hits:
        rows.setdefault(hit.table, {})[hit.row] = None
    for table, found in rows.items():
        if not table.key:
            yield from (hit for hit in hits if hit.table == table)
            continue
        for part in chunks(found):
            where = table.is_any(table.key, part)
            reach.keys(table, where)  # for update
            yield from search.hits(table, where)


def _roots(persons: frozenset[Table], hits: list[Hit], named: Rows) -> tuple[Rows, list[Doubt]]:
    """The rows of persons that are this one: by what names one person alone, else the only one that has the rest."""
    roots: Rows = {table: dict(rows) for table, rows in named.items()}
    weak: Rows = {}
    for hit in hits:
        if hit.table in persons:
            (roots if hit.identifier.kind == "iin" and hit.path is None else weak).setdefault(hit.table, {})[
                hit.row
            ] = None
    rest = {table: [row for row in rows if row not in roots.get(table, {})] for table, rows in weak.items()}
    count = sum(map(len, rest.values()))
    if count == 1 and not any(rows for table, rows in roots.items() if table in persons):
        for table, rows in rest.items():
            roots.setdefault(table, {}).update(dict.fromkeys(rows))
        return roots, []
    return roots, [
        Doubt(table, tuple(rows), "shared", _kinds(hits, table, rows)) for table, rows in rest.items() if rows
    ]


def _free(reach: Reach, persons: frozenset[Table], hits: list[Hit], doubts: list[Doubt]) -> list[Doubt]:
    """Hits that no foreign key leads to: nobody else's rows are the person's; the others are shown."""
    shared = {
        hit.identifier
        for hit in hits
        for doubt in doubts
        if hit.table == doubt.table and hit.row in doubt.rows
    }
    free: Rows = {}
    unsure: Rows = {}
    for hit in hits:
        if hit.table in persons or hit.row in reach.rows.get(hit.table, {}):
            continue
        (unsure if hit.identifier in shared else free).setdefault(hit.table, {})[hit.row] = None
    found: list[Doubt] = []
    for table, rows in free.items():
        others = reach.owned(table, rows)
        found += [Doubt(table, tuple(others), "another", _kinds(hits, table, others))] if others else []
        free[table] = {row: None for row in rows if row not in others}
    for table, rows in unsure.items():
        rest = [row for row in rows if row not in free.get(table, {})]
        found += [Doubt(table, tuple(rest), "shared", _kinds(hits, table, rest))] if rest else []
    reach.extend(free)
    return found


def _kinds(hits: Iterable[Hit], table: Table, rows: Iterable[Row]) -> tuple[str, ...]:
    wanted = set(rows)
    return tuple(sorted({hit.identifier.kind for hit in hits if hit.table == table and hit.row in wanted}))


def wider(connection: sa.Connection, known: Known, person: Person, sought: Sought) -> list[Identifier]:
    """Other identifiers that stand in the person's own rows, in columns that are known to hold some."""
    found: dict[Identifier, None] = {}
    for table in person.reach.persons:
        rows = person.reach.rows.get(table, {})
        names = [c.name for c in table.columns if known.kinds(table.place, c.name)]
        if not rows or not names or not table.key:
            continue
        for part in chunks(rows):
            columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in names]
            query = sa.select(*columns).select_from(table.source)
            for row in connection.execute(query.where(table.is_any(table.key, part))):
                for name, value in zip(names, row, strict=True):
                    for kind in known.kinds(table.place, name):
                        text = _opened(known, table, name, value)
                        if text is not None and (spelled := normal(kind, text)) is not None:
                            found.setdefault(Identifier(kind, spelled))
    return [one for one in found if one not in sought.all]


def _opened(known: Known, table: Table, name: str, value: object) -> object:
    item = known.protected(table.place, name)
    seal = known.seal(item) if item else None
    if value is None or item is None:
        return None if isinstance(value, bytes | memoryview) else value
    return seal.value(bytes(value) if isinstance(value, memoryview) else value) if seal else None
