"""A table, view or materialized view, and what reading it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.read.part import Hindrance

__all__ = ["MOST", "Column", "Kind", "Reading", "Relation", "has_zero", "most_of"]

Kind = Literal["table", "partitioned", "view", "materialized", "foreign"]
Reading = Literal["plain", "text", "long", "bytes", "any", "list", "parts", "id", "bits", "shape"]

MOST: dict[Reading, int] = {
    "long": 1 << 20,
    "text": 1 << 20,
    "parts": 1 << 20,
    "bytes": 1 << 16,
    "any": 1 << 24,
}
"""Characters or bytes of one cell that are read; envelopes need 60 bytes, documents in a cell are rarely longer."""
_ROW: dict[Reading, int] = {"any": 1 << 26}
_MOST_ROW, _LEAST = 1 << 24, 1 << 16
"""Characters of a row that are read: of a table with very many columns less of each cell, but always so much."""


def most_of(reading: Reading, columns: int) -> int | None:
    """How much of a cell is read in a table of so many columns; None: all of it.

    >>> most_of("long", 9), most_of("long", 100), most_of("long", 1600), most_of("plain", 9)
    (1048576, 167772, 65536, None)
    """
    most = MOST.get(reading)
    return most and max(min(most, _LEAST), min(most, _ROW.get(reading, _MOST_ROW) // max(columns, 1)))


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read; ``reading`` says how it is asked for."""

    name: str
    reading: Reading
    comment: str = ""

    def expression(self, columns: int = 1) -> sa.ColumnElement[Any]:
        """How it is asked for, in a table of so many columns."""
        own: sa.ColumnElement[Any] = sa.column(self.name)
        most = most_of(self.reading, columns)
        if self.reading in ("text", "parts"):
            # The type's own output: its owner may have made a cast to text, whose function would run.
            own = sa.func.pg_catalog.concat(own)
        if self.reading == "any":  # SQLite, where a cell is what it is, whatever its column says
            return _of_any(own, most or 0).label(None)
        return own if most is None else sa.func.substr(own, 1, most).label(None)


def _of_any(own: sa.ColumnElement[Any], most: int) -> sa.ColumnElement[Any]:
    """A cell of SQLite, a text up to the limit: substr ends at a zero, so a long text with one is cut as bytes."""
    held = sa.cast(own, sa.LargeBinary)
    long = sa.and_(sa.func.typeof(own) == sa.literal_column("'text'"), sa.func.length(held) > most)
    return sa.case(
        (sa.and_(long, has_zero(own)), sa.func.substr(held, 1, most)),
        (long, sa.func.substr(own, 1, most)),
        else_=own,
    )


def has_zero(own: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether a text of SQLite holds a zero, which ends it for substr, length and like, but not for instr.

    https://www.sqlite.org/nulinstr.html
    """
    return sa.func.instr(own, sa.func.char(0)) > 0


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view or materialized view, and what reading it needs."""

    schema: str | None
    name: str
    kind: Kind
    rows: int
    """an estimate; -1 when the database has none"""
    columns: tuple[Column, ...] = ()
    key: str | None = None
    """an integer column that ranges can be cut by"""
    primary: tuple[str, ...] = ()
    inherited: bool = False
    """PostgreSQL: other tables inherit from it, and are listed themselves"""
    home: str | None = None
    """PostgreSQL: the schema in which it stands when none is named"""
    unread: str = ""
    """why it is not read at all; nothing: it is read"""
    told: str = ""
    """why it need not be read: what it shows was read elsewhere"""
    denied: tuple[str, ...] = ()
    """columns that this account may not read"""
    aside: str = ""
    """what it holds beside its rows, and is not read with them"""
    foreign: bool = False
    """PostgreSQL: rows of it come from another server"""

    @property
    def place(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def names(self) -> tuple[str, str]:
        """What globs may match."""
        return self.place, self.name

    @property
    def hindrance(self) -> Hindrance:
        """Why its columns cannot be encrypted by their names: ``a.b`` is table b of the schema a."""
        if "." in self.name:
            return "dots"
        if self.foreign:
            return "foreign"
        return "view" if self.kind in ("view", "materialized") else ""

    @property
    def base(self) -> tuple[str, ...]:
        """Schema and name, which ``place`` does not tell apart where they hold dots; nothing for what is no table of its own."""
        stored = self.kind in ("table", "partitioned") and not self.foreign
        return (self.schema or self.home or "", self.name) if stored else ()

    @property
    def readings(self) -> list[Reading]:
        """How each of its columns is asked for."""
        return [column.reading for column in self.columns]

    @property
    def cells(self) -> list[sa.ColumnElement[Any]]:
        """Its columns, as they are read."""
        return [column.expression(len(self.columns)) for column in self.columns]

    def source(self) -> sa.TableClause:
        return sa.table(self.name, schema=self.schema or self.home)

    @property
    def expanded(self) -> bool:
        """Whether reading it reads what somebody else has written down: a view's query, another server."""
        return self.kind == "view" or self.foreign

    def select(
        self, columns: Sequence[sa.ColumnElement[Any]], source: sa.FromClause | None = None
    ) -> sa.Select[Any]:
        """A query of its own rows: those of tables that inherit from it are read there."""
        own = self.source() if source is None else source
        query: sa.Select[Any] = sa.select(*columns).select_from(own)
        return query.with_hint(own, "ONLY", dialect_name="postgresql") if self.inherited else query
