"""Who it is: which rows are a person's, which may be another's, and what is shown and never decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import sqlalchemy as sa

from piiguard.errors import DecryptionError, SubjectError
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import BrokenText, Catalogue, Row, Table
from piiguard.subjects.restricted.rows import CLOSED, NO_KEYRING, PLACE, RestrictedRow, RestrictedRows
from piiguard.subjects.rows.identifying import identifiers, moved_away
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.reach import Reach, Rows, chunks
from piiguard.subjects.rows.search import Hit, Search
from piiguard.subjects.sought import Sought

__all__ = ["Doubt", "Person", "find_person", "refuse_broken_keys", "restricted_of", "wider"]

Why = Literal["shared", "another", "contradicted", "both"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows that may be another person's.

    ``shared``: several persons have the identifier, and nothing that was asked for tells them apart. ``another``: the row has the
    identifier and belongs to somebody else by its foreign keys. ``contradicted``: the row of a person has the phone or the address, and
    another IIN or key than was asked for. ``both``: it hangs on this person and on another alike.
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
    restricted: dict[Table, dict[Row, RestrictedRow]] = field(default_factory=dict)
    """his rows of which values lie elsewhere, or whose flag was set"""
    closed: dict[str, str] = field(default_factory=dict)
    """columns of his own rows with documents that nobody can take apart: those are found by their rows"""
    accepted: tuple[str, ...] = ()
    """the same of others' rows, where whoever asked accepts that they are not searched"""

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
    reach = Reach(connection, catalogue, persons, locked, known.let_go(catalogue.edges))
    if locked:
        hits = list(_still(search, reach, hits))
    roots, doubts = _roots(reach, known, sought, hits, _named(reach, catalogue, sought.keys))
    reach.extend(roots)
    doubts += _free(reach, persons, hits, doubts)
    doubts += _both(reach, hits, doubts)
    mine = [hit for hit in hits if hit.row in reach.rows.get(hit.table, {})]
    _missed(search.restricted, catalogue, unread)
    _unfollowed(reach, unread)
    refuse_broken_keys(({hit.table: {hit.row: None} for hit in hits}, reach.rows), unread)
    restricted = restricted_of(connection, known, reach, unread)
    closed = _closed(search, reach)
    person = Person(catalogue, reach, mine, doubts, unread, restricted, closed[True])
    person.accepted = tuple(place for place in closed[False] if known.accepts(place))
    unread |= {place: why for place, why in closed[False].items() if not known.accepts(place)}
    return person


def restricted_of(
    connection: sa.Connection, known: Known, reach: Reach, unread: dict[str, str]
) -> dict[Table, dict[Row, RestrictedRow]]:
    """Which of the rows that were reached are restricted; ``unread`` grows where they do not open."""
    held = RestrictedRows(connection, known.keyring)
    if held.closed:
        unread.setdefault(PLACE, NO_KEYRING)
    try:
        found = {table: held.of(table, rows) for table, rows in reach.rows.items()}
    except DecryptionError:
        unread.setdefault(PLACE, CLOSED)
        return {}
    return {table: rows for table, rows in found.items() if rows}


def refuse_broken_keys(found: Iterable[Rows], unread: dict[str, str]) -> None:
    """``unread`` grows by tables in which the key of a row cannot be bound as the text that it is."""
    for table, rows in chain.from_iterable(rows.items() for rows in found):
        if any(isinstance(value, BrokenText) for row in rows for value in row):
            unread.setdefault(
                table.place, "the key of a row is a text that is not UTF-8, so no statement names it alone"
            )


def _closed(search: Search, reach: Reach) -> dict[bool, dict[str, str]]:
    """Columns with documents that could not be taken apart: in the person's own rows, and in those of others."""
    found: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for (table, column), rows in search.closed.items():
        his = rows.keys() & reach.rows.get(table, {}).keys()
        for own, part in ((True, his), (False, rows.keys() - his)):
            if part:
                count, why = len(part), min(rows[row] for row in part)
                many = f"{count:,} row{'s'[: count != 1]}"
                found[own][f"{table.place}.{column}"] = f"values that are not taken apart, in {many}: {why}"
    return found


