"""Fills blind indexes of rows that were written before the index was there, or under an older index key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Engine,
    LargeBinary,
    Table,
    Text,
    and_,
    bindparam,
    inspect,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.restricted import Restricted
from piiguard.orm.tables import BoundIndex, Protected, protected

__all__ = ["fill_indexes"]


def fill_indexes(engine: Engine, target: Table | type[Any], *, batch: int = 1000) -> int:
    """Compute the blind indexes that are NULL or of an older index key or rule; return how many rows changed.

    For an index that was added later, and for kinds that ``piiguard encrypt`` does not fill: parts, compounds,
    truncated ones; and for these after an index key was promoted. It goes by primary key, one transaction for each batch, beside a running application: a row
    that changes meanwhile is left to the application, which fills its index itself.
    """
    table = target if isinstance(target, Table) else inspect(target).local_table
    found, keys = protected(table), list(table.primary_key.columns)
    if found is None or not found.indexes or not keys:
        raise EncryptedColumnError(
            f"{table}: no blind index or no primary key", hint="name the table that has both"
        )
    changed, last = 0, None
    while True:
        with engine.begin() as connection:
            rows = connection.execute(_page(table, keys, found, last, batch)).all()
            for row in rows:
                if (change := _change(table, keys, found, row)) is not None:
                    changed += connection.execute(change).rowcount
        if len(rows) < batch:
            return changed
        last = tuple(rows[-1][: len(keys)])


def _page(table: Table, keys: Sequence[Any], found: Protected, last: Any, batch: int) -> Any:
    sources = list(found.columns.values())
    missing = or_(*(_is_stale(table, index) for index in found.indexes))
    held = [type_coerce(index.column, LargeBinary()) for index in found.indexes]
    query = select(*keys, *sources, *map(_raw, sources), *held).where(missing).order_by(*keys).limit(batch)
    return query if last is None else query.where(tuple_(*keys) > tuple_(*last))


def _is_stale(table: Table, index: BoundIndex) -> Any:
    known = [table.c[source].is_not(None) for source in index.sources]
    if len(index.key.rules) > 1:  # under which rule a hash was made, it does not tell
        return and_(*known)
    version = index.keyring.primary("index").version
    held = type_coerce(index.column, LargeBinary())
    other = or_(held.is_(None), held < version.to_bytes(2, "big"), held >= (version + 1).to_bytes(2, "big"))
    return and_(other, *known)


def _change(table: Table, keys: Sequence[Any], found: Protected, row: Any) -> Any:
    """An UPDATE that holds only while the ciphertext is still what was read; None when nothing changes."""
    count, width = len(keys), len(found.columns)
    values = dict(zip(found.columns, row[count : count + width], strict=True))
    raw = dict(zip(found.columns, row[count + width : count + 2 * width], strict=True))
    held = [None if one is None else bytes(one) for one in row[count + 2 * width :]]
    fresh = {index.column: _computed(index, [values[s] for s in index.sources]) for index in found.indexes}
    if list(fresh.values()) == held:
        return None
    same = [_raw(found.columns[key]).is_not_distinct_from(bindparam(f"old_{key}", raw[key])) for key in raw]
    chosen = [key == value for key, value in zip(keys, row[:count], strict=True)]
    return update(table).where(*chosen, *same).values(fresh).execution_options(piiguard_derived=True)


def _computed(index: BoundIndex, values: Sequence[Any]) -> bytes | None:
    """What is restricted is not found by its index until it is released."""
    return None if any(type(value) is Restricted for value in values) else index.compute(values)


def _raw(column: Any) -> Any:
    return type_coerce(column, Text() if column.type.storage == "text" else LargeBinary())
