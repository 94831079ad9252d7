"""Redacts values of any type: what is nested in lists and mappings, numbers, bytes, and objects by what they say."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from piiguard.redact.raw import Lines

__all__ = ["FAILED", "SMALL", "Nested", "said"]

_DEEPEST = 20
FAILED = "<{}() failed: {}>"
"""How an object reads that cannot say what it is asked for, as the standard library says it of exceptions."""
SMALL = 10**8  # no entity has fewer than nine digits unless a label says so


class Nested:
    """What is clean comes back as it was given, the same object.

    The names of the fields around a value label it together, as those of its path do in JSON: ``doc`` and ``number``.

    ``instead`` makes what stands for a number or an object whose text shows a value; without it, its redacted text.
    """

    def __init__(
        self,
        text: Callable[[str, Sequence[str]], str],
        instead: Callable[[Any, str, Sequence[str]], Any] | None = None,
    ) -> None:
        self._text = text
        self._instead = instead or (lambda _value, clean, _context: clean)

    def __call__(self, value: Any, context: Sequence[str] = (), depth: int = 0) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float) and not context and -SMALL < value < SMALL:
            return value
        if isinstance(value, str):
            return self._text(value, context)
        if isinstance(value, bytes | bytearray):
            return self._bytes(value, context)
        if depth < _DEEPEST and isinstance(value, Mapping):
            return self.filled(
                value, lambda key, item: self(item, _label(context, key), depth + 1), depth + 1
            )
        if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
            return _like(value, [self(item, context, depth + 1) for item in value])
        return self._object(value, context)

    def filled(self, value: Mapping[Any, Any], clean: Callable[[Any, Any], Any], depth: int = 0) -> Any:
        """The mapping with what ``clean`` makes of each key's item; the same object where nothing changes."""
        # what is stored: some mappings give less of it when they are asked
        items = list(dict.items(value) if isinstance(value, dict) else value.items())
        made = [(self(key, (), depth), clean(key, item)) for key, item in items]
        if all(key is k and item is i for (key, item), (k, i) in zip(items, made, strict=True)):
            return value
        return _filled(value, dict(made))

    def _bytes(self, value: bytes | bytearray, context: Sequence[str]) -> Any:
        codec = Lines().of(bytes(value))
        text = value.decode(codec, "surrogateescape")
        clean = self._text(text, context)
        return value if clean == text else type(value)(clean.encode(codec, "surrogateescape"))

    def _object(self, value: Any, context: Sequence[str]) -> Any:
        """It is written to a log by its text, so that is what is looked at."""
        for how in (str,) if isinstance(value, int | float) else (str, repr):
            text = said(how, value)
            clean = (
                FAILED.format(how.__name__, type(value).__name__)
                if text is None
                else self._text(text, context)
            )
            if clean != text:
                return self._instead(value, clean, context)
        return value


def said(how: Callable[[Any], str], value: Any) -> str | None:
    """What an object says, or None where it fails to: whoever writes it would lose the record."""
    try:
        return how(value)
    except Exception:  # noqa: BLE001 - it may raise whatever it likes
        return None


def _label(context: Sequence[str], key: Any) -> Sequence[str]:
    return (" ".join((*context, key)),) if isinstance(key, str) else context


def _filled(value: Mapping[Any, Any], clean: dict[Any, Any]) -> Mapping[Any, Any]:
    """A mapping of the same kind, where that can be made of its copy."""
    if type(value) is dict or not isinstance(value, dict) or clean.keys() != set(dict.keys(value)):
        return clean
    made = copy.copy(value)
    for key, item in clean.items():
        dict.__setitem__(made, key, item)
    return made


def _like(value: Any, items: list[Any]) -> Any:
    if all(old is new for old, new in zip(value, items, strict=True)):
        return value
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*items)
    kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
    try:
        return kind(items)
    except TypeError:  # a set whose item became a dict
        return items
