"""Keeps blind indexes equal to their sources in every INSERT and UPDATE: the one place that sees them all.

Whatever a session, an attribute or a caller put into an index, it is computed here from what the statement
writes, or the statement is refused. An UPDATE that leaves the sources alone leaves the index alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.tables import BoundIndex, Protected
from piiguard.orm.writing.defaults import scalar_or_later
from piiguard.orm.writing.lifting import Getter, Parameter, kept_lists, lift
from piiguard.orm.writing.marks import Derived, refuse_by_hand, refuse_unless_equal
from piiguard.orm.writing.targets import keys_of
from piiguard.orm.writing.upsert import lift_upsert, set_of

__all__ = ["Rows", "index_values", "keep", "with_values"]

Rows = Sequence[Mapping[str, Any]]
_PLANS = 100  # of one table: rows of a bulk insert may each have other names
_Fill = Callable[[dict[str, Any], Mapping[str, Any]], None]


def keep(statement: Any, rows: Rows, found: Protected) -> tuple[Any, Rows]:
    """The statement and its parameter sets, with the blind indexes of what they set."""
    if isinstance(statement, Insert):
        if statement._select_names:
            _refuse_select(statement, found)
            return _with(*lift_upsert(statement, found), rows)
        if statement._multi_values:
            return _with(*lift_upsert(kept_lists(statement, found), found), rows)
        fills = _planned(statement, rows, found)
        if fills is not None:
            return statement, _kept_rows(rows, {}, fills, {}) if fills else rows
    statement, getters = lift(statement, found)
    statement, constants = lift_upsert(statement, found)
    given = rows[0] if rows else {}
    for key in given:
        if key in found.written and key not in getters:
            getters[key] = Parameter(key)
    if isinstance(statement, Insert):
        later = _take_defaults(getters, found)
        fills = [fill for index in found.indexes if (fill := _inserted(index, getters, later))]
    else:
        fills, idle = _updated(getters, found)
        if idle:
            statement, rows = _without(statement, rows, getters, idle)
    moved = {key: getters[key] for key in found.columns if key in getters and key not in given}
    if not (fills or moved or constants):
        return statement, rows
    return statement, _kept_rows(rows or [{}], moved, fills, constants)


def _planned(statement: Any, rows: Rows, found: Protected) -> Sequence[_Fill] | None:
    """What fills the indexes of rows that stand in parameter sets alone; None for any other INSERT."""
    if not rows or statement._values or set_of(statement)[0] is not None:
        return None
    given = tuple(rows[0])
    missing, fills = found.plans.get(given) or (None, ())
    if missing is None:
        getters: dict[str, Getter] = {key: Parameter(key) for key in given if key in found.written}
        missing = [column for key, column in found.columns.items() if key not in getters]
        fills = [fill for index in found.indexes if (fill := _inserted(index, getters, {}))]
        if len(found.plans) >= _PLANS:
            found.plans.clear()
        found.plans[given] = missing, fills
    return None if any(column.default is not None for column in missing) else fills


def index_values(statement: Any, found: Protected) -> dict[Any, bytes | None]:
    """The indexes of what an UPDATE sets to literals, by column; those that need parameters are left out."""
    _, getters = lift(statement, found)
    known = {key: getter({}) for key, getter in getters.items() if not isinstance(getter, Parameter)}
    fresh = {
        index.column: index.compute([known[source] for source in index.sources])
        for index in found.indexes
        if index.column.key not in getters and all(source in known for source in index.sources)
    }
    return {column: None if value is None else Derived(value) for column, value in fresh.items()}


def with_values(statement: Any, values: Mapping[Any, Any]) -> Any:
    """The UPDATE that sets these as well, also where the order of its SET was given."""
    ordered = getattr(statement, "_ordered_values", None)
    if ordered is None and not getattr(statement, "_maintain_values_ordering", False):
        return statement.values(values)
    kept = statement._clone()
    if ordered is not None:  # SQLAlchemy 2.0
        kept._ordered_values = [*ordered, *values.items()]
    else:
        kept._values = type(statement._values)([*statement._values.items(), *values.items()])
    return kept


def _with(statement: Any, constants: Mapping[str, Any], rows: Rows) -> tuple[Any, Rows]:
    return statement, [{**row, **constants} for row in rows or [{}]] if constants else rows


def _kept_rows(
    rows: Rows, moved: Mapping[str, Getter], fills: Sequence[_Fill], constants: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """New sets: the caller's own stay as they are."""
    found = []
    for row in rows:
        kept = {**row, **constants}
        if moved:
            kept |= {key: getter(row) for key, getter in moved.items()}
        for fill in fills:
            fill(kept, row)
        found.append(kept)
    return found


