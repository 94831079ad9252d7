"""Keeps blind indexes equal to their sources in every INSERT and UPDATE.

What ``values()`` of a statement sets on encrypted columns moves into the parameter sets, where the indexes
are added: SQLAlchemy's statement cache keeps the first statement it compiled, with its literals, for as long
as the engine lives, and parameter sets are not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, Insert, Null

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.comparator import base_column
from piiguard.orm.search.index import BoundIndex
from piiguard.orm.tables import Protected
from piiguard.orm.writing.upsert import lift_upsert

__all__ = ["Rows", "index_values", "keep"]

Rows = Sequence[Mapping[str, Any]]
_Getter = Callable[[Mapping[str, Any]], Any]


def keep(statement: Any, rows: Rows, found: Protected) -> tuple[Any, Rows]:
    """The statement and its parameter sets, with the blind indexes of what they set."""
    inserting = isinstance(statement, Insert)
    if inserting and statement._select_names:
        _refuse_select(statement, found)
        return statement, rows
    if statement._multi_values:
        return _kept_lists(statement, found), rows
    statement, getters = _lift(statement, found)
    statement, constants = lift_upsert(statement, found)
    given = rows[0] if rows else {}
    for key in given:
        if key in found.columns and key not in getters:
            getters[key] = _Parameter(key)
    if inserting:
        _add_defaults(getters, found)
    jobs = [job for index in found.indexes if (job := _job(index, getters, given, statement))]
    moved = {key: getter for key, getter in getters.items() if key not in given}
    if not (jobs or moved or constants):
        return statement, rows
    return statement, [_kept_row(row, moved, jobs, constants) for row in rows or [{}]]


def index_values(statement: Any, found: Protected) -> dict[Any, bytes | None]:
    """The indexes of what an UPDATE sets to literals, by column; those that need parameters are left out."""
    _, getters = _lift(statement, found)
    known = {key: getter({}) for key, getter in getters.items() if not isinstance(getter, _Parameter)}
    return {
        index.column: index.compute([known[source] for source in index.sources])
        for index in found.indexes
        if all(source in known for source in index.sources)
    }


_Job = tuple[str, BoundIndex, Callable[[Any], bytes | None] | None]


def _kept_row(
    row: Mapping[str, Any], moved: Mapping[str, _Getter], jobs: Sequence[_Job], constants: Mapping[str, Any]
) -> dict[str, Any]:
    """A new set: the caller's own stays as it is."""
    kept = {**row, **constants}
    for key, getter in moved.items():
        kept[key] = getter(row)
    for key, index, single in jobs:
        sources = index.sources
        kept[key] = single(kept.get(sources[0])) if single else index.compute([kept.get(s) for s in sources])
    return kept


def _job(
    index: BoundIndex, getters: Mapping[str, _Getter], given: Mapping[str, Any], statement: Any
) -> _Job | None:
    """What fills the index; None when the statement leaves its sources alone."""
    present = [getters[source] for source in index.sources if source in getters]
    if not present:
        return None
    key = index.column.key
    if len(present) < len(index.sources) and not isinstance(statement, Insert):
        if key in given:  # the mapper knows the other sources of the object
            return None
        raise EncryptedColumnError(
            f"{index.column.table}.{index.column.name} indexes {', '.join(index.sources)} together, "
            "and the UPDATE sets some of them only",
            hint="set them all in one UPDATE, or change the object in a session",
        )
    return key, index, index.single()


def _lift(statement: Any, found: Protected) -> tuple[Any, dict[str, _Getter]]:
    """Take encrypted columns out of ``values()``; say where the value of each is found."""
    getters: dict[str, _Getter] = {}
    kept = statement
    for attribute in ("_values", "_ordered_values"):  # the second one is of SQLAlchemy 2.0
        pairs = getattr(statement, attribute, None)
        if not pairs:
            continue
        rest = []
        for column, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
            key = column if isinstance(column, str) else column.key
            if key in found.columns and _is_own(column, found.columns[key]):
                getters[key] = _getter(value, found.columns[key])
            else:
                rest.append((column, value))
        if len(rest) < len(pairs):
            kept = kept._clone()
            setattr(kept, attribute, type(pairs)(rest))
    return kept, getters


def _is_own(column: Any, own: Column[Any]) -> bool:
    """Whether it is this table's column; an UPDATE of several tables may set one of the same name."""
    return isinstance(column, str) or base_column(column) is own


def _getter(value: Any, column: Column[Any]) -> _Getter:
    if isinstance(value, Null):
        return lambda row: None
    if not isinstance(value, BindParameter):
        raise _expression(column)
    if value.unique:
        constant = value.effective_value
        return lambda row: constant
    return _Parameter(value.key, None if value.required else value.effective_value)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """Reads a value from a parameter set."""

    name: str
    fallback: Any = None

    def __call__(self, row: Mapping[str, Any]) -> Any:
        return row.get(self.name, self.fallback)


def _add_defaults(getters: dict[str, _Getter], found: Protected) -> None:
    """Python-side defaults of indexed columns run here: later, the index would not see them."""
    for index in found.indexes:
        for source in index.sources:
            column = found.columns[source]
            default: Any = column.default
            if source in getters or default is None:
                continue
            if default.is_scalar:
                getters[source] = _constant(default.arg)
            elif default.is_callable:
                getters[source] = _called(default.arg)
            else:
                raise _expression(column)


def _constant(value: Any) -> _Getter:
    return lambda row: value


def _called(function: Callable[[Any], Any]) -> _Getter:
    return lambda row: function(None)


def _kept_lists(statement: Any, found: Protected) -> Any:
    """``values([...])``: SQLAlchemy does not cache such a statement, so its literals may stay."""
    kept = statement._clone()
    kept._multi_values = tuple(
        [_kept_list_row(row, statement.table, found) for row in part] for part in statement._multi_values
    )
    return kept


def _kept_list_row(row: Any, table: Any, found: Protected) -> dict[Any, Any]:
    pairs = row if isinstance(row, Mapping) else dict(zip(table.c, row, strict=False))
    values = {column if isinstance(column, str) else column.key: value for column, value in pairs.items()}
    getters: dict[str, _Getter] = {}
    for key, column in found.columns.items():
        value = values.get(key)
        if isinstance(value, BindParameter | Null) or not hasattr(value, "__clause_element__"):
            plain = value if not hasattr(value, "_compiler_dispatch") else _getter(value, column)({})
            if key in values:
                getters[key] = _constant(plain)
        else:
            raise _expression(column)
    _add_defaults(getters, found)
    kept = {found.columns[key]: getter({}) for key, getter in getters.items()}
    rest = {
        column: value
        for column, value in pairs.items()
        if (column if isinstance(column, str) else column.key) not in getters
    }
    indexes = {
        index.column: index.compute([getters[s]({}) if s in getters else None for s in index.sources])
        for index in found.indexes
        if any(source in getters for source in index.sources)
    }
    return {**rest, **kept, **indexes}


def _refuse_select(statement: Any, found: Protected) -> None:
    touched = set(statement._select_names) & (
        {*found.columns} | {index.column.key for index in found.indexes}
    )
    if touched:
        raise EncryptedColumnError(
            f"{statement.table}.{min(touched)} is encrypted and cannot be filled by INSERT from SELECT",
            hint="read the rows and insert their values: the database can neither encrypt nor index them",
        )


def _expression(column: Column[Any]) -> EncryptedColumnError:
    return EncryptedColumnError(
        f"{column.table}.{column.name} is encrypted and cannot be set to an SQL expression",
        hint="the database would store its result in plain: compute the value in Python",
    )
