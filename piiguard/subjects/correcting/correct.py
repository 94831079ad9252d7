"""Corrects a value of one person: in all his rows, encrypted and indexed again, one transaction per database, proved by a search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import database
from piiguard.errors import NotIndexable, SubjectError
from piiguard.frames import emptied
from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.erase import writing
from piiguard.subjects.files import search_files
from piiguard.subjects.find import is_database, reading
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.person import Person, find_person
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import Search
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest
    from piiguard.protect.seal import Seal

__all__ = ["Correction", "Place", "correct_subject"]


@dataclass(frozen=True, slots=True)
class Place:
    """A column in which the old value stands, and in how many of the person's rows; no value."""

    table: str
    column: str
    rows: int
    beside: tuple[str, ...] = ()
    """columns that go with it: its blind index, the twin of a migration"""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done in one database, or would be. ``undecided`` rows may be another person's and stay as they are."""

    target: str
    places: tuple[Place, ...]
    undecided: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class _Change:
    table: Table
    row: Row
    column: str
    values: Mapping[str, Any]
    plain: Any

    @property
    def mark(self) -> tuple[str, Row, str]:
        return self.table.place, self.row, self.column


Agreed = Callable[[Sequence[Correction]], bool]


@emptied
def correct_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    wording: Wording,
    *,
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    trail: Path | None = None,
    agreed: Agreed = lambda _: True,
) -> list[Correction]:
    """Put the new value in place of the old one in every row of the person; ``agreed`` is asked with the plan before.

    An identifier is replaced however it is spelled, also inside of texts and JSON; a ``text`` where it is all of a cell.
    Encrypted columns are encrypted and indexed again. Other people's rows keep the value: a phone may be shared.

    Raises: :class:`SubjectError` before anything is changed for a place that cannot be read, a file that holds the old value, and a
    column that is a key or a reference; and where the search after it still finds the old value, which takes it back.

    ::

        correct_subject("sqlite:///crm.db", [Identifier.of("iin", iin)], Wording("phone", old, new), manifest=manifest, keyring=keyring)
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    sought, known = Sought(identifiers), Known(manifest, findings, keyring)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    for name in names:
        if not is_database(name):
            _refuse_file(name, wording)
    planned: list[tuple[str, Correction, list[tuple[str, Row, str]]]] = []
    for name in filter(is_database, names):
        with reading(name) as connection:
            changes, correction = _planned(connection, known, sought, wording, locked=False)
            planned.append((name, correction, [change.mark for change in changes]))
    listed = [correction for _, correction, _ in planned]
    if not agreed(listed):
        return []
    lines = keyring.trail(trail) if keyring is not None else None
    about = {"columns": sorted({f"{p.table}.{p.column}" for one in listed for p in one.places})}
    if lines is not None:
        lines.note("subject correct", {"state": "begun", "kind": wording.kind, **about})
    done = [
        _carried_out(name, known, sought, wording, marks) for name, correction, marks in planned if marks or correction.places
    ]  # fmt: skip
    if lines is not None:
        rows = sum(place.rows for one in done for place in one.places)
        lines.note("subject correct", {"state": "ended", "kind": wording.kind, "changed": rows, **about})
    return done


def _refuse_file(name: str, wording: Wording) -> None:
    if wording.old_one is None:
        raise SubjectError(f"{name}: a text is corrected in databases only", hint="leave the file out")
    places, unread = search_files(name, Sought([wording.old_one]))
    if places or unread:
        raise SubjectError(
            f"{name}: the old value stands in this file, or it cannot be searched; nothing was changed",
            hint="correct it there by hand, then leave the file out",
        )


def _carried_out(
    name: str, known: Known, sought: Sought, wording: Wording, marks: list[tuple[str, Row, str]]
) -> Correction:
    with writing(name) as connection:
        changes, correction = _planned(connection, known, sought, wording, locked=True)
        if [change.mark for change in changes] != marks:
            raise SubjectError(
                f"{correction.target}: the person's rows have changed since the plan was made; nothing was changed there",
                hint="run it again: a plan is made of what is there",
            )
        schemas: tuple[str, ...] = connection.get_execution_options().get("piiguard_schemas", ())
        for change in changes:
            with database.own_path(connection, schemas):
                connection.execute(*_statement(change))
        _prove(connection, known, wording, changes, correction.target)
        connection.commit()
    return correction


def _planned(
    connection: sa.Connection, known: Known, sought: Sought, wording: Wording, *, locked: bool
) -> tuple[list[_Change], Correction]:
    person = find_person(connection, Catalogue.read(connection), known, sought, locked=locked)
    target = database.shown(connection.engine.url)
    if person.unread:
        place, why = next(iter(person.unread.items()))
        raise SubjectError(
            f"{target}: {place}: not searched, so the old value may stand there: {why}; nothing was changed",
            hint="an account that may read everything, and the keyring, make the search complete",
        )
    changes = [
        change for table, rows in person.rows.items() for change in _changes(connection, known, wording, person, table, list(rows))
    ]  # fmt: skip
    changes.sort(key=lambda change: (change.table.place, change.column, str(change.row)))
    counted: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for change in changes:
        beside = tuple(sorted(set(change.values) - {change.column}))
        spot = (change.table.place, change.column, beside)
        counted[spot] = counted.get(spot, 0) + 1
    places = tuple(Place(table, column, rows, beside) for (table, column, beside), rows in counted.items())
    return changes, Correction(target, places, sum(len(doubt.rows) for doubt in person.doubts))


def _changes(
    connection: sa.Connection, known: Known, wording: Wording, person: Person, table: Table, rows: list[Row]
) -> Iterator[_Change]:
    helpers = known.beside(table, table.types)
    names = [c.name for c in table.columns if c.name not in helpers]
    for row, values in _rows(connection, table, rows):
        for name in names:
            made = _made(known, wording, table, name, values)
            if made is None:
                continue
            _refuse_key(person.catalogue, table, name)
            for helper, column in helpers.items():
                if column == name and values.get(helper) is not None:
                    made[helper] = _beside(known, table, name, helper, made)
            plain = made.pop("")
            yield _Change(table, row, name, made, plain)


def _rows(connection: sa.Connection, table: Table, rows: list[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
    if not table.key:
        raise SubjectError(
            f"{table.place}: it has no primary key, so the rows of one person cannot be changed alone",
            hint="give it a primary key",
        )
    columns: list[sa.ColumnElement[Any]] = [
        sa.column(name).label(f"c{at}") for at, name in enumerate((*table.key, *table.types))
    ]
    width = len(table.key)
    for part in chunks(rows):
        query = sa.select(*columns).select_from(table.source).where(table.is_any(table.key, part))
        for found in connection.execute(query):
            values = dict(zip(table.types, map(_bytes, found[width:]), strict=True))
            yield tuple(found[:width]), values


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _made(
    known: Known, wording: Wording, table: Table, name: str, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What stands in the column afterwards; its plain value under no name at all."""
    stored, kinds = values[name], known.kinds(table.place, name)
    seal = _seal(known, table, name)
    if isinstance(stored, str | bytes) and looks_encrypted(stored):
        if seal is None:
            raise SubjectError(
                f"{table.place}.{name}: no keyring opens it", hint="name it with --keyring FILE"
            )
        try:
            plain = wording.cell(seal.value(stored), name, kinds)
        except UNREADABLE:
            raise SubjectError(
                f"{table.place}.{name}: values do not open", hint="piiguard verify names them"
            ) from None
        return None if plain is None else {"": plain, name: _encrypted(seal, plain, table, name)}
    plain = wording.cell(stored, name, kinds)
    if plain is None:
        return None
    return {"": plain, name: _stored(plain)}