def _missed(held: RestrictedRows, catalogue: Catalogue, unread: dict[str, str]) -> None:
    for place in held.places - catalogue.tables.keys():
        unread.setdefault(place, "rows of it are restricted, and this account sees no such table")


def _unfollowed(reach: Reach, unread: dict[str, str]) -> None:
    """What refers to rows that cannot be named by a key is not reached, and said so."""
    for table, rows in reach.rows.items():
        if rows and not table.key:
            for edge in reach.catalogue.below(table):
                unread.setdefault(edge.place, f"refers to rows of {table.place}, which has no primary key")


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
            yield from search.hits(table, part)


def _roots(
    reach: Reach, known: Known, sought: Sought, hits: list[Hit], named: Rows
) -> tuple[Rows, list[Doubt]]:
    """The rows of persons that are this one: by what names one person alone, else the only one that has the rest."""
    roots: Rows = {table: dict(rows) for table, rows in named.items()}
    weak: Rows = {}
    for hit in hits:
        if hit.table in reach.persons:
            (roots if hit.identifier.kind == "iin" and hit.path is None else weak).setdefault(hit.table, {})[
                hit.row
            ] = None
    rest = {table: [row for row in rows if row not in roots.get(table, {})] for table, rows in weak.items()}
    alone = sum(map(len, rest.values())) == 1
    if alone and not any(rows for table, rows in roots.items() if table in reach.persons):
        ((table, (row,)),) = ((table, rows) for table, rows in rest.items() if rows)
        if _contradicts(reach, known, sought, table, row):
            return roots, [Doubt(table, (row,), "contradicted", _kinds(hits, table, [row]))]
        roots.setdefault(table, {})[row] = None
        return roots, []
    return roots, [
        Doubt(table, tuple(rows), "shared", _kinds(hits, table, rows)) for table, rows in rest.items() if rows
    ]


def _contradicts(reach: Reach, known: Known, sought: Sought, table: Table, row: Row) -> bool:
    """Whether a row has another IIN or key than was asked for: the person who was may be gone, and this one has his phone."""
    if any(reach.catalogue.named(str(one.table), where="key") == table for one in sought.keys):
        return True
    asked = {one for one in sought.values if one.kind == "iin"}
    if not asked:
        return False
    held = RestrictedRows(reach.connection, known.keyring).of(table, [row]).values()
    has = chain(identifiers(reach.connection, known, table, [row]), moved_away(known, table, held))
    return any(one.kind == "iin" and one not in asked for one in has)


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
        found += [Doubt(table, tuple(rest), doubts[0].why, _kinds(hits, table, rest))] if rest else []
    reach.extend(free)
    return found


def _both(reach: Reach, hits: list[Hit], doubts: list[Doubt]) -> Iterable[Doubt]:
    """Rows between two people, where nothing else is said of them."""
    said = {(doubt.table, row) for doubt in doubts for row in doubt.rows}
    for table, rows in reach.between.items():
        rest = tuple(r for r in rows if r not in reach.rows.get(table, {}) and (table, r) not in said)
        if rest:
            yield Doubt(table, rest, "both", _kinds(hits, table, rest))


def _kinds(hits: Iterable[Hit], table: Table, rows: Iterable[Row]) -> tuple[str, ...]:
    wanted = set(rows)
    return tuple(sorted({hit.identifier.kind for hit in hits if hit.table == table and hit.row in wanted}))


def wider(connection: sa.Connection, known: Known, person: Person, sought: Sought) -> list[Identifier]:
    """Other identifiers that stand in the person's own rows, in columns that are known to hold some."""
    found: dict[Identifier, None] = {}
    for table in person.reach.persons:
        found |= dict.fromkeys(identifiers(connection, known, table, person.reach.rows.get(table, {})))
        found |= dict.fromkeys(moved_away(known, table, person.restricted.get(table, {}).values()))
    return [one for one in found if one not in sought.all]
