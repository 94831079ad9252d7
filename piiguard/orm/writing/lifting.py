"""Takes encrypted columns and indexes out of ``values()``, and says where the value of each is found.

SQLAlchemy's statement cache keeps the first statement it compiled, with its literals, for as long as the
engine lives; parameter sets are not part of it. It does not keep ``values([...])``, whose literals stay there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Null

from piiguard.orm.errors import not_an_expression
from piiguard.orm.tables import Protected
from piiguard.orm.writing.defaults import scalar_or_later
from piiguard.orm.writing.marks import refuse_unless_equal
from piiguard.orm.writing.targets import key_of, mapper_of, pairs_of, table_of

__all__ = ["Getter", "Parameter", "kept_lists", "lift"]

Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Reads a value from a parameter set."""

    name: str
    fallback: Any = None

    def __call__(self, row: Mapping[str, Any]) -> Any:
        return row.get(self.name, self.fallback)


def constant(value: Any) -> Getter:
    """The same for every row."""
    return lambda row: value


def lift(statement: Any, found: Protected) -> tuple[Any, dict[str, Getter]]:
    """The statement without what it sets on encrypted columns and indexes, and where that is found."""
    getters: dict[str, Getter] = {}
    kept = statement
    for attribute in ("_values", "_ordered_values"):  # the second one is of SQLAlchemy 2.0
        written = getattr(statement, attribute, None)
        if not written:
            continue
        pairs = pairs_of(statement, written)
        rest = []
        for column, value in pairs:
            key = key_of(column, found)
            if key is None:
                rest.append((column, value))
            else:
                getters[key] = getter_of(value, found.written[key])
        if len(rest) < len(pairs):
            kept = kept._clone()
            setattr(kept, attribute, type(written)(rest))
    return kept, getters


def getter_of(value: Any, column: Any) -> Getter:
    """Where the value is; raise EncryptedColumnError for what only the database could compute."""
    if isinstance(value, Null):
        return constant(None)
    if isinstance(value, BindParameter):
        if value.unique:
            return constant(value.effective_value)
        return Parameter(value.key, None if value.required else value.effective_value)
    if hasattr(value, "_compiler_dispatch") or hasattr(value, "__clause_element__"):
        raise not_an_expression(column)
    return constant(value)


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
