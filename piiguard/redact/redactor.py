"""Redacts texts and nested values; everything else here is a way to call it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from piiguard.confidence import Confidence, least_score
from piiguard.detect import Engine, Match
from piiguard.detect.escapes import Spelled, plain
from piiguard.frames import emptied
from piiguard.redact.json_safe import JsonLine
from piiguard.redact.replacing import Operator, replacer

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Redactor", "redact_text"]

_DEEPEST = 20
_SMALL = 10**8  # no entity has fewer than nine digits unless a label says so


class Redactor:
    """What to look for, and what to put in its place.

    ``min_confidence`` is ``low`` by default: a log that hides an order number too many is the smaller harm.
    """

    def __init__(
        self,
        operator: Operator = "mask",
        *,
        keyring: Keyring | None = None,
        entities: Collection[str] | None = None,
        min_confidence: Confidence = "low",
        engine: Engine | None = None,
    ) -> None:
        self.operator = operator
        self.engine = engine or _engine(None if entities is None else frozenset(entities))
        self._replace = replacer(operator, keyring)
        self._least = least_score(min_confidence)

    @emptied
    def text(self, text: str, context: Sequence[str] = ()) -> str:
        """Redact one text; ``context`` are words that label it, such as a field's name."""
        spelled = Spelled(text) if "\\" in text else None
        matches = self.engine.find(spelled.view if spelled else text, context)
        return self.spliced(text, matches, spelled) if matches else text

    def spliced(self, text: str, matches: Sequence[Match], spelled: Spelled | None = None) -> str:
        """Replace the matches of a text; what stands outside them stays as it is.

        Where the text is ``spelled`` with escapes, the matches are those of what it says.
        """
        line, parts, place = JsonLine(text, document=False), [], 0
        for match in filter(self.wanted, matches):
            for start, end, new in self.edits(text, match, line, spelled):
                parts += [text[place:start], new]
                place = end
        return "".join([*parts, text[place:]])

    def edits(
        self, text: str, match: Match, line: JsonLine, spelled: Spelled | None = None
    ) -> Iterator[tuple[int, int, str]]:
        """What to put where, in place of one match: one part, or one in each string of a JSON text."""
        if spelled is None:
            return line.fit(
                match.start, match.end, lambda start, end: self._replace(match.entity, text[start:end])
            )

        def make(start: int, end: int) -> str:
            written = text[start:end]
            new = self._replace(match.entity, Spelled(written).view)
            return plain(new) if "\\" in written else new

        return line.fit(*spelled.span(match.start, match.end), make)

    def replacement(self, entity: str, value: str) -> str:
        """What stands in place of a value."""
        return self._replace(entity, value)

    def wanted(self, match: Match) -> bool:
        """Whether the match is sure enough to be redacted."""
        return match.score >= self._least

    @emptied
    def value(self, value: Any, context: Sequence[str] = ()) -> Any:
        """Redact a value of any type: texts, numbers, and what is nested in lists and mappings.

        What is clean comes back as it was given; the name of a field labels what is in it.
        """
        return self._nested(value, context, 0)

    def _nested(self, value: Any, context: Sequence[str], depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float) and not context and -_SMALL < value < _SMALL:
            return value
        if isinstance(value, str):
            return self.text(value, context)
        if depth < _DEEPEST and isinstance(value, Mapping):
            return dict(self._items(value, depth + 1))
        if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
            return _like(value, [self._nested(item, context, depth + 1) for item in value])
        return self._as_text(value, context)

    def _items(self, value: Mapping[Any, Any], depth: int) -> Iterator[tuple[Any, Any]]:
        for key, item in value.items():
            name = (key,) if isinstance(key, str) else ()
            yield self._nested(key, (), depth), self._nested(item, name, depth)

    def _as_text(self, value: Any, context: Sequence[str]) -> Any:
        """Anything else is written to a log by its text, so that is what is looked at."""
        text = value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
        clean = self.text(text, context)
        if clean == text:
            return value
        return clean.encode() if isinstance(value, bytes | bytearray) else clean


@emptied
def redact_text(
    text: str,
    *,
    operator: Operator = "mask",
    keyring: Keyring | None = None,
    entities: Collection[str] | None = None,
    min_confidence: Confidence = "low",
) -> str:
    """Redact one text.

    >>> redact_text("ИИН 050312300015 принят")
    'ИИН 05********** принят'
    """
    redactor = Redactor(operator, keyring=keyring, entities=entities, min_confidence=min_confidence)
    return redactor.text(text)


_lock = Lock()


def _engine(entities: frozenset[str] | None) -> Engine:
    # Two loggers configured at once must not both compile the patterns.
    with _lock:
        return _made(entities)


@cache
def _made(entities: frozenset[str] | None) -> Engine:
    return Engine(entities=entities)


def _like(value: Any, items: list[Any]) -> Any:
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*items)
    kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
    try:
        return kind(items)
    except TypeError:  # a set whose item became a dict
        return items
