"""What one database holds of a person, read in full and opened where a keyring opens it. Values stay in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.errors import ValueRestricted
from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.read.relation import MOST, Column
from piiguard.subjects.live import Edge, Row, Table
from piiguard.subjects.restricted.rows import RestrictedRow
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import away, seal_of

__all__ = ["ELSEWHERE", "SEALED", "Held", "Mark", "Record", "read_all"]

_ENDLESS = 1 << 62
State = Literal["sealed", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for a value that cannot be shown."""

    state: State


SEALED = Mark("sealed")
"""Encrypted, and nothing here opens it."""
ELSEWHERE = Mark("elsewhere")
"""The key of another person's row."""


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One row: its values by column, without those that are NULL. ``mine``: the row is the person himself.

    ``restricted`` is since when; what was moved away of it is among its values.
    """

    values: Mapping[str, Any]
    mine: bool
    restricted: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """The rows of one table. ``helpers`` are blind indexes and twins; ``cut`` are columns with a value that is too long."""

    database: str
    table: Table
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    helpers: tuple[str, ...]
    protected: frozenset[str]
    cut: frozenset[str]


def read_all(connection: sa.Connection, person: Person, known: Known) -> Iterator[Held]:
    """Every row of the person, table by table; what cannot be read is added to ``person.unread``."""
    for table, rows in sorted(person.rows.items(), key=lambda item: item[0].place):
        if not table.key:
            person.unread.setdefault(
                table.place, "it has no primary key, so the rows of one person cannot be read alone"
            )
            continue
        yield _Reader(connection, person, known, table).held(rows)


class _Reader:
    def __init__(self, connection: sa.Connection, person: Person, known: Known, table: Table) -> None:
        self.connection, self.person, self.known, self.table = connection, person, known, table
        beside = set(known.beside(table, table.types))
        self.helpers = tuple(
            name for name in table.types if name in beside or (table.place, name) in known.helpers
        )
        denied = set(table.relation.denied)
        self.names = [name for name in table.types if name not in self.helpers and name not in denied]
        self.cut = set[str]()
        self.mine = table in person.reach.persons
        self.references = list(self._references())

    def held(self, rows: Mapping[Row, None]) -> Held:
        records = tuple(
            Record(values, self.mine, one.since if one else None)
            for part in chunks(rows)
            for values, one in self._values(part)
        )
        protected = frozenset(name for name in self.names if self.known.protected(self.table.place, name))
        database = str(self.connection.engine.url.database or "").replace("\\", "/").rpartition("/")[2]
        return Held(
            database, self.table, tuple(self.names), records, self.helpers, protected, frozenset(self.cut)
        )

    def _values(self, rows: list[Row]) -> Iterator[tuple[dict[str, Any], RestrictedRow | None]]:
        table, ways = self.table, {column.name: column for column in self.table.columns}
        held = self.person.restricted.get(table, {})
        selected: list[sa.ColumnElement[Any]] = [
            _read(name, ways.get(name)).label(f"c{at}") for at, name in enumerate(self.names)
        ]
        order: list[sa.ColumnElement[Any]] = [sa.column(name) for name in table.key]
        selected += [own.label(f"k{at}") for at, own in enumerate(order)]
        query = sa.select(*selected).select_from(table.source).where(table.is_any(table.key, rows))
        for row in self.connection.execute(query.order_by(*order)):
            values = dict(zip(self.names, row[: len(self.names)], strict=True))
            one = held.get(tuple(row[len(self.names) :]))
            self.cut |= {
                name
                for name, value in values.items()
                if name in ways and _length(value) >= MOST.get(ways[name].reading, _ENDLESS)
            }
            others = self._others(values)
            shown = {
                name: ELSEWHERE if name in others else self._opened(name, value)
                for name, value in values.items()
                if value is not None
            }
            yield {**shown, **self._moved(one)}, one

    def _moved(self, one: RestrictedRow | None) -> dict[str, Any]:
        """What was moved away of a restricted row, opened."""
        if one is None or one.how == "flag":
            return {}
        return {
            name: away(seal_of(self.known, self.table, name), one, name, value)
            for name, value in one.values.items()
            if name in self.names
        }

    def _references(self) -> Iterator[tuple[Edge, set[tuple[str, ...]]]]:
        """The foreign keys to tables of persons, and what they hold where they mean this one."""
        reach = self.person.reach
        for edge in self.person.catalogue.above(self.table):
            if edge.parent in reach.persons:
                rows = reach.rows.get(edge.parent, {})
                yield edge, {tuple(map(str, value)) for value in reach.spellings(edge, rows)}

    def _others(self, values: Mapping[str, Any]) -> set[str]:
        """The columns that refer to another person."""
        found = set[str]()
        for edge, own in self.references:
            there = tuple(values.get(column) for column in edge.columns)
            if None not in there and tuple(map(str, there)) not in own:
                found |= set(edge.columns)
        return found

    def _opened(self, name: str, value: Any) -> Any:
        if isinstance(value, memoryview | bytearray):
            value = bytes(value)
        if not isinstance(value, str | bytes) or not looks_encrypted(value):
            return value
        item = self.known.protected(self.table.place, name)
        seal = self.known.seal(item) if item else None
        place = f"{self.table.place}.{name}"
        if seal is None:
            self.person.unread.setdefault(place, "it is encrypted, and no keyring and manifest open it")
            return SEALED
        try:
            return seal.value(value)
        except ValueRestricted:
            return SEALED  # what lies elsewhere takes its place
        except UNREADABLE:
            self.person.unread.setdefault(place, "values do not open: piiguard verify names them")
            return SEALED


def _read(name: str, way: Column | None) -> sa.ColumnElement[Any]:
    own: sa.ColumnElement[Any] = sa.column(name)
    # the text of NULL is no NULL everywhere
    return own if way is None else sa.case((own.is_not(None), way.expression()))


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | bytes | memoryview) else 0
