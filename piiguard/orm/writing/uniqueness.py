"""Keeps a unique blind index true while rows of one value may hold different hashes, or none.

During an index rotation some rows hold the hash under the old key and others under the new one; while an index has
two rules, the hash under either; while a column is migrated, plaintext rows hold none. The same value would be unequal to itself. So the row that holds a value
which is about to be written gets its newest hash first: then the database's own constraint decides, as it would
over plaintext, for every kind of INSERT, UPDATE and upsert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Index,
    Insert,
    Table,
    UniqueConstraint,
    bindparam,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql import operators
from sqlalchemy.types import LargeBinary

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.migrating import still_plain
from piiguard.orm.search.sought import in_hashes
from piiguard.orm.tables import BoundIndex, Protected
from piiguard.orm.writing.upsert import set_value

__all__ = ["renew", "renew_values", "under_one_key"]

_BATCH = 500
_Made = TypeVar("_Made")
_Value = tuple[bytes, Sequence[Any]]  # the newest hash of a row, and the values of its sources


def under_one_key(indexes: Sequence[BoundIndex], work: Callable[[], _Made]) -> _Made:
    """What ``work`` made while the same index keys were live from its first hash to its last.

    A keyring that is loaded in between would have a new value hashed under the old key and the row that holds it under
    the new one: to the database they are two values.
    """
    while True:
        before = [index.key.epoch() for index in indexes]
        made = work()
        if all(index.key.epoch() is epoch for index, epoch in zip(indexes, before, strict=True)):
            return made


def renew(
    connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]], found: Protected
) -> None:
    """Give rows that hold a value of the statement under another key, or in plain, its newest hash."""
    for index in found.indexes:
        if _needs_renewal(index):
            _renew(connection, index, _written(index, statement, rows))


def renew_values(connection: Connection, index: BoundIndex, values: Sequence[Any]) -> None:
    """The same for the values of one row, which a default has just made."""
    if _needs_renewal(index):
        _renew(connection, index, _hashed(index, [values]))


def _needs_renewal(index: BoundIndex) -> bool:
    return (index.migrating or index.live > 1) and _is_unique(index.column.table, index)


def _renew(connection: Connection, index: BoundIndex, written: Iterator[_Value]) -> None:
    while batch := dict(islice(written, _BATCH)):
        if len(index.key.rules) > 1:
            _renew_opened(connection, index, batch)
        elif index.live > 1:
            _renew_rotated(connection, index, batch)
        if index.migrating:
            _renew_plain(connection, index, batch)


def _written(index: BoundIndex, statement: Any, rows: Iterable[Mapping[str, Any]]) -> Iterator[_Value]:
    """The values that the statement writes, by their newest hash."""
    inserting = isinstance(statement, Insert)
    listed = [
        {column if isinstance(column, str) else column.key: value for column, value in row.items()}
        for part in (statement._multi_values if inserting else ())
        for row in part
    ]
    table = index.column.table
    usual = {source: scalar_default(table.c[source]) if inserting else None for source in index.sources}
    whole = ([row.get(source, usual[source]) for source in index.sources] for row in (*listed, *rows))
    set_ = ([set_value(row, source) for source in index.sources] for row in rows)
    yield from _hashed(index, whole)
    if inserting:
        yield from _hashed(index, set_)


def _hashed(index: BoundIndex, rows: Iterable[Sequence[Any]]) -> Iterator[_Value]:
    for values in rows:
        if None not in values and (hashes := index.under_all(values)):
            yield hashes[0], values


def _renew_rotated(connection: Connection, index: BoundIndex, batch: Mapping[bytes, Sequence[Any]]) -> None:
    newest = {old: new for new, values in batch.items() for old in index.under_all(values)[1:]}
    held = connection.scalars(
        select(type_coerce(index.column, LargeBinary())).where(
            in_hashes(index.column, operators.in_op, list(newest))
        )
    ).all()
    changes = [{"old": bytes(old), "new": newest[bytes(old)]} for old in held]
    if changes:
        connection.execute(_change(index, index.column == bindparam("old", type_=LargeBinary())), changes)


def _renew_opened(connection: Connection, index: BoundIndex, batch: Mapping[bytes, Sequence[Any]]) -> None:
    """Rows that are equal under an older rule need not be under the newest: what they hold is computed from them."""
    older = list({old for values in batch.values() for old in index.under_all(values)[1:]})
    table, held = index.column.table, type_coerce(index.column, LargeBinary())
    keys, sources = list(table.primary_key.columns), [table.c[source] for source in index.sources]
    rows = connection.execute(
        select(held, *sources, *keys).where(in_hashes(index.column, operators.in_op, older))
    ).all()
    for hashed, *rest in rows:
        fresh = index.compute(rest[: len(sources)])
        if fresh != bytes(hashed):
            chosen = [key == one for key, one in zip(keys, rest[len(sources) :], strict=True)]
            same = index.column == bindparam("old", type_=LargeBinary())
            connection.execute(_change(index, same, *chosen), {"old": bytes(hashed), "new": fresh})


def _renew_plain(connection: Connection, index: BoundIndex, batch: Mapping[bytes, Sequence[Any]]) -> None:
    table = index.column.table
    keys = list(table.primary_key.columns)
    source = table.c[index.sources[0]]
    alone = len(index.sources) == 1
    plain = still_plain(index, [values[0] for values in batch.values()]) if alone else index.column.is_(None)
    rows = (
        connection.execute(select(source, *keys).where(plain).limit(_BATCH + 1)).all()
        if keys and alone
        else []
    )
    if len(rows) > _BATCH or not (keys and alone):
        raise EncryptedColumnError(
            f"{index.place} is unique, and rows that are being migrated have no index yet",
            hint='fill the index first, with fill_indexes(engine, table), and then say migrating="indexed"',
        )
    for value, *own in rows:
        fresh = index.compute([value])
        if fresh in batch:
            chosen = [key == one for key, one in zip(keys, own, strict=True)]
            connection.execute(_change(index, *chosen), {"new": fresh})


def scalar_default(column: Any) -> Any:
    """What an INSERT gives a column that it does not name; None where a function makes it."""
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


def _change(index: BoundIndex, *chosen: Any) -> Any:
    new: Any = bindparam("new", type_=LargeBinary())
    statement = update(index.column.table).where(*chosen).values({index.column: new})
    return statement.execution_options(piiguard_derived=True)


def _is_unique(table: Table, index: BoundIndex) -> bool:
    rules: list[Any] = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    rules += [one for one in table.indexes if isinstance(one, Index) and one.unique]
    return any(one is index.column for rule in rules for one in rule.columns)
