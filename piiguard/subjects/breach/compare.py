"""Compares what a leaked file holds with one database: by blind index where it is encrypted, by normal form where it is plain.

No column is decrypted. What lies sealed of restricted rows can be compared in no other way, and is opened a page at a time. Indexes are asked for
in pieces as the file is read; plain columns are read once afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.detect.headers import hints
from piiguard.errors import DecryptionError, NotIndexable
from piiguard.keys.envelope import looks_encrypted
from piiguard.keys.normalizers import normalizer_for
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.seal import Seal
from piiguard.read import session
from piiguard.subjects.breach.hashes import hashes
from piiguard.subjects.breach.ledger import Ledger
from piiguard.subjects.breach.ours import Newest, Ours, Spot, tables_of
from piiguard.subjects.breach.values import JOINED, Finder
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import Catalogue
from piiguard.subjects.restricted.rows import CLOSED, NO_KEYRING, PLACE, RestrictedRow, RestrictedRows
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.search import away, seal_of

__all__ = ["Comparison", "Spots"]

_PAGE = 500
_TELLING = frozenset({"digits", "phone", "email", "upper"})
"""Normalizers under which every spelling of a value has one hash."""
NO_KEY = "encrypted, and no keyring is given"
NO_INDEX = "encrypted without a blind index, so nothing can be compared with it"
PART = "its blind index keeps a part of the value, so nothing can be compared with it"
SPELLED = "its blind index keeps the spelling: a value that is written in another way is not found"
LATER = "rows have no blind index yet: piiguard rotate --reindex makes it"
RETIRED = "rows stand under an index key that is not in use: piiguard rotate rewrites them"
UNNAMED = "encrypted, and the manifest does not name it"


@dataclass(slots=True)
class Spots:
    """The places that hold values of the file, over all databases; each has a number."""

    ledger: Ledger
    found: dict[tuple[str, str, str, str | None, str], Spot] = field(default_factory=dict)

    def at(self, ours: Ours, column: str, path: str | None, entity: str, via: str) -> Spot:
        """One of them, which is made when it is asked for first."""
        known = (ours.target, ours.table.place, column, path, entity)
        if known not in self.found:
            newest = Newest(counts=ours.counts)
            self.found[known] = Spot(len(self.found), ours, column, path, entity, via, newest=newest)
        return self.found[known]

    def meet(self, spot: Spot, rows: Sequence[tuple[Any, ...]], values: Iterable[str]) -> None:
        """Rows of a place, as far as they were selected, that hold these values of the file."""
        self.ledger.hit(spot.number, spot.entity, set(values))
        whose = [name for row in rows if (name := spot.ours.whose(row)) is not None]
        self.ledger.persons(spot.number, whose)
        spot.rows += len(rows)
        if spot.ours.clock is not None:
            for row in rows:
                spot.newest.see(row[len(spot.ours.person)])


@dataclass(frozen=True, slots=True)
class _Index:
    """A blind index that values of these entities are looked up in."""

    ours: Ours
    column: str
    index: str
    seal: Seal
    entities: frozenset[str]


class Comparison:
    """One database, on one connection; ``unread`` grows by what cannot be compared."""

    def __init__(self, connection: sa.Connection, target: str, known: Known, spots: Spots) -> None:
        self.connection, self.known, self.spots = connection, known, spots
        catalogue = Catalogue.read(connection)
        self.unread: dict[tuple[str, str], None] = dict.fromkeys(catalogue.unread)
        self.tables = tables_of(target, catalogue, known.subjects)
        self._bare: list[tuple[Ours, str, str | None]] = []
        self.restricted = RestrictedRows(connection, known.keyring)
        self._sealed: Counter[tuple[str, str]] = Counter()
        self._indexes = [found for ours in self.tables for found in self._indexes_of(ours)]

    def look_up(self, entity: str, values: Sequence[str]) -> None:
        """Ask every blind index of this entity for values of the file."""
        for index in self._indexes:
            if entity in index.entities:
                place = f"{index.ours.table.place}.{index.column}"
                self._guarded(place, self._ask, index, entity, values)

    def _ask(self, index: _Index, entity: str, values: Sequence[str]) -> None:
        wanted = {one: value for value in values for one in hashes(index.seal, entity, value)}
        held: sa.ColumnElement[Any] = sa.column(index.index)
        spot = None
        for part in _parts(list(wanted)):
            query = sa.select(*index.ours.selected, held.label("held")).select_from(index.ours.table.source)
            for page in self._pages(query.where(held.in_(part))):
                spot = spot or self.spots.at(index.ours, index.column, None, entity, "index")
                self.spots.meet(spot, page, {wanted[bytes(row[-1])] for row in page})

    def read_plain(self, finder: Finder) -> None:
        """Read what is plain, and find values of the file in it."""
        for ours in self.tables:
            names = [c for c in ours.table.columns if self._is_plain(ours, c.name)]
            if names:
                columns = {column.name: column.expression() for column in names}
                self._guarded(ours.table.place, self._read, finder, ours, columns, None)
        for ours, column, index in self._bare:
            own: sa.ColumnElement[Any] = sa.column(column)
            where = sa.and_(own.is_not(None), sa.true() if index is None else sa.column(index).is_(None))
            self._guarded(f"{ours.table.place}.{column}", self._read, finder, ours, {column: own}, where)

    def read_restricted(self, finder: Finder) -> None:
        """Open what was moved away of restricted rows, and find values of the file in it."""
        if self.restricted.closed:
            self.unread.setdefault((PLACE, NO_KEYRING))
        for ours in self.tables:
            sealed = (one for one in self.restricted.all(ours.table) if one.how == "seal")
            try:
                while part := list(islice(sealed, _PAGE)):
                    self._guarded(ours.table.place, self._read_away, finder, ours, part)
            except DecryptionError:
                self.unread.setdefault((PLACE, CLOSED))

    def _read_away(self, finder: Finder, ours: Ours, rows: Sequence[RestrictedRow]) -> None:
        table, width = ours.table, len(ours.selected)
        keys: list[sa.ColumnElement[Any]] = [
            sa.column(name).label(f"k{at}") for at, name in enumerate(table.key)
        ]
        query = sa.select(*ours.selected, *keys).select_from(table.source)
        page = [
            tuple(row)
            for row in self.connection.execute(
                query.where(table.is_any(table.key, [one.row for one in rows]))
            )
        ]
        held = {one.row: one for one in rows}
        for name in dict.fromkeys(name for one in rows for name in one.values):
            if (table.place, name) in self.known.helpers:
                continue
            seal = seal_of(self.known, table, name)
            found = [held[row[width:]] for row in page]
            cells = [away(seal, one, name, one.values[name]) if name in one.values else None for one in found]
            self._sealed[table.place, name] += sum(cell is not None for cell in cells)
            self._meet(ours, name, page, finder, cells)

    def _read(
        self,
        finder: Finder,
        ours: Ours,
        columns: Mapping[str, sa.ColumnElement[Any]],
        where: sa.ColumnElement[bool] | None,
    ) -> None:
        read = [own.label(f"c{at}") for at, own in enumerate(columns.values())]
        query = sa.select(*ours.selected, *read).select_from(ours.table.source)
        width = len(ours.selected)
        for page in self._pages(query if where is None else query.where(where)):
            for at, name in enumerate(columns, width):
                cells = [row[at] for row in page]
                seal = seal_of(self.known, ours.table, name)
                place = f"{ours.table.place}.{name}"
                if where is None and any(_is_closed(seal, cell) for cell in cells):
                    self.unread.setdefault((place, UNNAMED))
                if where is not None and any(_lacks_index(seal, cell) for cell in cells):
                    self.unread.setdefault((place, LATER))
                self._meet(ours, name, page, finder, cells)

    def _meet(
        self, ours: Ours, column: str, page: Sequence[tuple[Any, ...]], finder: Finder, cells: list[Any]
    ) -> None:
        found: dict[tuple[str | None, str], dict[str, set[int]]] = {}
        for value in finder.column(column, cells):
            if value.entity in JOINED:
                found.setdefault((value.path, value.entity), {}).setdefault(value.normal, set()).add(value.at)
        if why := finder.closed():
            self.unread.setdefault((f"{ours.table.place}.{column}", why))
        for (path, entity), rows in found.items():
            if met := self.spots.ledger.known(entity, rows):
                numbers = sorted({at for value in met for at in rows[value]})
                spot = self.spots.at(ours, column, path, entity, "value")
                self.spots.meet(spot, [page[at] for at in numbers], met)

    def size(self, spot: Spot) -> int:
        """How many rows of the table have something in this column."""
        query = sa.select(sa.func.count()).select_from(spot.ours.table.source)
        count = int(self.connection.scalar(query.where(sa.column(spot.column).is_not(None))) or 0)
        return count + self._sealed[spot.ours.table.place, spot.column]

    def newer(self, spot: Spot) -> int | None:
        """How many rows came after the newest of the place; None where nothing says so."""
        clock, newest = spot.ours.clock, spot.newest.raw
        if clock is None or newest is None:
            return None
        query = sa.select(sa.func.count()).select_from(spot.ours.table.source)
        return int(self.connection.scalar(query.where(sa.column(clock) > newest)) or 0)

    def _indexes_of(self, ours: Ours) -> Iterator[_Index]:
        for name in ours.table.types:
            item = self.known.protected(ours.table.place, name)
            if item is None or not (entities := self._entities(ours, name, item.rules)):
                continue
            place, seal = f"{ours.table.place}.{name}", self.known.seal(item)
            bases = {rule.partition("/")[0] for rule in item.rules}
            held = item.index is not None and item.index in ours.table.types
            why = "" if seal and held else NO_INDEX if not held else NO_KEY
            if not why and any(normalizer_for(rule).lossy for rule in item.rules):
                why = PART
            if why or item.index is None or seal is None:
                self.unread.setdefault((place, why))
                self._bare.append((ours, name, None))
                continue
            if not bases <= _TELLING:
                self.unread.setdefault((place, SPELLED))
            if self._is_elsewhere(ours, item.index):
                self.unread.setdefault((place, RETIRED))
            self._bare.append((ours, name, item.index))
            yield _Index(ours, name, item.index, seal, entities)

    def _entities(self, ours: Ours, column: str, rules: tuple[str, ...]) -> frozenset[str]:
        """What a column holds, by its name, what a scan found there, and the rules of its index."""
        bases = {rule.partition("/")[0] for rule in rules} & _TELLING
        fitting = {e for e, rule in JOINED.items() if not bases or rule.partition("/")[0] in bases}
        kinds = {ENTITIES[kind] for kind in self.known.kinds(ours.table.place, column)}
        return frozenset(hints(column) & fitting or kinds & fitting)

    def _is_elsewhere(self, ours: Ours, index: str) -> bool:
        """Whether a row stands under an index version that nothing is computed for."""
        if self.known.keyring is None:
            return False
        live = [version.to_bytes(2, "big") for version, _ in self.known.keyring.current().index_roots()]
        own: sa.ColumnElement[Any] = sa.column(index)
        begin = sa.func.substr(own, 1, 2)
        strange = sa.and_(*(begin != sa.literal(one, sa.LargeBinary) for one in live))
        query = sa.select(sa.literal(1)).select_from(ours.table.source).where(own.is_not(None), strange)
        return self.connection.execute(query.limit(1)).first() is not None

    def _is_plain(self, ours: Ours, column: str) -> bool:
        place = (ours.table.place, column)
        return place not in self.known.helpers and self.known.protected(*place) is None

    def _pages(self, query: sa.Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
        result = self.connection.execute(query, execution_options={"yield_per": _PAGE})
        for part in result.partitions(_PAGE):
            yield [tuple(row) for row in part]

    def _guarded(self, place: str, work: Any, *given: Any) -> None:
        """One object that cannot be read costs one line, and the rest goes on."""
        own = self.connection
        point: Any = own.begin_nested() if own.dialect.name == "postgresql" else nullcontext()
        try:
            with point:  # a failure would end the whole transaction there
                work(*given)
        except (SQLAlchemyError, UnicodeError) as error:
            self.unread.setdefault((place, session.explain(error)))


def _is_closed(seal: Seal | None, cell: Any) -> bool:
    """Whether a cell is encrypted; one that says that its value lies elsewhere is none."""
    if isinstance(cell, memoryview):
        cell = bytes(cell)
    looks = isinstance(cell, str | bytes) and looks_encrypted(cell)
    return looks and not (seal is not None and seal.is_restricted(cell))


def _lacks_index(seal: Seal | None, cell: Any) -> bool:
    """Whether a cell without a blind index is encrypted and could have one; what stands for an erased IIN has no digits."""
    if not _is_closed(seal, cell):
        return False
    try:
        return (
            seal is None
            or seal.index(seal.value(bytes(cell) if isinstance(cell, memoryview) else cell)) is not None
        )
    except NotIndexable:
        return False
    except UNREADABLE:
        return True


def _parts(hashes: list[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(hashes), _PAGE):
        yield hashes[at : at + _PAGE]
