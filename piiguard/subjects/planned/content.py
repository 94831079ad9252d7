"""Which columns of a person's rows hold personal data, by what stands in them: the whole engine looks at every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa

from piiguard.confidence import MEDIUM
from piiguard.detect.encodings import text_of
from piiguard.detect.headers import context
from piiguard.detect.leaves import as_text, as_tree, leaves
from piiguard.keys.envelope import looks_encrypted
from piiguard.subjects.live import BrokenText, Row, Table, readable
from piiguard.subjects.live.documents import is_document
from piiguard.subjects.rows.reach import chunks

__all__ = ["told"]


def told(connection: sa.Connection, table: Table, rows: Iterable[Row]) -> frozenset[str]:
    """The columns in which a name, a number, an address or a document of anybody stands, in one of these rows."""
    columns = [column for column in table.columns if column.name not in table.key]
    found = set[str]()
    for part in chunks(rows) if columns else ():
        selected = [column.expression().label(f"c{at}") for at, column in enumerate(columns)]
        query = sa.select(*selected).select_from(table.source).where(table.is_any(table.key, part))
        for row in connection.execute(query):
            for column, cell in zip(columns, row, strict=True):
                if column.name not in found and _is_personal(column.name, column.comment, cell):
                    found.add(column.name)
    return frozenset(found)


def _is_personal(name: str, label: str, cell: Any) -> bool:
    """A document in the row of a person is his, whether or not it can be taken apart."""
    if isinstance(cell, bytes | bytearray | memoryview) and not isinstance(cell, BrokenText):
        cell = bytes(cell)
        if not looks_encrypted(cell) and is_document(cell):
            return True
        cell = None if looks_encrypted(cell) else text_of(cell)
    return any(
        match.score >= MEDIUM
        for path, text in _texts(cell)
        for match in _engine().find(text, context(name, path, label))
    )


def _texts(cell: Any) -> Iterator[tuple[str | None, str]]:
    if isinstance(cell, BrokenText):
        cell = readable(cell)
    if cell is None:
        return
    tree = cell if isinstance(cell, dict | list | tuple) else None
    text = "" if tree is not None else as_text(cell).strip()
    if text[:1] in ("{", "["):
        tree = as_tree(text)
    if tree is not None:
        yield from leaves(tree)
    elif text:
        yield None, text


@cache
def _engine() -> Any:
    from piiguard.detect import Engine

    return Engine()
