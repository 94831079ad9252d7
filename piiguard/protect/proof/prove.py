"""Every new value is opened and compared with what the database holds of the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.carried import carries
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.exact import exact
from piiguard.protect.schema.table_code import writing
from piiguard.protect.schema.tables import unmoved

if TYPE_CHECKING:
    from piiguard.protect.proof.record import Fingerprint
    from piiguard.protect.schema.ddl import Migration
    from piiguard.protect.schema.tables import Key
    from piiguard.protect.seal import Seal

__all__ = ["Proof", "Wrong", "empty", "pages"]

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Wrong:
    """Rows whose twin is not what the source says; the keys of all of them."""

    keys: tuple[tuple[Any, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.keys)


def pages(
    connection: sa.Connection,
    move: Migration,
    key: Key,
    where: sa.ColumnElement[bool],
    over: Callable[[], bool] = lambda: False,
) -> Iterator[Sequence[Any]]:
    """Key, ciphertext, the exact plaintext and the blind index of every row that has one of them."""
    dialect, twin = connection.dialect.name, move.table.c[move.twin]
    cipher, plain = (twin, move.source) if move.to_cipher else (move.source, twin)
    index = [move.table.c[move.index]] if move.index and move.to_cipher else []
    compared = [
        Cell(dialect, cipher, sealed=True).read,
        exact(dialect, plain).label("piiguard_plain"),
        *index,
    ]
    filled = sa.or_(move.source.is_not(None), twin.is_not(None))
    select = sa.select(*key.columns, *compared).where(where, filled)
    last: Sequence[Any] | None = None
    while not over():
        page = connection.execute(
            select.where(*key.between(last, None)).order_by(*key.order).limit(_PAGE)
        ).all()
        if not page:
            return
        last = page[-1][: len(key.columns)]
        yield page


class Proof:
    """Compares source and twin of one column, in either direction, through the database's own text.

    The blind index is compared as well. Neither a trigger nor what was read before is relied on.
    """

    def __init__(self, dialect: str, move: Migration, key: Key, seal: Seal) -> None:
        self.move, self.key, self.seal = move, key, seal
        self.twin = move.table.c[move.twin]
        plain = move.source if move.to_cipher else self.twin
        self._carries = carries(dialect, plain, seal.item.type)

    def wrong(
        self,
        connection: sa.Connection,
        where: sa.ColumnElement[bool],
        told: Callable[[int], None] = lambda rows: None,
        over: Callable[[], bool] = lambda: False,
        *,
        between: Callable[[], None] = lambda: None,
        seen: Fingerprint | None = None,
    ) -> Wrong:
        """Go through these rows in pages; ``between`` two of them the caller may let go of a snapshot.

        ``seen`` takes in what was compared.
        """
        if seen is not None:
            seen.begin()
        found: list[tuple[Any, ...]] = []
        for page in pages(connection, self.move, self.key, where, over):
            found += [tuple(row[: len(self.key.columns)]) for row in page if not self._agrees(row)]
            if seen is not None:
                seen.add(page)
            told(len(page))
            between()
        return Wrong(tuple(found))

    def _agrees(self, row: Sequence[Any]) -> bool:
        stored, plain, *index = row[len(self.key.columns) :]
        if stored is None or plain is None:
            return False
        try:
            value = self.seal.decrypt(stored)
        except UNREADABLE:
            return False
        if not self._carries(value, plain):
            return False
        wanted: list[bytes | None] = [*self.seal.indexes(value)]
        return not index or index[0] in (wanted or [None])


def empty(connection: sa.Connection, move: Migration, key: Key, wrong: Wrong) -> None:
    """Let the next fill make these twins anew; a trigger may take the occasion to change the source."""
    names = [move.twin, *([move.index] if move.index and move.to_cipher else [])]
    source = exact(connection.dialect.name, move.source)
    for name in wrong.keys:
        same = [c == v for c, v in zip(key.columns, name, strict=True)]
        # both times what is there now: an older snapshot still has a row that somebody else has deleted
        now = sa.select(source).where(*same).with_for_update()
        before = connection.scalar(now)
        emptied = {**unmoved(move.table), **{move.table.c[n]: None for n in names}}
        with writing(connection, move.table):
            connection.execute(sa.update(move.table).where(*same).values(emptied))
        if connection.scalar(now) != before:
            connection.rollback()
            raise refusal.rows(
                move.place,
                [name],
                1,
                "a trigger or a rule changes the value whenever the row is written",
                "switch it off for the job, then run the command again; nothing was dropped",
            )
