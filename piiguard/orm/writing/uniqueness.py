"""Keeps a unique blind index true while two index keys are live.

During an index rotation some rows hold the hash under the old key and others under the new one: the same
value would be unequal to itself, and the database's own constraint would let it in twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Index, Insert, Table, UniqueConstraint, not_, select
from sqlalchemy.exc import IntegrityError

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.index import BoundIndex
from piiguard.orm.tables import Protected

__all__ = ["refuse_repeats"]

_BATCH = 500


def refuse_repeats(
    connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]], found: Protected
) -> None:
    """Look for each new value under the other live keys; raise IntegrityError where it is there."""
    rows = rows or [
        {column if isinstance(column, str) else column.key: value for column, value in row.items()}
        for part in statement._multi_values
        for row in part
    ]
    for index in found.indexes:
        if index.live_keys > 1 and _is_unique(index.column.table, index):
            others = _others(index, rows)
            while batch := list(islice(others, _BATCH)):
                _refuse(connection, statement, index, batch, rows)


def _others(index: BoundIndex, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        values = [row.get(source) for source in index.sources]
        if row.get(index.column.key) is not None and None not in values:
            yield from index.candidates(*values)[1:]


def _refuse(
    connection: Connection, statement: Any, index: BoundIndex, batch: list[bytes], rows: Sequence[Any]
) -> None:
    query = select(index.column).where(index.column.in_(batch)).limit(1)
    changing = None if isinstance(statement, Insert) else statement.whereclause
    if changing is not None:
        query = query.where(not_(changing))  # a row that is given its own value again
    if connection.execute(query, rows[0] if changing is not None and rows else {}).first() is None:
        return
    place = f"{index.column.table}.{index.column.name}"
    cause = EncryptedColumnError(f"{place}: the value is there already, under an older index key")
    raise IntegrityError(str(statement.table), None, cause)


def _is_unique(table: Table, index: BoundIndex) -> bool:
    rules: list[Any] = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    rules += [one for one in table.indexes if isinstance(one, Index) and one.unique]
    return any(list(rule.columns) == [index.column] for rule in rules)
