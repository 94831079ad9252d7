"""Attributes of mapped classes: a value is checked when it is set, and its blind indexes are set with it.

Checking here names the line that assigned the value; and an object that waits for its flush already holds
the hash, never the plaintext, in the attribute of the index. It is a convenience: what is written is derived
from the statement. Nothing is loaded here, since an attribute may be set where no database can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Null, event
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import flag_modified, set_attribute

from piiguard.orm.errors import not_an_expression
from piiguard.orm.restricted import Restricted, refuse_restricted
from piiguard.orm.tables import BlindKind, BoundIndex, EncryptedKind, protected
from piiguard.orm.writing.marks import ByHand, Derived, refuse_by_hand, refuse_unless_equal

__all__ = ["complete", "has_compounds", "watch"]

_CLEARED = (
    Derived()
)  # a source became NULL: unlike None, which a dataclass sets by default, it empties the index
_together: WeakKeyDictionary[Mapper[Any], list[tuple[str, ...]]] = WeakKeyDictionary()


def watch(mapper: Mapper[Any], class_: type[Any]) -> None:
    """Watch the encrypted attributes and the blind indexes that this class brings."""
    names = {prop.columns[0]: prop.key for prop in mapper.column_attrs}
    for column, key in names.items():
        inherited = mapper.inherits is not None and mapper.inherits.has_property(key)
        if not isinstance(column, Column):
            continue
        found = protected(column.table)
        if found is None:
            continue
        if isinstance(column.type, BlindKind):
            index = next(one for one in found.indexes if one.column is column)
            if len(index.sources) > 1 and all(column.table.c[source] in names for source in index.sources):
                parts = tuple(names[column.table.c[source]] for source in index.sources)
                _together.setdefault(mapper, []).append(parts)
            if not inherited:
                _watch_index(getattr(class_, key), index, names)
        elif isinstance(column.type, EncryptedKind) and not inherited:
            indexes = [index for index in found.indexes_of(column.key) if index.column in names]
            _watch_source(getattr(class_, key), column, indexes, names)


def complete(state: Any) -> None:
    """Let an UPDATE of one part of a compound index set all its parts: only then the index follows from it.

    Parts that are not loaded are loaded: a flush may ask the database.
    """
    for parts in _together.get(state.mapper, ()):
        if any(part in state.committed_state for part in parts):
            target = state.obj()
            for part in parts:
                getattr(target, part)
                flag_modified(target, part)


def has_compounds() -> bool:
    """Whether any mapped class has an index of several columns."""
    return bool(_together)


def _watch_source(
    attribute: Any, column: Column[Any], indexes: list[BoundIndex], names: Mapping[Any, str]
) -> None:
    check = _checker(column)
    targets = [
        (
            names[index.column],
            index,
            index.single(),
            [names.get(column.table.c[one]) for one in index.sources],
        )
        for index in indexes
    ]
    own = names[column]

    def on_set(state: Any, value: Any, old: Any, initiator: Any) -> Any:
        check(state, value, old, initiator)
        plain, held = None if isinstance(value, Null) else value, state.dict
        for key, index, single, parts in targets:
            if single is not None:
                computed = single(plain)
            elif all(part == own or part in held or state.key is None for part in parts):
                computed = index.compute([plain if part == own else held.get(part) for part in parts])
            else:  # the flush loads what is not loaded here
                state._expire_attributes(held, [key])
                continue
            if key in held and type(held[key]) is ByHand and len(parts) == 1:
                refuse_unless_equal(index, held[key], [plain])
            if state.key is None:  # an INSERT takes what the object holds; no history is needed
                held[key] = computed if computed is None else Derived(computed)
            else:
                target = state.obj()
                set_attribute(target, key, _CLEARED if computed is None else Derived(computed))
                for part in parts:
                    if part is not None and part != own and part in held:
                        flag_modified(target, part)
        return value

    # raw and retval: the listener is called as it is, for every value that is set anywhere
    event.listen(attribute, "set", on_set if targets else check, raw=True, retval=True, propagate=True)


def _checker(column: Column[Any]) -> Callable[[Any, Any, Any, Any], Any]:
    """A listener that refuses what cannot be written."""
    encode = column.type.encoder()  # type: ignore[attr-defined]

    def check(state: Any, value: Any, old: Any, initiator: Any) -> Any:
        kind = type(value)
        if type(old) is Restricted:
            raise refuse_restricted(old)
        if kind is str:
            encode(value)
        elif value is None or kind is Null:
            pass
        elif hasattr(kind, "_compiler_dispatch") or hasattr(kind, "__clause_element__"):
            raise not_an_expression(column)
        else:
            encode(value)
        return value

    return check


def _watch_index(attribute: Any, index: BoundIndex, names: Mapping[Any, str]) -> None:
    """Whatever is assigned, the attribute holds what belongs to its sources, or what the flush refuses."""

    def on_set(target: Any, value: Any, old: Any, initiator: Any) -> Any:
        if value is not None and not isinstance(value, bytes):
            value = None
            raise refuse_by_hand(index)
        if type(value) is Derived:
            return value or None
        loaded = _loaded(target, index, names)
        computed = None if loaded is None or None in loaded else index.compute(loaded)
        if value is None:
            return computed if computed is None else Derived(computed)
        if loaded is not None and None not in loaded and value in index.under_all(loaded):
            return Derived(value)
        return ByHand(value)

    event.listen(attribute, "set", on_set, retval=True, propagate=True)


def _loaded(target: Any, index: BoundIndex, names: Mapping[Any, str]) -> list[Any] | None:
    state = target.__dict__
    keys = [names.get(index.column.table.c[source]) for source in index.sources]
    return [state[key] for key in keys] if all(key in state for key in keys) else None
