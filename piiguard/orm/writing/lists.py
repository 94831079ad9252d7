"""``values([...])``: SQLAlchemy does not cache such a statement, so its literals may stay in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piiguard.orm.tables import Protected
from piiguard.orm.writing.defaults import scalar_or_later
from piiguard.orm.writing.lifting import Getter, getter_of
from piiguard.orm.writing.marks import refuse_unless_equal
from piiguard.orm.writing.targets import key_of, mapper_of, pairs_of, table_of

__all__ = ["kept_lists"]


def kept_lists(statement: Any, found: Protected) -> Any:
    """The statement with the blind indexes of each of its rows."""
    kept = statement._clone()
    columns = table_of(statement).c
    # A session reads names as attributes; a default that looks at its row wants names.
    spell = _name if mapper_of(statement) is None else _same
    kept._multi_values = tuple(
        [
            {spell(key): value for key, value in _kept(_pairs(statement, row, columns), found).items()}
            for row in part
        ]
        for part in statement._multi_values
    )
    return kept


def _name(column: Any) -> str:
    return column if isinstance(column, str) else str(column.key)


def _same(column: Any) -> Any:
    return column


def _pairs(statement: Any, row: Any, columns: Any) -> list[tuple[Any, Any]]:
    return pairs_of(statement, row if isinstance(row, Mapping) else dict(zip(columns, row, strict=False)))


def _kept(pairs: list[tuple[Any, Any]], found: Protected) -> dict[Any, Any]:
    getters: dict[str, Getter] = {}
    kept: dict[Any, Any] = {}
    for column, value in pairs:
        key = key_of(column, found)
        if key is None:
            kept[column] = value
        else:
            getters[key] = getter_of(value, found.written[key])
    values = {key: getter({}) for key, getter in getters.items()}
    kept |= {found.columns[key]: value for key, value in values.items() if key in found.columns}
    missing = {key: column for key, column in found.columns.items() if key not in values}
    defaulted = {key for key, column in missing.items() if column.default is not None}
    known = {key: scalar_or_later(column)[1] for key, column in missing.items()} | values
    for index in found.indexes:
        sources = [known[source] for source in index.sources]
        if any(source in values or source in defaulted for source in index.sources):
            kept[index.column] = index.compute(sources)
        if index.column.key in values:
            refuse_unless_equal(index, values[index.column.key], sources)
            kept.setdefault(index.column, None)
    return kept
