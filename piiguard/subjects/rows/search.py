"""Looks through one table for the identifiers: by blind index where it is encrypted, by value where it is plain.

The database leaves out rows that hold none for certain; what is left is compared here, after normalization. A column
that is half migrated is looked at both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.errors import DecryptionError, NotIndexable, ValueRestricted
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import MAGIC, TEXT_PREFIX, looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.seal import Seal
from piiguard.read.relation import Column, has_zero
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Row, Table
from piiguard.subjects.restricted.rows import CLOSED, NO_KEYRING, PLACE, RestrictedRow, RestrictedRows
from piiguard.subjects.rows.known import Known
from piiguard.subjects.sought import Sought

__all__ = ["Hit", "Search", "Via", "away", "seal_of"]

Via = Literal["index", "value", "foreign key", "restricted"]
_PAGE = 500
_MAGIC = bytes([MAGIC])


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """One identifier in one cell."""

    table: Table
    row: Row
    column: str
    path: str | None
    identifier: Identifier
    via: Via


@dataclass(frozen=True, slots=True)
class _Cell:
    """How one column is asked for, which rows are worth it, and how its cells are read."""

    name: str
    read: sa.ColumnElement[Any]
    where: sa.ColumnElement[bool]
    label: str = ""
    seal: Seal | None = None


@dataclass(slots=True)
class Search:
    """One search on one connection; ``unread`` grows by what could not be looked at."""

    connection: sa.Connection
    known: Known
    sought: Sought
    unread: dict[str, str]
    closed: dict[tuple[Table, str], dict[Row, str]] = field(default_factory=dict)
    """rows with a document that cannot be taken apart, by column, with the reason"""
    restricted: RestrictedRows = field(init=False)

    def __post_init__(self) -> None:
        self.restricted = RestrictedRows(self.connection, self.known.keyring)
        if self.restricted.closed:
            self.unread.setdefault(PLACE, NO_KEYRING)

    def hits(self, table: Table, only: list[Row] | None = None) -> Iterator[Hit]:
        """Every hit in a table, or in some of its rows: in place, and in what was moved away of restricted rows."""
        yield from self._in_place(table, only)
        try:
            for one in (
                self.restricted.all(table) if only is None else self.restricted.of(table, only).values()
            ):
                yield from self._away(one)
        except DecryptionError:
            self.unread.setdefault(PLACE, CLOSED)

    def _away(self, one: RestrictedRow) -> Iterator[Hit]:
        table, labels = one.table, {column.name: column.comment for column in one.table.columns}
        for name, value in one.values.items() if one.how == "seal" and self.sought.values else ():
            if (table.place, name) not in self.known.helpers:
                cell = _Cell(
                    name, sa.column(name), sa.true(), labels.get(name, ""), seal_of(self.known, table, name)
                )
                for hit in self._in(table, one.row, cell, away(cell.seal, one, name, value)):
                    yield replace(hit, via="restricted")

    def _in_place(self, table: Table, only: list[Row] | None) -> Iterator[Hit]:
        cells = list(self._cells(table)) if self.sought.values and table.shows(*table.key) else []
        if not cells:
            return
        names: list[sa.ColumnElement[Any]] = [sa.column(name) for name in table.key]
        # a column may stand there twice, as a key and as a cell: each has a place of its own
        selected = [
            column.label(f"c{at}") for at, column in enumerate([*names, *(cell.read for cell in cells)])
        ]
        query = sa.select(*selected).select_from(table.source).where(sa.or_(*(cell.where for cell in cells)))
        if only is not None:
            query = query.where(table.is_any(table.key, only))
        width = len(names)
        result = self.connection.execute(query, execution_options={"yield_per": _PAGE})
        for number, row in enumerate(result):
            key = tuple(row[:width]) or (number,)
            for cell, value in zip(cells, row[width:], strict=True):
                yield from self._in(table, key, cell, value)

    def _in(self, table: Table, row: Row, cell: _Cell, value: Any) -> Iterator[Hit]:
        via: Via = "value"
        if isinstance(value, memoryview | bytearray):
            value = bytes(value)
        if isinstance(value, str | bytes) and looks_encrypted(value):
            if cell.seal is None:
                self.unread.setdefault(f"{table.place}.{cell.name}", _CLOSED)
                return
            via = "index" if cell.seal.item.index else "value"
            try:
                value = cell.seal.value(value)
            except ValueRestricted:
                return  # it is looked for where it lies
            except UNREADABLE:
                self.unread.setdefault(
                    f"{table.place}.{cell.name}", "values do not open: piiguard verify names them"
                )
                return
        kinds = self.known.kinds(table.place, cell.name)

        def close(why: str) -> None:
            self.closed.setdefault((table, cell.name), {})[row] = why

        for path, one in self.sought.in_cell(value, cell.name, kinds, cell.label, close):
            yield Hit(table, row, cell.name, path, one, via)

    def _cells(self, table: Table) -> Iterator[_Cell]:
        for column in table.columns:
            if (table.place, column.name) in self.known.helpers:
                continue
            item = self.known.protected(table.place, column.name)
            if item is None:
                yield _Cell(column.name, column.expression(), self._plain(column), column.comment)
                continue
            seal = self.known.seal(item)
            if seal is None:
                self.unread.setdefault(f"{table.place}.{column.name}", "no keyring opens it")
                continue
            yield self._protected(column, seal, table)

    def _plain(self, column: Column) -> sa.ColumnElement[bool]:
        own: sa.ColumnElement[Any] = sa.column(column.name)
        if column.reading == "bytes":
            return own.is_not(None)
        return self._may_hold(own)

    def _may_hold(self, own: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """SQLite holds bytes in any column, and makes no text of them; of a text its like sees nothing behind a zero."""
        dialect = self.connection.dialect.name
        asked = self.sought.where(self._text(own), dialect)
        if dialect != "sqlite":
            return asked
        return sa.case((sa.or_(sa.func.typeof(own) == "blob", has_zero(own)), sa.true()), else_=asked)

    def _text(self, own: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Its text as the type itself gives it: the owner of a cast would have his function run."""
        dialect = self.connection.dialect.name
        if dialect == "postgresql":  # a collation that is not deterministic takes no pattern
            return sa.collate(sa.func.pg_catalog.concat(own), "default")
        return sa.cast(own, sa.Text if dialect == "sqlite" else sa.CHAR)

    def _protected(self, column: Column, seal: Seal, table: Table) -> _Cell:
        """Rows of its blind index, rows whose index is not there yet, and rows that are still plain."""
        own: sa.ColumnElement[Any] = sa.column(column.name)
        plain = sa.and_(own.is_not(None), sa.not_(self._sealed(own, seal, column)))
        if column.reading != "bytes" or self.connection.dialect.name == "sqlite":
            plain = sa.and_(plain, self._may_hold(own))
        index = seal.item.index
        if index is None or index not in table.types or not _is_telling(seal):
            where: sa.ColumnElement[bool] = own.is_not(
                None
            )  # without an index that tells, every value is opened
        else:
            held: sa.ColumnElement[Any] = sa.column(index)
            where = sa.or_(held.in_(self._candidates(seal)), sa.and_(held.is_(None), own.is_not(None)), plain)
        return _Cell(column.name, own, where, column.comment, seal)

    def _candidates(self, seal: Seal) -> list[bytes]:
        codec = codec_for(seal.item.type, seal.item.pad_to)
        found: dict[bytes, None] = {}
        for one in self.sought.values:
            for form in _forms(one, codec.name):
                try:
                    found |= dict.fromkeys(seal.indexes(form))
                except (NotIndexable, TypeError, ValueError):
                    continue
        return list(found) or [b""]

    def _sealed(self, own: sa.ColumnElement[Any], seal: Seal, column: Column) -> sa.ColumnElement[bool]:
        bytes_ = sa.func.substr(own, 1, 1) == sa.literal(_MAGIC, sa.LargeBinary)
        text = self._text(own).like(f"{TEXT_PREFIX}%")
        if self.connection.dialect.name == "sqlite":
            return sa.or_(bytes_, text)
        return bytes_ if column.reading == "bytes" else text


