"""What there is to read in an SQLite database, asked object by object: one that is broken costs itself alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.read import session
from piiguard.read.relation import Column, Relation

__all__ = ["relations", "with_columns"]

_OBJECTS = "select name, type, coalesce(sql, '') from sqlite_master where type in ('table', 'view')"
# Hidden columns of virtual tables (1) are arguments; those of generated columns (2, 3) hold what a row says.
_COLUMNS = "select name, type, pk from pragma_table_xinfo(:name) where hidden <> 1"
# https://www.sqlite.org/fts5.html, "Contentless Tables": every column reads as NULL
_CONTENTLESS = re.compile(
    r"create\s+virtual\s+table\b.*\busing\s+fts[45]\b.*[,(]\s*content\s*=\s*(?:''|\"\")",
    re.IGNORECASE | re.DOTALL,
)
_BARE = "its words are not searched: an index without its texts"
_ROW_NUMBERS = ("rowid", "_rowid_", "oid")


def relations(connection: sa.Connection) -> Iterator[Relation]:
    """Tables, views and virtual tables; the tables of SQLite itself are left out."""
    for name, kind, made in connection.execute(sa.text(_OBJECTS)).all():
        if not isinstance(name, str):
            yield Relation(None, name.decode(errors="backslashreplace"), "table", -1, unread=_NO_TEXT)
        elif not name.startswith("sqlite_"):
            stored = kind == "table" and not str(made).lower().startswith("create virtual")
            unread = _BARE if not stored and _CONTENTLESS.match(str(made)) else ""
            yield Relation(None, name, "table" if stored else "view", -1, unread=unread)


def with_columns(connection: sa.Connection, wanted: list[Relation]) -> Iterator[Relation]:
    """The same, with their columns; what cannot be read says why."""
    for relation in wanted:
        try:
            yield relation if relation.unread else _complete(connection, relation)
        except SQLAlchemyError as error:
            database.stop_if_asked(connection, error)
            yield Relation(None, relation.name, relation.kind, -1, unread=session.explain(error))


_NO_TEXT = "its name, or that of a column, is no text"


def _complete(connection: sa.Connection, relation: Relation) -> Relation:
    listed = connection.execute(sa.text(_COLUMNS), {"name": relation.name}).all()
    if not all(isinstance(name, str) for name, _, _ in listed):
        return Relation(None, relation.name, relation.kind, -1, unread=_NO_TEXT)
    # A declared type binds no value, but large objects are said to be some.
    columns = [Column(name, "bytes" if _is_blob(type_) else "any") for name, type_, _ in listed]
    primary = [name for _, name in sorted((place, name) for name, _, place in listed if place)]
    integer = len(primary) == 1 and any(
        name == primary[0] and _is_integer(type_) for name, type_, _ in listed
    )
    rows, key = -1, primary[0] if integer else None
    if relation.kind == "table":
        own = _row_number(connection, relation, {column.name.lower() for column in columns})
        key = own or key
        rows = _count(connection, relation)
    return Relation(None, relation.name, relation.kind, rows, tuple(columns), key, tuple(primary))


def _is_blob(type_: Any) -> bool:
    return str(type_).upper().partition("(")[0].strip() == "BLOB"


def _is_integer(type_: Any) -> bool:
    return "INT" in str(type_).upper()


def _row_number(connection: sa.Connection, relation: Relation, taken: set[str]) -> str | None:
    """The name under which SQLite's own row numbers can be asked for: not one that a column has taken."""
    for name in _ROW_NUMBERS:
        if name not in taken:
            asked: sa.Select[Any] = sa.select(sa.literal_column(name)).select_from(relation.source()).limit(0)
            try:
                connection.execute(asked).all()
            except SQLAlchemyError as error:
                database.stop_if_asked(connection, error)
                return None  # WITHOUT ROWID
            return name
    return None


def _count(connection: sa.Connection, relation: Relation) -> int:
    """The rows, which SQLite counts without looking into them; -1 where damage hides them."""
    try:
        counted = sa.select(sa.func.count()).select_from(relation.source())
        return int(connection.scalar(counted) or 0)
    except SQLAlchemyError as error:
        database.stop_if_asked(connection, error)
        return -1  # reading it comes to the damage, and says so
