"""The rows of a table, and which of them have an index that is not accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import NotIndexable
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.cell import Cell
from piiguard.protect.schema.tables import Key
from piiguard.protect.seal import Seal

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Accepts", "Rows"]

_PAGE = 2000
_NOTHING: Sequence[bytes | None] = (None,)  # a value with nothing left to index has no index
Accepts = Callable[[Any], Sequence[bytes]]
"""The indexes that a value may have."""


class Rows:
    """Looks at every row; ``opens`` gives the value of a cell, and decrypts it unless another is named."""

    def __init__(
        self,
        engine: sa.Engine,
        table: sa.Table,
        key: Key,
        item: ProtectedColumn,
        seal: Seal,
        accepts: Accepts,
        opens: Callable[[Any], Any] | None = None,
    ) -> None:
        self.engine, self.table, self.key, self.accepts = engine, table, key, accepts
        self.opens = opens or seal.decrypt
        self.index = table.c[str(item.index)]
        self.source = table.c[item.column]
        dialect = engine.dialect.name
        self.cells = tuple(Cell(dialect, one, sealed=True) for one in (self.source, self.index))

    @property
    def where(self) -> sa.ColumnElement[bool]:
        return sa.or_(self.source.is_not(None), self.index.is_not(None))

    def is_wrong(self, cells: Sequence[Any]) -> bool:
        """Whether the index is not one of those that its value may have; what does not open is not known."""
        stored, index = cells
        if stored is None:
            return index is not None
        try:
            value = self.opens(stored)
        except UNREADABLE:
            return False
        try:
            accepted = self.accepts(value)
        except NotIndexable:
            return True
        return (None if index is None else bytes(index)) not in (accepted or _NOTHING)

    def wrong(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Key and stored value of the rows that are wrong."""
        width, last = len(self.key.columns), None
        select = sa.select(*self.key.columns, *(cell.read for cell in self.cells)).where(self.where)
        while True:
            with connect(self.engine) as connection:
                page = select.where(*self.key.between(last, None)).order_by(*self.key.order).limit(_PAGE)
                rows = connection.execute(page).all()
            if not rows:
                return
            last = tuple(rows[-1][:width])
            yield from ((tuple(row[:width]), row[width]) for row in rows if self.is_wrong(row[width:]))

    def all(self) -> int:
        """How many have a value or an index."""
        with connect(self.engine) as connection:
            select = sa.select(sa.func.count()).select_from(self.table).where(self.where)
            return int(connection.scalar(select) or 0)

    def count(self) -> int:
        """How many are wrong."""
        return sum(1 for _ in self.wrong())
