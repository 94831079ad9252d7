"""What is put back of one restricted row: the same bytes; anew where a key has gone, or the column was encrypted meanwhile.

A value that is sealed plain goes back as its column holds values now: an encrypted one with its blind index, and with the twin of a
migration that is on its way.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from piiguard.errors import NotIndexable, SubjectError
from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.plain import text_reader
from piiguard.subjects.live import Table
from piiguard.subjects.restricted.rows import RestrictedRow
from piiguard.subjects.sealing.columns import Columns

if TYPE_CHECKING:
    from piiguard.protect.seal import Seal

__all__ = ["affinity", "places", "returned", "written_since"]

_NUMBERS: dict[str, Callable[[str], Any]] = {"integer": int, "float": float, "decimal": decimal.Decimal}


def places(columns: Columns, one: RestrictedRow) -> Iterator[str]:
    """The columns to look at: what was moved away of a twin or a shadow that is gone is in its column."""
    types = columns.table.types
    for name in one.values:
        twin = any(name.removesuffix(end) in one.values.keys() & types.keys() for end in ("_enc", "_plain"))
        if name in types or not (twin or name.startswith("piiguard_")):
            yield name
    yield from (helper for helper, source in columns.beside.items() if _is_new(one, helper, source))


def returned(columns: Columns, one: RestrictedRow, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What is written into the row, of which this is ``stored`` now. Raises :class:`SubjectError` for what is in the way."""
    back = {
        name: _value(columns, one, name, stored[name])
        for name in one.values
        if name in stored and name not in columns.table.computed and stored[name] != one.values[name]
    }
    for helper, source in columns.beside.items():
        if _is_new(one, helper, source):
            if not columns.is_left(helper, stored[helper], one.left):
                raise written_since(columns.table, helper)
            back[helper] = _beside(columns, one, helper, source)
    return back


def _is_new(one: RestrictedRow, helper: str, source: str) -> bool:
    """A blind index, or a twin with ciphertext, that came after the value was moved away."""
    made = helper not in one.values and one.values.get(source) is not None
    return made and not helper.startswith("piiguard_") and helper != f"{source}_plain"


def _value(columns: Columns, one: RestrictedRow, name: str, now: Any) -> Any:
    table, value, seal = columns.table, one.values[name], columns.seal(name)
    same = affinity(table.types[name]) == one.types[name]
    since = seal is not None and _encrypted_since(columns, one, name, seal, now, same)
    if not (same or since):
        raise _changed(table, name)
    if not columns.is_left(name, now, one.left):
        raise written_since(table, name)
    if since and seal is not None:
        return None if value is None else seal.encrypt(_typed(columns, one, name, seal))
    source = columns.beside.get(name, name)
    if seal is None:
        return value
    if name in one.plain:
        return value if _opens(seal, value, one.plain[name]) else seal.again(one.plain[name])
    if name == seal.item.index and source in one.plain:
        plain = seal.of(one.plain[source])
        return value if value in seal.indexes(plain) else seal.index(plain)
    return value


def _encrypted_since(
    columns: Columns, one: RestrictedRow, name: str, seal: Seal, now: Any, same: bool
) -> bool:
    """Whether the column holds ciphertext by now: it stands there, or the type says so. While its twin is there it does not yet."""
    if name in one.plain or name in columns.beside:
        return False
    twin = f"{name}_enc" in columns.table.types
    there = isinstance(now, str | bytes) and looks_encrypted(now)
    return there or (not twin and (seal.text or not same))


def _beside(columns: Columns, one: RestrictedRow, helper: str, source: str) -> Any:
    seal = columns.seal(helper)
    if seal is None:
        return None
    value = _typed(columns, one, source, seal)
    if helper != seal.item.index:
        return seal.encrypt(value)
    try:
        return seal.index(value)
    except NotIndexable:
        raise SubjectError(
            f"{columns.table.place}.{source}: a restricted value has no index under {seal.item.rules[0]}",
            hint="choose another normalizer for the column",
        ) from None


def _typed(columns: Columns, one: RestrictedRow, name: str, seal: Seal) -> Any:
    """The value as an application has it; what was sealed plain is the text that the database had for it."""
    if name in one.plain:
        return seal.of(one.plain[name])
    value, kind = one.values[name], seal.item.type
    read = _NUMBERS.get(kind) or text_reader(kind) if isinstance(value, str) else None
    try:
        made = read(value) if read is not None else seal.read(value)
        seal.encode(made)
    except (TypeError, ValueError, ArithmeticError):
        raise _changed(columns.table, name) from None
    return made


def _changed(table: Table, name: str) -> SubjectError:
    return SubjectError(
        f"{table.place}.{name}: its type has changed since a value of it was restricted",
        hint="give it the former type back, release, and change it then",
    )


def _opens(seal: Seal, stored: Any, plain: bytes) -> bool:
    try:
        return bool(looks_encrypted(stored) and seal.open(stored) == plain)
    except UNREADABLE:
        return False


def written_since(table: Table, name: str) -> SubjectError:
    """The refusal of a release, or of another restriction, over a value that somebody has written."""
    return SubjectError(
        f"{table.place}.{name}: a value was written there since the row was restricted, and it is not written over",
        hint="make it NULL in the application, if the value that is sealed is the right one",
    )


def affinity(kind: Any) -> str:
    """The kind of a type, whatever its length."""
    return str(kind._type_affinity.__name__) if kind._type_affinity else "NullType"
