"""Redacts texts and nested values; everything else here is a way to call it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from piiguard.confidence import Confidence, least_score
from piiguard.detect import Engine, Match
from piiguard.detect.escapes import Spelled, fitted, is_spelled
from piiguard.frames import emptied
from piiguard.redact.json_safe import JsonLine
from piiguard.redact.nested import Nested
from piiguard.redact.replacing import Operator, replacer

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Change", "Redactor", "redact_text", "written"]

Change = tuple[int, int, str]
"""What to put in place of a part of a text."""


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
        self._nested = Nested(self.text)

    @emptied
    def text(self, text: str, context: Sequence[str] = ()) -> str:
        """Redact one text; ``context`` are words that label it, such as a field's name."""
        return written(text, self.changes(text, context))

    @emptied
    def changes(self, text: str, context: Sequence[str] = ()) -> list[Change]:
        """What :meth:`text` puts where, from left to right."""
        spelled = Spelled(text) if is_spelled(text) else None
        matches = self.engine.find(spelled.view if spelled else text, context)
        if not matches:
            return []
        line = JsonLine(text, document=False)
        return [
            change
            for match in filter(self.wanted, matches)
            for change in self.edits(text, match, line, spelled)
        ]

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
            return fitted(self._replace(match.entity, Spelled(written).view), written)

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
        return self._nested(value, context)


def written(text: str, changes: Iterable[Change]) -> str:
    """The text with its changes, which come from left to right."""
    parts, place = [], 0
    for start, end, new in changes:
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


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
