"""Redacts texts and nested values; everything else here is a way to call it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from piiguard.confidence import Confidence, least_score
from piiguard.detect import Engine, Match
from piiguard.detect.escapes import Spelled, is_spelled
from piiguard.detect.mask import is_mask
from piiguard.detect.match import Found
from piiguard.frames import emptied
from piiguard.redact.choices import Operator, Scope
from piiguard.redact.fitted import fitted
from piiguard.redact.json_safe import JsonLine
from piiguard.redact.nested import Nested
from piiguard.redact.replacing import replacer
from piiguard.redact.settled import Change, settled, written

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Redactor", "placed", "redact_text"]


class Redactor:
    """What to look for, and what to put in its place.

    ``min_confidence`` is ``low`` by default: a log that hides an order number too many is the smaller harm. With
    ``pseudonym_scope="run"`` equal values have equal pseudonyms in what this object redacts, and nowhere else.
    """

    def __init__(
        self,
        operator: Operator = "mask",
        *,
        keyring: Keyring | None = None,
        entities: Collection[str] | None = None,
        min_confidence: Confidence = "low",
        engine: Engine | None = None,
        pseudonym_scope: Scope = "keyring",
    ) -> None:
        self.operator = operator
        self.engine = engine or _engine(None if entities is None else frozenset(entities))
        self._replace = replacer(operator, keyring, pseudonym_scope)
        self._least = least_score(min_confidence)
        self._nested = Nested(self.text)
        self._known: Mapping[str, frozenset[str]] = {}
        self.held: frozenset[str] = frozenset()
        """the entities that a scan found in this column as a whole: there a guess is none"""

    def knowing(self, known: Mapping[str, frozenset[str]]) -> Redactor:
        """The same for a file of which is known what its columns hold; their names are those of ``place_of``."""
        made = copy(self)
        made._known = known
        return made

    def at(self, place: str) -> Redactor:
        """The same for a place in that file."""
        if place not in self._known:
            return self
        made = copy(self)
        made.held = self._known[place]
        return made

    @emptied
    def text(self, text: str, context: Sequence[str] = ()) -> str:
        """Redact one text; ``context`` are words that label it, such as a field's name."""
        return written(text, self.changes(text, context))

    @emptied
    def changes(self, text: str, context: Sequence[str] = ()) -> list[Change]:
        """What :meth:`text` puts where, from left to right."""
        once = partial(self._once, context=context)
        return settled(text, once(text), once)

    def _once(self, text: str, context: Sequence[str]) -> list[Change]:
        spelled = Spelled(text) if is_spelled(text) else None
        matches = self.engine.find(spelled.view if spelled else text, context)
        if not matches:
            return []
        line = JsonLine(text, document=False)
        return list(self.edits(text, matches, line, spelled))

    @emptied
    def matches(self, text: str, context: Sequence[str] = ()) -> list[Match]:
        """What is to be redacted in a text that is no JSON, as it is written there; masks are left."""
        spelled = Spelled(text) if is_spelled(text) else None
        found = self.engine.find(spelled.view if spelled else text, context)
        return [
            match
            for match in placed(filter(self.wanted, found), spelled)
            if not is_mask(match.entity, text[match.start : match.end])
        ]

    def edits(
        self, text: str, matches: Iterable[Match], line: JsonLine, spelled: Spelled | None = None
    ) -> Iterator[Change]:
        """What to put where, from left to right: one part for each match, or one in each string of a JSON text."""
        for found in _apart(filter(self.wanted, matches), spelled):
            yield from self._edits(text, found, line, spelled)

    def _edits(self, text: str, found: Found, line: JsonLine, spelled: Spelled | None) -> Iterator[Change]:
        match, first, last = found

        def make(start: int, end: int) -> str:
            written = text[start:end]
            if spelled is None:
                return self._replace(match.entity, written)
            whole = (start, end) == (first, last)
            says = spelled.view[match.start : match.end] if whole else Spelled(written).shown
            return fitted(self._replace(match.entity, says), written)

        return line.fit(first, last, make)

    def replacement(self, entity: str, written: str) -> str:
        """What stands in place of a value, as it is written."""
        if not is_spelled(written):
            return self._replace(entity, written)
        return fitted(self._replace(entity, Spelled(written).shown), written)

    def wanted(self, match: Match) -> bool:
        """Whether the match is sure enough to be redacted."""
        return match.score >= self._least or match.entity in self.held

    @emptied
    def value(self, value: Any, context: Sequence[str] = ()) -> Any:
        """Redact a value of any type: texts, numbers, and what is nested in lists and mappings.

        What is clean comes back as it was given; the name of a field labels what is in it.
        """
        return self._nested(value, context)


def placed(matches: Iterable[Match], spelled: Spelled | None) -> list[Match]:
    """The matches of what a text says, as they are written in it."""
    return [replace(match, start=start, end=end) for match, start, end in _apart(matches, spelled)]


def _apart(matches: Iterable[Match], spelled: Spelled | None) -> list[Found]:
    """Where matches are written; what overlaps, in two readings of a text, is one: the surer of both, over all of it."""
    if spelled is None:
        return [(match, match.start, match.end) for match in matches]
    apart: list[Found] = []
    for match, start, end in spelled.placed(matches):
        if apart and start < apart[-1][2]:
            before, first, last = apart[-1]
            apart[-1] = max(before, match, key=lambda each: each.score), first, max(last, end)
        else:
            apart.append((match, start, end))
    return apart


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
