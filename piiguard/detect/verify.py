"""Context, thresholds and duplicates: what the analyzer engine does with raw results, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from piiguard.detect.match import Match
from piiguard.detect.overlaps import resolve
from piiguard.recognizers.base import Rule
from piiguard.recognizers.candidate import Candidate, distinct

_LOW = 0.4
"""The score of what is told, but not surely: below medium."""

Judgement = Callable[[str, list[Candidate], Sequence[str]], list[Candidate]]


class Verifier:
    """Turns the raw candidates of one text into matches."""

    def __init__(self, rules: Sequence[Rule], judge: Judgement, capped: frozenset[str] = frozenset()) -> None:
        """``capped`` are the entities that are told as low at most."""
        self._capped = capped
        self._judge = judge
        self._has_thresholds = any(rule.thresholds for rule in rules)

    def matches(self, text: str, raw: list[Candidate], context: Sequence[str]) -> list[Match]:
        """Judge the candidates of all rules on one text, and resolve overlaps."""
        if not raw:
            return []
        found = self._judge(text, raw, context)
        if self._has_thresholds:
            found = [candidate for candidate in found if candidate.score >= _threshold(candidate)]
        return resolve(
            [
                Match(candidate.entity, candidate.start, candidate.end, self._score(candidate))
                for candidate in distinct(found)
                if candidate.score > 0
            ]
        )

    def _score(self, candidate: Candidate) -> float:
        return min(candidate.score, _LOW) if candidate.entity in self._capped else candidate.score


def _threshold(candidate: Candidate) -> float:
    thresholds = candidate.rule.thresholds
    return thresholds.get(candidate.entity, thresholds.get("default", 0))
