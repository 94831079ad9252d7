"""The SET of ``on_conflict_do_update`` and ``on_duplicate_key_update``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Null, bindparam, null

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.tables import BoundIndex, Protected
from piiguard.orm.writing.marks import refuse_by_hand, refuse_unless_equal
from piiguard.orm.writing.targets import key_of, pairs_of

__all__ = ["lift_upsert", "set_of", "set_value"]

_PREFIX = "piiguard_set_"


def set_of(statement: Any) -> tuple[Any, str | None]:
    """The clause behind VALUES and the name of its member that holds what is set."""
    clause = getattr(statement, "_post_values_clause", None)
    if clause is None:
        return None, None
    return clause, next((name for name in ("update_values_to_set", "update") if hasattr(clause, name)), None)


def lift_upsert(statement: Any, found: Protected) -> tuple[Any, dict[str, Any]]:
    """The statement with indexes in its SET, and the parameters that its literals became."""
    clause, attribute = set_of(statement)
    if clause is None or attribute is None:
        return statement, {}
    written = getattr(clause, attribute)
    pairs: dict[Any, Any] = {}
    own: set[str] = set()
    for column, value in pairs_of(statement, written):
        key = key_of(column, found)
        own |= set() if key is None else {key}
        pairs[(column if isinstance(column, str) else column.key) if key is None else key] = value
    if not own:
        return statement, {}
    parameters: dict[str, Any] = {}
    for key in own & found.columns.keys():
        pairs[key] = _lifted(key, pairs[key], found, parameters)
    for index in found.indexes:
        if any(source in pairs for source in index.sources):
            _check_given(index, pairs, parameters)
            pairs[index.column.key] = _index(index, pairs, parameters)
        elif index.column.key in own:
            raise refuse_by_hand(index)
    kept, changed = statement._clone(), clause._clone()
    setattr(changed, attribute, type(written)(pairs.items()))  # SQLAlchemy 2.0 keeps a list of pairs
    if getattr(changed, "_parameter_ordering", None):
        changed._parameter_ordering = list(pairs)
    kept._post_values_clause = changed
    return kept, parameters


def set_value(row: Mapping[str, Any], source: str) -> Any:
    """The literal that the SET of an upsert writes to a column."""
    return row.get(_PREFIX + source)


def _lifted(key: str, value: Any, found: Protected, parameters: dict[str, Any]) -> Any:
    """Move a literal out of the statement, where the cache would keep it."""
    literal = not hasattr(value, "_compiler_dispatch")  # SQLAlchemy 2.0 leaves them as they are
    if literal or (isinstance(value, BindParameter) and value.unique):
        parameters[_PREFIX + key] = value if literal else value.effective_value
        return bindparam(_PREFIX + key, type_=found.columns[key].type)
    if isinstance(value, Null) or _proposed(value, key):
        return value
    column = found.columns[key]
    raise EncryptedColumnError(
        f"{column.table}.{column.name} is encrypted and cannot be set to an SQL expression",
        hint="give the value, or the column of the row that was to be inserted (excluded, inserted)",
    )


def _check_given(index: BoundIndex, pairs: dict[str, Any], parameters: dict[str, Any]) -> None:
    """An index may be named beside its sources when it says the same."""
    given = pairs.pop(index.column.key, None)
    if given is None or isinstance(given, Null) or _proposed(given, index.column.key):
        return
    literal = given.effective_value if isinstance(given, BindParameter) and given.unique else given
    if hasattr(literal, "_compiler_dispatch"):
        raise refuse_by_hand(index)
    refuse_unless_equal(index, literal, [parameters.get(_PREFIX + source) for source in index.sources])


def _index(index: BoundIndex, pairs: dict[str, Any], parameters: dict[str, Any]) -> Any:
    sources = [pairs.get(source) for source in index.sources]
    if any(isinstance(source, Null) for source in sources):
        return null()
    if all(_proposed(source, key) for source, key in zip(sources, index.sources, strict=True)):
        return sources[0].table.c[index.column.key]  # type: ignore[union-attr]
    if all(isinstance(source, BindParameter) for source in sources):
        name = _PREFIX + index.column.key
        parameters[name] = index.compute([parameters[_PREFIX + key] for key in index.sources])
        return bindparam(name, type_=index.column.type)
    raise EncryptedColumnError(
        f"{index.place} indexes {', '.join(index.sources)} together, and the upsert sets them apart",
        hint="set them all to values, or all to the row that was to be inserted",
    )


def _proposed(value: Any, key: str) -> bool:
    """Whether it is the same column of the row that met the conflict."""
    alias = getattr(getattr(value, "table", None), "name", None)
    return getattr(value, "key", None) == key and alias in ("excluded", "inserted", "new")