def _stored(plain: Any) -> Any:
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, dict | list) else plain


def _seal(known: Known, table: Table, name: str) -> Seal | None:
    item = known.protected(table.place, name)
    return known.seal(item) if item else None


def _beside(known: Known, table: Table, column: str, helper: str, made: Mapping[str, Any]) -> Any:
    """A blind index, its shadow, or the twin of a migration, of the new value."""
    seal, plain = _seal(known, table, column), made[""]
    if seal is None:
        raise SubjectError(
            f"{table.place}.{helper}: no keyring makes it anew", hint="name it with --keyring FILE"
        )
    if helper == f"{column}_plain":
        return _stored(plain)
    if helper == f"{column}_enc":
        return _encrypted(seal, plain, table, column)
    try:
        value = seal.read(plain)
        if helper == seal.item.index:
            return seal.index(value)
        return seal.index_under(int(helper.rpartition("_v")[2]))(value)
    except NotIndexable:
        raise _unfit(table, column) from None


def _encrypted(seal: Seal, plain: Any, table: Table, column: str) -> Any:
    try:
        return seal.encrypt(seal.read(plain))
    except (TypeError, ValueError):
        raise _unfit(table, column) from None


def _unfit(table: Table, column: str) -> SubjectError:
    return SubjectError(
        f"{table.place}.{column}: the new value does not fit the type of the column, or its index",
        hint="write it as the column has the others",
    )