def seal_of(known: Known, table: Table, column: str) -> Seal | None:
    """What opens a column; None where it is not encrypted, or no keyring is there."""
    item = known.protected(table.place, column)
    return known.seal(item) if item else None


def away(seal: Seal | None, one: RestrictedRow, column: str, value: Any) -> Any:
    """A value of a restricted row: of an encrypted column what it opened to, as the key of then may be gone."""
    return value if seal is None or column not in one.plain else seal.of(one.plain[column])


_RULES = frozenset({"digits", "phone", "email", "last4", "domain"})


def _is_telling(seal: Seal) -> bool:
    """Whether every spelling of an identifier has one of the hashes that can be computed: not so of texts as they are."""
    return seal.item.type in ("string", "integer", "decimal") and all(
        rule.partition("/")[0] in _RULES for rule in seal.item.rules
    )


def _forms(one: Identifier, codec: str) -> Iterator[Any]:
    """The identifier as an application may have stored it: a number has no zeros in front."""
    bare = one.normal.lstrip("+0")
    if codec in ("integer", "decimal"):
        for text in {bare, one.normal.lstrip("+"), bare[1:] if one.kind == "phone" else bare, f"8{bare[1:]}"}:
            if text.isdecimal():
                yield int(text)
        return
    yield one.normal
    if one.kind == "iin":
        yield bare
    elif one.kind == "phone":  # under a rule that keeps the country as it was written
        yield from (bare, f"8{bare[1:]}", bare[1:])


_CLOSED = "encrypted, and the manifest does not name it"
