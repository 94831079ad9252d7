"""Attributes of mapped classes: a value is checked when it is set, and its blind indexes are set with it.

Checking here names the line that assigned the value; and an object that waits for its flush already holds
the hash, never the plaintext, in the attribute of the index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Null, event
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import flag_modified, set_attribute

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.index import BlindIndex, BoundIndex
from piiguard.orm.tables import protected
from piiguard.orm.types.encrypted import Encrypted

__all__ = ["watch"]

_CLEARED = b""  # a source became NULL: unlike None, which a dataclass sets by default, it empties the index


def watch(mapper: Mapper[Any], class_: type[Any]) -> None:
    """Watch the encrypted attributes and the blind indexes that this class brings."""
    names = {prop.columns[0]: prop.key for prop in mapper.column_attrs}
    for column, key in names.items():
        inherited = mapper.inherits is not None and mapper.inherits.has_property(key)
        if inherited or not isinstance(column, Column):
            continue
        found = protected(column.table)
        if found is None:
            continue
        attribute = getattr(class_, key)
        if isinstance(column.type, Encrypted):
            indexes = [index for index in found.indexes_of(column.key) if index.column in names]
            _watch_source(attribute, column, indexes, names)
        elif isinstance(column.type, BlindIndex):
            index = next(one for one in found.indexes if one.column is column)
            _watch_index(attribute, index, names)


def _watch_source(
    attribute: Any, column: Column[Any], indexes: list[BoundIndex], names: Mapping[Any, str]
) -> None:
    encrypted: Encrypted = column.type  # type: ignore[assignment]
    own, check = column.key, _checker(encrypted)
    targets = [(names[index.column], index, index.single()) for index in indexes]

    def on_set(state: Any, value: Any, old: Any, initiator: Any) -> Any:
        check(state, value, old, initiator)
        plain, target = None if isinstance(value, Null) else value, state.obj()
        for key, index, single in targets:
            computed = single(plain) if single else index.compute(_values(target, index, names, {own: plain}))
            if state.key is None:  # an INSERT takes what the object holds; no history is needed
                state.dict[key] = computed
                continue
            set_attribute(target, key, _CLEARED if computed is None else computed)
            if len(index.sources) > 1:
                flag_modified(target, key)  # an UPDATE cannot compute it from the changed part alone
        return value

    # raw and retval: the listener is called as it is, for every value that is set anywhere
    event.listen(attribute, "set", on_set if targets else check, raw=True, retval=True, propagate=True)


def _checker(encrypted: Encrypted) -> Callable[[Any, Any, Any, Any], Any]:
    """A listener that refuses what cannot be written."""
    encode = encrypted.encoder()

    def check(state: Any, value: Any, old: Any, initiator: Any) -> Any:
        kind = type(value)
        if kind is str:
            encode(value)
        elif value is None or kind is Null:
            pass
        elif hasattr(kind, "_compiler_dispatch") or hasattr(kind, "__clause_element__"):
            raise EncryptedColumnError(
                f"{encrypted.place} is encrypted and cannot be set to an SQL expression",
                hint="the database would store its result in plain: compute the value in Python",
            )
        else:
            encode(value)
        return value

    return check


def _watch_index(attribute: Any, index: BoundIndex, names: Mapping[Any, str]) -> None:
    """Whatever is assigned, the attribute holds what belongs to its sources."""

    def on_set(target: Any, value: Any, old: Any, initiator: Any) -> Any:
        if value is not None and not isinstance(value, bytes):
            value = None
            raise EncryptedColumnError(
                f"{index.column.table}.{index.column.name} is a blind index and cannot be set",
                hint=f"set {', '.join(index.sources)}: the index follows",
            )
        if value == _CLEARED:
            return None
        if value is not None:  # of a source that is being set, or of a query
            return value
        loaded = _loaded(target, index, names)
        return None if loaded is None else index.compute(loaded)

    event.listen(attribute, "set", on_set, retval=True, propagate=True)


def _values(target: Any, index: BoundIndex, names: Mapping[Any, str], fresh: Mapping[str, Any]) -> list[Any]:
    """The values of the sources; others than the one being set are loaded when they must be."""
    table = index.column.table
    return [
        fresh[source] if source in fresh else getattr(target, names[table.c[source]])
        for source in index.sources
    ]


def _loaded(target: Any, index: BoundIndex, names: Mapping[Any, str]) -> list[Any] | None:
    state = target.__dict__
    keys = [names.get(index.column.table.c[source]) for source in index.sources]
    return [state[key] for key in keys] if all(key in state for key in keys) else None