def _refuse_key(catalogue: Catalogue, table: Table, name: str) -> None:
    edges = [edge for edge in catalogue.above(table) if name in edge.columns]
    edges += [edge for edge in catalogue.below(table) if name in edge.referred]
    if name in table.key or edges:
        raise SubjectError(
            f"{table.place}.{name}: the old value is a key by which rows refer to one another; nothing was changed",
            hint="change the key in the application, or in a migration, with the rows that refer to it",
        )


def _statement(change: _Change) -> tuple[Any, dict[str, Any]]:
    table = change.table
    source = sa.table(table.relation.name, *map(sa.column, table.types), schema=table.source.schema)
    null = sa.types.NullType()
    named = (source.c[name] == sa.bindparam(f"k_{at}", type_=null) for at, name in enumerate(table.key))
    made = {name: sa.bindparam(f"v_{at}", type_=null) for at, name in enumerate(change.values)}
    values = {f"v_{at}": value for at, value in enumerate(change.values.values())}
    keys = {f"k_{at}": value for at, value in enumerate(change.row)}
    return sa.update(source).where(*named).values(made), values | keys


def _prove(
    connection: sa.Connection, known: Known, wording: Wording, changes: Sequence[_Change], target: str
) -> None:
    """Each changed cell opens to what was meant, the old value stands there no more, and the search finds the new one."""
    rows: dict[Table, dict[Row, None]] = {}
    for change in changes:
        rows.setdefault(change.table, {})[change.row] = None
    now = {table: dict(_rows(connection, table, list(own))) for table, own in rows.items()}
    found = _found(connection, known, wording, rows)
    for change in changes:
        values = now[change.table].get(change.row)
        good = values is not None and _plain(known, change, values) == change.plain
        good = good and _made(known, wording, change.table, change.column, values or {}) is None
        if not good or (found is not None and change.mark not in found):
            raise SubjectError(
                f"{target}: {change.table.place}.{change.column}: the search after it does not find what was meant, so it was"
                " taken back and nothing was changed there",
                hint="a trigger of the database changes it: piiguard subject find shows what is there",
            )


def _found(
    connection: sa.Connection, known: Known, wording: Wording, rows: Mapping[Table, Mapping[Row, None]]
) -> set[tuple[str, Row, str]] | None:
    """Where the new value is found now: by blind index where there is one; None for what no search looks for."""
    if wording.new_one is None:
        return None
    search = Search(connection, known, Sought([wording.new_one]), {})
    return {
        (table.place, hit.row, hit.column)
        for table, own in rows.items()
        for part in chunks(own)
        for hit in search.hits(table, table.is_any(table.key, part))
    }


def _plain(known: Known, change: _Change, values: Mapping[str, Any]) -> Any:
    stored = values[change.column]
    seal = _seal(known, change.table, change.column)
    if isinstance(stored, str | bytes) and looks_encrypted(stored) and seal is not None:
        return seal.value(stored)
    return stored
