"""What a correction changes: cells of the person's rows, with the blind indexes and twins that go with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import database
from piiguard.errors import NotIndexable, SubjectError
from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.repeated import json_of
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.planned.refusals import refuse_lasting
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person, find_person
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.protect.seal import Seal

__all__ = ["Change", "Correction", "Place", "is_left", "is_same", "opened", "plan", "rows_of"]


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
    left: tuple[Place, ...] = ()
    """columns in which the old value stands in a spelling that the new one cannot have: there it stays"""


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One cell: what is written, the columns beside it included, and the plain value that it is to open to."""

    table: Table
    row: Row
    column: str
    values: Mapping[str, Any]
    plain: Any

    @property
    def mark(self) -> tuple[str, Row, str]:
        return self.table.place, self.row, self.column


def plan(
    connection: sa.Connection, known: Known, sought: Sought, wording: Wording, *, locked: bool
) -> tuple[list[Change], Correction]:
    person = find_person(connection, Catalogue.read(connection), known, sought, locked=locked)
    target = database.shown(connection.engine.url)
    own = {place: why for place, why in person.closed.items() if not known.accepts(place)}
    if unread := person.unread | own:
        place, why = next(iter(unread.items()))
        raise SubjectError(
            f"{target}: {place}: not searched, so the old value may stand there: {why}; nothing was changed",
            hint="an account that may read everything, and the keyring, make the search complete",
        )
    refuse_lasting(connection, person.rows)
    if person.restricted:
        raise SubjectError(
            f"{target}: {min(table.place for table in person.restricted)}: rows of the person are restricted, and what is restricted is not"
            " changed",
            hint="piiguard subject release puts it back; then correct it",
        )
    left: Counter[tuple[str, str]] = Counter()
    changes = [
        change
        for table, rows in person.rows.items()
        for change in _changes(connection, known, wording, person, table, list(rows), left)
    ]
    changes.sort(key=lambda change: (change.table.place, change.column, str(change.row)))
    counted: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for change in changes:
        beside = tuple(sorted(set(change.values) - {change.column}))
        spot = (change.table.place, change.column, beside)
        counted[spot] = counted.get(spot, 0) + 1
    places = tuple(Place(table, column, rows, beside) for (table, column, beside), rows in counted.items())
    undecided = sum(len(doubt.rows) for doubt in person.doubts if doubt.kinds)
    stays = tuple(Place(*place, rows) for place, rows in sorted(left.items()))
    return changes, Correction(target, places, undecided, stays)


def _changes(
    connection: sa.Connection, known: Known, wording: Wording, person: Person, table: Table, rows: list[Row],
    left: Counter[tuple[str, str]],
) -> Iterator[Change]:  # fmt: skip
    helpers = known.beside(table, table.types)
    names = [c.name for c in table.columns if c.name not in helpers and c.name not in table.computed]
    for row, values in rows_of(connection, table, rows):
        for name in names:
            made = _made(known, wording, table, name, values)
            plain = _opened(known, table, name, values[name]) if made is None else made[""]
            if wording.is_left(plain, name, known.kinds(table.place, name)):
                left[table.place, name] += 1
            if made is None:
                continue
            _refuse_key(person.catalogue, table, name)
            for helper, column in helpers.items():
                if column == name and values.get(helper) is not None:
                    made[helper] = _beside(known, table, name, helper, made)
            del made[""]
            yield Change(table, row, name, made, plain)


def rows_of(connection: sa.Connection, table: Table, rows: list[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
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
    return {"": plain, name: _stored(plain, table, name)}


def _stored(plain: Any, table: Table, name: str) -> Any:
    is_document = isinstance(plain, dict | list) and not isinstance(table.types[name], sa.ARRAY)
    return json_of(plain) if is_document else plain


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
        return _stored(plain, table, helper)
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


def opened(known: Known, change: Change, values: Mapping[str, Any]) -> Any:
    return _opened(known, change.table, change.column, values[change.column])


def is_same(change: Change, value: Any) -> bool:
    """Whether a cell opens to what was meant: the database fills up a CHAR with blanks."""
    if isinstance(change.table.types[change.column], sa.CHAR) and isinstance(value, str):
        return value.rstrip(" ") == str(change.plain).rstrip(" ")
    return bool(value == change.plain)


def _opened(known: Known, table: Table, name: str, stored: Any) -> Any:
    seal = _seal(known, table, name)
    if isinstance(stored, str | bytes) and looks_encrypted(stored) and seal is not None:
        return seal.value(stored)
    return stored


def is_left(known: Known, wording: Wording, change: Change, values: Mapping[str, Any]) -> bool:
    """Whether the old value still stands in a changed cell."""
    return _made(known, wording, change.table, change.column, values) is not None