def _filler(index: BoundIndex, given: Getter | None, fixed: Mapping[str, Any]) -> _Fill:
    """Fills the index of a row; ``given`` reads what somebody else put there, ``fixed`` are scalar defaults."""
    key, sources, single = index.column.key, index.sources, index.single()
    if single is None or fixed:
        return _filler_of_any(index, given, fixed)
    source = sources[0]

    def fill(kept: dict[str, Any], row: Mapping[str, Any]) -> None:
        kept[key] = single(kept.get(source))

    def fill_and_compare(kept: dict[str, Any], row: Mapping[str, Any]) -> None:
        found = kept.get(key)
        kept[key] = fresh = single(kept.get(source))
        if found is not None and type(found) is not Derived and found != fresh:
            refuse_unless_equal(index, found, [kept.get(source)])

    if given is None:
        return fill
    if isinstance(given, Parameter) and given.name == key:
        return fill_and_compare
    return _filler_of_any(index, given, fixed)


def _filler_of_any(index: BoundIndex, given: Getter | None, fixed: Mapping[str, Any]) -> _Fill:
    def fill(kept: dict[str, Any], row: Mapping[str, Any]) -> None:
        values = [kept.get(source, fixed.get(source)) for source in index.sources]
        if given is not None:
            refuse_unless_equal(index, given(row), values)
        kept[index.column.key] = index.compute(values)

    return fill


def _take_defaults(getters: Mapping[str, Getter], found: Protected) -> dict[str, tuple[bool, Any]]:
    """Columns that get their value from a default: whether it is called later, else what it is."""
    return {
        key: scalar_or_later(column)
        for key, column in found.columns.items()
        if key not in getters and column.default is not None
    }


def _inserted(
    index: BoundIndex, getters: Mapping[str, Getter], defaults: Mapping[str, tuple[bool, Any]]
) -> _Fill | None:
    """What fills the index of a new row; without any source it is NULL, whatever was given."""
    key, sources = index.column.key, index.sources
    given = getters.get(key)
    if not any(source in getters or source in defaults for source in sources) and given is None:
        return None
    return _filler(index, given, {source: defaults[source][1] for source in sources if source in defaults})


def _updated(getters: Mapping[str, Getter], found: Protected) -> tuple[list[_Fill], list[BoundIndex]]:
    """What fills indexes whose sources are set; and those that are given without a source."""
    fills, idle = [], []
    for index in found.indexes:
        present = [source for source in index.sources if source in getters]
        given = getters.get(index.column.key)
        if len(present) == len(index.sources):
            fills.append(_filler(index, given, {}))
        elif present:
            raise EncryptedColumnError(
                f"{index.place} indexes {', '.join(index.sources)} together, "
                "and the UPDATE sets some of them only",
                hint="set them all in one UPDATE, or change the object in a session",
            )
        elif given is not None:
            idle.append(index)
    return fills, idle


def _without(
    statement: Any, rows: Rows, getters: Mapping[str, Getter], idle: Sequence[BoundIndex]
) -> tuple[Any, Rows]:
    """Leave an index alone whose sources are: it is right already."""
    for index in idle:
        given = getters[index.column.key]
        # a session sends NULL where a source became NULL and was taken back
        allowed = (Derived, type(None)) if isinstance(given, Parameter) else (Derived,)
        if any(type(value) not in allowed for value in map(given, rows or [{}])):
            raise refuse_by_hand(index)
    dropped = {index.column.key for index in idle}
    kept = [{key: value for key, value in row.items() if key not in dropped} for row in rows]
    column = idle[0].column
    pairs = statement._values or getattr(statement, "_ordered_values", None)
    if not pairs and not any(key in column.table.c for key in (kept[0] if kept else ())):
        statement = with_values(statement, {column: column})  # an UPDATE has to set something
    return statement, kept


def _refuse_select(statement: Any, found: Protected) -> None:
    named = list(keys_of(statement._select_names, found))
    if not named and statement.include_insert_from_select_defaults:
        named = [column for column in found.columns.values() if column.default is not None]
    if named:
        raise EncryptedColumnError(
            f"{statement.table}.{named[0].name} is encrypted and cannot be filled by INSERT from SELECT",
            hint="read the rows and insert their values: the database can neither encrypt nor index them",
        )
