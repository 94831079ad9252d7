"""One rule at work: what it finds in a text, before any context.

Of several patterns only those that the prefilter hit are tried, near the places where it saw them end. The results are
those of Presidio's ``PatternRecognizer.analyze`` with the same patterns and check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import regex

from piiguard.detect.relax import reach
from piiguard.recognizers.base import Pattern, Rule
from piiguard.recognizers.candidate import Candidate, distinct
from piiguard.recognizers.grammar import on_hit_lines

Places = Mapping[int, Sequence[int]]  # pattern → where it may end
SHORT = 48  # characters: less is searched as fast as looked up

OnTimeout = Callable[[str], None]


class Runner(Protocol):
    def find(self, text: str, places: Places | None) -> list[Candidate]:
        """Return what the rule finds by these of its patterns near these places, or all it finds."""
        ...


def runner(rule: Rule, entities: Sequence[str], on_timeout: OnTimeout) -> Runner:
    """Choose how to run a rule."""
    if rule.run is not None:
        return WholeRunner(rule, entities)
    return GrammarRunner(rule) if rule.find is not None else PatternRunner(rule, on_timeout)


class WholeRunner:
    """Calls a borrowed recognizer, as the analyzer engine does."""

    def __init__(self, rule: Rule, entities: Sequence[str]) -> None:
        self._rule = rule
        self._entities = list(entities)

    def find(self, text: str, places: Places | None) -> list[Candidate]:
        assert self._rule.run is not None  # noqa: S101 - `runner` has looked
        return [self._candidate(*found) for found in self._rule.run(text, self._entities)]

    def _candidate(self, entity: str, start: int, end: int, score: float, result: Any) -> Candidate:
        candidate = Candidate(self._rule, entity, start, end, score)
        candidate.result = result
        return candidate


class GrammarRunner:
    """Reads a grammar, of which only lines count that the prefilter hits."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def find(self, text: str, places: Places | None) -> list[Candidate]:
        rule = self._rule
        assert rule.find is not None  # noqa: S101 - `runner` has looked
        return [
            Candidate(rule, rule.entity, found.start, found.end, found.score, found.rule)
            for found in on_hit_lines(rule.find(text), rule.prefilter, text)
        ]


class PatternRunner:
    """Runs the patterns and the check, and nothing else."""

    def __init__(self, rule: Rule, on_timeout: OnTimeout) -> None:
        self._rule = rule
        self._on_timeout = on_timeout
        self._searches = [Search(pattern, rule.flags, rule.timeout) for pattern in rule.patterns]

    def find(self, text: str, places: Places | None) -> list[Candidate]:
        found: list[Candidate] = []
        verdicts: dict[str, bool | None] = {}  # several patterns match one value, which is checked once
        for number in range(len(self._searches)) if places is None else places:
            search = self._searches[number]
            try:
                for start, end in search.spans(text, places[number] if places else ()):
                    if (value := text[start:end]) not in verdicts:
                        verdicts[value] = self._verdict(value)
                    verdict = verdicts[value]
                    score = 1.0 if verdict else search.pattern.score
                    if verdict is not False and score > 0:
                        found.append(self._candidate(start, end, score, search.pattern, bool(verdict)))
            except TimeoutError:
                self._on_timeout(self._rule.name)
        return distinct(found)

    def _verdict(self, value: str) -> bool | None:
        if not value:
            return False
        return None if self._rule.check is None else self._rule.check(value)

    def _candidate(self, start: int, end: int, score: float, pattern: Pattern, certain: bool) -> Candidate:
        return Candidate(self._rule, self._rule.entity, start, end, score, pattern.name, certain)


class Search:
    """One pattern, searched for in a whole text or near the places where the prefilter saw it end.

    It is compiled when it is first needed: most patterns never are in a short run.
    """

    def __init__(self, pattern: Pattern, flags: int, timeout: float | None) -> None:
        self.pattern = pattern
        self._flags = flags
        self._timeout = {} if timeout is None else {"timeout": timeout}
        self._finditer: Callable[..., Iterator[Any]] | None = None
        self._reach: int | None = None

    def spans(self, text: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield what ``finditer`` finds in the whole text; ``places`` come in order, and none means anywhere."""
        finditer = self._finditer or self._compiled()
        if not places or self._reach is None or len(text) < SHORT:
            for match in finditer(text, **self._timeout):
                yield match.span()
            return
        width, done, at = self._reach + 1, 0, 0
        while at < len(places):
            # merged are the stretches in which a match with one of these ends must begin
            low, high, at = places[at] - width, places[at], at + 1
            while at < len(places) and places[at] - width <= high:
                high, at = places[at], at + 1
            for match in finditer(text, max(low, done), high + width + 1, **self._timeout):
                start, end = match.span()
                if start > high:
                    break  # the end of the window may have cut this one; it has a place of its own
                yield start, end
                done = end

    def _compiled(self) -> Callable[..., Iterator[Any]]:
        self._reach = reach(self.pattern.regex, self._flags)
        self._finditer = regex.compile(self.pattern.regex, self._flags).finditer
        return self._finditer
