"""What matches say about each other: rivals for the same characters, and company on the same line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from presidio_analyzer import RecognizerResult

from piiguard.recognizers.base import NEEDS_LABEL
from piiguard.recognizers.checks import address
from piiguard.recognizers.evidence import Evidence

__all__ = ["add_company", "keep_nearest"]

_CERTAIN = 0.5
_NEAR = 60
_NEXT = 20  # how near company must be to a match that has neither a label nor a hint
_ROUNDS = 2


class _Places:
    """Matches by where they start: looking around one must not cost more the more there are.

    No match is longer than an address, so none from further back reaches here.
    """

    def __init__(self, matches: Sequence[Evidence]) -> None:
        self._matches = sorted(matches, key=lambda evidence: evidence.result.start)
        self._starts = [evidence.result.start for evidence in self._matches]

    def around(self, result: RecognizerResult) -> Iterator[Evidence]:
        first = bisect_left(self._starts, result.start - _NEAR - address.LONGEST)
        last = bisect_right(self._starts, result.end + _NEAR)
        return (evidence for evidence in self._matches[first:last] if evidence.result is not result)


def keep_nearest(judged: Sequence[Evidence]) -> None:
    """Of entities that claim the same characters by label alone, the one whose label is nearest wins."""
    weak = [evidence for evidence in judged if evidence.label and evidence.result.score < NEEDS_LABEL]
    if len(weak) < 2:
        return
    places = _Places(weak)
    beaten = [(evidence, winner) for evidence in weak if (winner := _nearer(evidence, places))]
    for evidence, winner in beaten:
        evidence.label = ""
        evidence.notes.append(f"the nearer label says {winner.result.entity_type}")


def add_company(text: str, judged: Sequence[Evidence]) -> None:
    """Let sure matches of other entities on the line speak for a match, and those it makes sure for others."""
    waiting = [evidence for evidence in judged if evidence.traits is not None and evidence.traits.COMPANY]
    for _ in range(_ROUNDS if waiting else 0):
        sure = _Places([evidence for evidence in judged if evidence.result.score >= _CERTAIN])
        # Decided for all before any score changes, so that the order of the matches does not matter.
        companies = [
            (evidence, company) for evidence in waiting if (company := _company(text, evidence, sure))
        ]
        for evidence, company in companies:
            _add(evidence, company)
        accompanied = {id(evidence) for evidence, _ in companies}
        waiting = [evidence for evidence in waiting if id(evidence) not in accompanied]


def _nearer(evidence: Evidence, places: _Places) -> Evidence | None:
    for other in places.around(evidence.result):
        if other.distance < evidence.distance and _rivals(other.result, evidence.result):
            return other
    return None


def _company(text: str, evidence: Evidence, sure: _Places) -> str | None:
    traits, result = evidence.traits, evidence.result
    if traits is None or not traits.COMPANY or evidence.negative or evidence.contradicted:
        return None
    reach = _NEAR if evidence.label or evidence.hint else _NEXT
    company: str | None = None
    for other in sure.around(result):
        if _rivals(other.result, result):
            return None  # somebody with better evidence claims these characters
        if (
            company is None
            and other.result.entity_type in traits.COMPANY
            and _beside(text, other.result, result, reach)
        ):
            company = other.result.entity_type
    return company


def _add(evidence: Evidence, company: str) -> None:
    traits, result = evidence.traits, evidence.result
    assert traits is not None  # noqa: S101 - `_company` has looked
    if evidence.hint and not evidence.label:
        evidence.label = evidence.hint
        evidence.notes.append(f"label `{evidence.hint}`: +{traits.GAIN}")
        result.score += traits.GAIN
    result.score = round(min(1.0, result.score + traits.COMPANY_GAIN), 3)
    evidence.notes.append(f"{company} beside it: +{traits.COMPANY_GAIN}")


def _beside(text: str, one: RecognizerResult, other: RecognizerResult, reach: int) -> bool:
    start, end = min(one.end, other.end), max(one.start, other.start)
    return 0 <= end - start <= reach and text.find("\n", start, end) < 0


def _rivals(one: RecognizerResult, other: RecognizerResult) -> bool:
    return bool(one.entity_type != other.entity_type and one.start < other.end and other.start < one.end)
