"""JSON that was written by piiguard, read back as the classes it was made of: strictly, and by their own annotations.

Whatever is wrong is a ValueError whose text begins with the member, as in ``findings.0.score: not a number``, and never
holds what stands there.

>>> from dataclasses import dataclass
>>> @dataclass
... class Place:
...     name: str
...     rows: int = 0
>>> made(Place, parse('{"name": "people"}'))
Place(name='people', rows=0)
>>> made(Place, parse('{"name": "people", "rows": true}'))
Traceback (most recent call last):
ValueError: rows: not a whole number
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

__all__ = ["NotJson", "listed", "made", "once", "parse"]

T = TypeVar("T")
_SHOWN = 60  # characters of a name that a file proposes


class NotJson(ValueError):
    """A text that is no JSON, as half a line is none."""


def parse(text: str | bytes) -> Any:
    """The value of a JSON text in which no member stands twice."""
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise ValueError("too deep") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise NotJson("not JSON") from None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a repeated member: readers would differ about which one counts."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{_name(name)}: stands twice")
        members[name] = value
    return members


def listed(value: Any, place: str) -> list[Any]:
    """``value``, if it is a list."""
    if not isinstance(value, list):
        raise _wrong(place, "not a list")
    return value


def made(kind: type[T], value: Any, place: str = "", *, more: bool = False) -> T:
    """``value`` as an object of the dataclass ``kind``; members that it does not know are refused unless ``more``."""
    if not isinstance(value, dict):
        raise _wrong(place, "not an object")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    if not more and (unknown := sorted(set(value) - set(known))):
        raise _wrong(_below(place, _name(unknown[0])), "an unknown member")
    for name, field in known.items():
        if name not in value and field.default is MISSING and field.default_factory is MISSING:
            raise _wrong(_below(place, name), "missing")
    hints = _hints(cast(Any, kind))
    return kind(
        **{name: _of(hints[name], value[name], _below(place, name)) for name in known if name in value}
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _of(hint: Any, value: Any, place: str) -> Any:
    """The value as one of that type."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(get_args(hint), value, place)
    if origin is Literal:
        if not isinstance(value, str) or value not in get_args(hint):
            raise _wrong(place, f"not one of {', '.join(get_args(hint))}")
        return value
    if origin is tuple:
        return _items(get_args(hint), value, place)
    if is_dataclass(hint):
        return made(cast("type[Any]", hint), value, place)
    fits, name = _PLAIN[hint]
    if not fits(value):
        raise _wrong(place, f"not {name}")
    return value


def _one_of(hints: tuple[Any, ...], value: Any, place: str) -> Any:
    errors = []
    for hint in hints:
        try:
            return _of(hint, value, place)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def _items(hints: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    value = listed(value, place)
    each = [hints[0]] * len(value) if hints[1:] == (...,) else list(hints)
    if len(each) != len(value):
        raise _wrong(place, f"not a list of {len(each)}")
    return tuple(
        _of(hint, one, _below(place, str(n))) for n, (hint, one) in enumerate(zip(each, value, strict=True))
    )


_PLAIN: dict[Any, tuple[Callable[[Any], bool], str]] = {
    str: (lambda value: isinstance(value, str), "a text"),
    bool: (lambda value: isinstance(value, bool), "true or false"),
    int: (lambda value: type(value) is int and 0 <= value < 1 << 63, "a whole number"),
    float: (
        lambda value: type(value) in (int, float) and abs(value) < 1 << 63 and math.isfinite(value),
        "a number",
    ),
    NoneType: (lambda value: value is None, "null"),
    Any: (lambda value: value is None, "null"),  # what is of this process alone is in no file
}


def _name(name: str) -> str:
    return ascii(name[:_SHOWN])[1:-1]


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _wrong(place: str, what: str) -> ValueError:
    return ValueError(f"{place}: {what}" if place else what)
