"""Before anything is written: which rows hold a value that ciphertext would not give back exactly?

Each value is read as an application reads it, goes to bytes and back, and is compared with the database's own text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import home, inspect, refuse_strange
from piiguard.errors import NotIndexable
from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.carried import carries
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.exact import is_binary, is_text
from piiguard.protect.cells.headers import mark

if TYPE_CHECKING:
    from piiguard.protect.schema.tables import Key
    from piiguard.protect.seal import Seal

__all__ = ["refuse_lookalikes", "refuse_restricted", "refuse_uncarried", "refuse_unindexable"]

OWN = "piiguard_restricted"
_PAGE = 5000
_READING = (ValueError, TypeError, OverflowError, SQLAlchemyError)


def refuse_uncarried(connection: sa.Connection, column: sa.Column[Any], key: Key, seal: Seal) -> None:
    """Raise, naming rows, when a value of the column cannot be had back exactly."""
    dialect, codec = connection.dialect.name, seal.item.type
    if dialect != "sqlite" and (
        (codec == "string" and is_text(column)) or (codec == "bytes" and is_binary(column))
    ):
        return  # what is read is what is stored, and goes into bytes as it is
    cell, same = Cell(dialect, column), carries(dialect, column, codec)
    select = sa.select(*key.columns, cell.read, cell.exact).where(
        column.is_not(None), _plain(dialect, column)
    )
    bad: list[tuple[Any, ...]] = []
    for row in _rows(connection, select, key):
        *name, value, plain = row
        if value is _UNREAD or not _comes_back(seal, same, value, plain):
            bad.append(tuple(name))
    if bad:
        raise refusal.rows(
            seal.item.place,
            bad,
            len(bad),
            f"the type {codec} cannot give a value back exactly",
            "correct these rows, or change the column to text first; nothing was changed",
        )


def refuse_unindexable(connection: sa.Connection, column: sa.Column[Any], key: Key, seal: Seal) -> None:
    """Raise, naming rows, when a value of the column has no index under the rule of its entry, which refuses it."""
    if not seal.item.rules:
        return
    dialect, cell = connection.dialect.name, Cell(connection.dialect.name, column)
    select = sa.select(*key.columns, cell.read).where(column.is_not(None), _plain(dialect, column))
    if is_text(column):  # ASCII is refused by no rule
        size = (
            sa.func.length(sa.cast(column, sa.LargeBinary))
            if dialect == "sqlite"
            else sa.func.octet_length(column)
        )
        signs = sa.func.length(column) if dialect == "sqlite" else sa.func.char_length(column)
        select = select.where(size != signs)
    elif seal.item.type != "json":
        return
    bad = [tuple(row[:-1]) for row in _pages(connection, select, key) if not _has_index(seal, row[-1])]
    if bad:
        raise refusal.rows(
            seal.item.place,
            bad,
            len(bad),
            f"values have no index under {seal.item.rules[0]}",
            "correct these rows, or choose another --normalizer; nothing was changed",
        )


def refuse_lookalikes(connection: sa.Connection, column: sa.Column[Any], key: Key, seal: Seal) -> None:
    """Raise, naming rows, when a value has the form of ciphertext and does not open as this column's."""
    word = mark(connection.dialect.name, column)
    cell = Cell(connection.dialect.name, column, sealed=True)
    select = sa.select(*key.columns, cell.read).where(word.not_in(["n", "p"]))
    bad = [tuple(row[:-1]) for row in _pages(connection, select, key) if not _opens(seal, row[-1])]
    if bad:
        raise refusal.rows(
            seal.item.place,
            bad,
            len(bad),
            "what looks encrypted does not open",
            "is it the right keyring and context? if these are no ciphertext of this column, correct them;"
            " nothing was changed",
        )


def refuse_restricted(connection: sa.Connection, column: sa.Column[Any], key: Key, seal: Seal) -> None:
    """Raise, naming rows, when a value of the column is restricted: it lies sealed elsewhere, and nothing is to be had back here.

    Looked for where rows of the table are restricted at all.
    """
    if OWN not in inspect(connection).get_table_names():
        return
    refuse_strange(connection, OWN)
    held = sa.table(OWN, sa.column("table_name"), schema=home(connection))
    if not connection.scalar(sa.select(sa.func.count()).where(held.c.table_name == seal.item.table)):
        return
    cell = Cell(connection.dialect.name, column, sealed=True)
    select = sa.select(*key.columns, cell.read).where(column.is_not(None))
    bad = [tuple(row[:-1]) for row in _pages(connection, select, key) if seal.is_restricted(row[-1])]
    if bad:
        raise refusal.rows(
            seal.item.place,
            bad,
            len(bad),
            "values are restricted",
            "piiguard subject release puts them back; then decrypt the column. Nothing was changed",
        )


def _plain(dialect: str, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """A column that is half done holds ciphertext as well; bytes may begin as they like."""
    if is_binary(column) or dialect == "sqlite" or is_text(column):
        return mark(dialect, column) == "p"
    return sa.true()


def _comes_back(seal: Seal, same: Any, value: Any, plain: Any) -> bool:
    try:
        return bool(same(seal.back(value), plain))
    except UNREADABLE:
        return False


def _has_index(seal: Seal, value: Any) -> bool:
    try:
        seal.index(seal.read(value))
    except NotIndexable:
        return False
    except UNREADABLE:
        return True  # another check names it
    return True


def _opens(seal: Seal, stored: Any) -> bool:
    try:
        seal.decrypt(stored)
    except UNREADABLE:
        return False
    return True


class _Unread:
    """In place of a value that the driver cannot read."""


_UNREAD = _Unread()


def _pages(connection: sa.Connection, select: sa.Select[Any], key: Key) -> Iterator[Sequence[Any]]:
    last: Sequence[Any] | None = None
    while page := connection.execute(_page(select, key, last)).all():
        last = page[-1][: len(key.columns)]
        yield from page


def _page(select: sa.Select[Any], key: Key, last: Sequence[Any] | None, rows: int = _PAGE) -> sa.Select[Any]:
    return select.where(*key.between(last, None)).order_by(*key.order).limit(rows)


def _rows(connection: sa.Connection, select: sa.Select[Any], key: Key) -> Iterator[Sequence[Any]]:
    """Every row; in a page that the driver cannot read, row by row."""
    last: Sequence[Any] | None = None
    names_only = select.with_only_columns(*key.columns)
    while names := connection.execute(_page(names_only, key, last)).all():
        page = select.where(*key.between(last, names[-1]))
        last = names[-1]
        try:
            yield from connection.execute(page).all()
        except _READING:
            connection.rollback()
            yield from (row for name in names for row in _one(connection, select, key, name))


def _one(
    connection: sa.Connection, select: sa.Select[Any], key: Key, name: Sequence[Any]
) -> Sequence[Sequence[Any]]:
    here = [column == value for column, value in zip(key.columns, name, strict=True)]
    try:
        return connection.execute(select.where(*here)).all()
    except _READING:
        connection.rollback()
        return [(*name, _UNREAD, None)]
