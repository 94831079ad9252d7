"""What matches say about each other: rivals for the same characters, and company on the same line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from piiguard.recognizers.base import NEEDS_LABEL
from piiguard.recognizers.candidate import Candidate
from piiguard.recognizers.checks import address

__all__ = ["add_company", "keep_nearest", "keep_streets"]

_CERTAIN = 0.5
_NEAR = 60
_RIGHT_BEFORE = 3
_NEXT = 20  # how near company must be to a match that has neither a label nor a hint
_ROUNDS = 2
_RIGHT = 4  # characters between a label and what stands right behind it


class _Places:
    """Matches by where they start: looking around one must not cost more the more there are.

    No match is longer than an address, so none from further back reaches here.
    """

    def __init__(self, matches: Sequence[Candidate]) -> None:
        self._matches = sorted(matches, key=lambda candidate: candidate.start)
        self._starts = [candidate.start for candidate in self._matches]
        self.entities = {candidate.entity for candidate in matches}

    def around(self, one: Candidate) -> Iterator[Candidate]:
        first = bisect_left(self._starts, one.start - _NEAR - address.LONGEST)
        last = bisect_right(self._starts, one.end + _NEAR)
        return (candidate for candidate in self._matches[first:last] if candidate is not one)


def keep_nearest(judged: Sequence[Candidate]) -> None:
    """Of entities that claim the same characters by label alone, the one whose label is nearest wins."""
    weak = [candidate for candidate in judged if candidate.label and candidate.score < NEEDS_LABEL]
    if len(weak) < 2:
        return
    places = _Places(weak)
    beaten = [(candidate, winner) for candidate in weak if (winner := _nearer(candidate, places))]
    for candidate, winner in beaten:
        candidate.label = ""
        if candidate.notes is not None:
            candidate.notes.append(f"the nearer label says {winner.entity}")


def keep_streets(text: str, judged: Sequence[Candidate]) -> None:
    """Take the name of a street for no person: what stands inside an address belongs to it.

    Only a full name right behind its own label, before a number that is no house, is somebody's all the same.
    """
    addresses = [each for each in judged if each.entity == "KZ_ADDRESS" and each.score >= _CERTAIN]
    if not addresses:
        return
    places = _Places(addresses)
    for name in judged:
        if name.entity != "PERSON":
            continue
        for other in places.around(name):
            inside = other.start <= name.start and name.end <= other.end
            if inside and not (other.pattern in address.UNSURE and _announced(text, name)):
                name.score = 0.0
                if name.notes is not None:
                    name.notes.append("part of an address")


def _announced(text: str, name: Candidate) -> bool:
    return bool(name.label) and name.distance <= _RIGHT and " " in text[name.start : name.end]


def add_company(text: str, judged: Sequence[Candidate]) -> None:
    """Let sure matches of other entities on the line speak for a match, and those it makes sure for others."""
    if len(judged) < 2:
        return  # which is most lines
    waiting = [candidate for candidate in judged if candidate.rule.company or candidate.rule.close]
    trusted = frozenset[str]().union(*(candidate.rule.trusted for candidate in waiting))
    for left in reversed(range(_ROUNDS if waiting else 0)):
        sure = _Places([each for each in judged if each.score >= _CERTAIN or each.entity in trusted])
        # Decided for all before any score changes, so that the order of the matches does not matter.
        companies = [
            (candidate, loudest) for candidate in waiting if (loudest := _company(text, candidate, sure))
        ]
        if not companies:
            return
        if left:  # what it does not make sure may find a louder one among those that it does
            companies = [each for each in companies if _sum(*each) >= _CERTAIN]
        for candidate, (gain, company) in companies:
            _add(candidate, gain, company)
        accompanied = {id(candidate) for candidate, _ in companies}
        waiting = [candidate for candidate in waiting if id(candidate) not in accompanied]


def _nearer(candidate: Candidate, places: _Places) -> Candidate | None:
    for other in places.around(candidate):
        if other.distance < candidate.distance and _rivals(other, candidate):
            return other
    return None


def _company(text: str, candidate: Candidate, sure: _Places) -> tuple[float, str] | None:
    """Name the entity that speaks loudest for a match, behind what it adds."""
    wanted = candidate.rule.company | candidate.rule.close.keys()
    if candidate.negative or candidate.contradicted or wanted.isdisjoint(sure.entities):
        return None
    # what agrees with it in every digit need not stand next to it
    reach = _NEAR if candidate.label or candidate.hint or candidate.rule.agrees else _NEXT
    loudest: tuple[float, str] | None = None
    for other in sure.around(candidate):
        if other.score < _CERTAIN and not (other.entity in candidate.rule.trusted and other.stands):
            continue
        if _rivals(other, candidate):
            return None  # somebody with better evidence claims these characters
        gain = _gain(candidate, other)
        if gain > (loudest[0] if loudest else 0) and _speaks(text, other, candidate, reach):
            loudest = gain, other.entity
    return loudest


def _gain(candidate: Candidate, company: Candidate) -> float:
    rule = candidate.rule
    if company.entity in rule.close and 0 <= candidate.start - company.end <= _RIGHT_BEFORE:
        return rule.close[company.entity]
    return rule.company_gain if company.entity in rule.company else 0


def _sum(candidate: Candidate, company: tuple[float, str]) -> float:
    labelled = candidate.rule.gain if candidate.hint and not candidate.label else 0
    return round(candidate.score + labelled + company[0], 3)


def _add(candidate: Candidate, gain: float, company: str) -> None:
    rule = candidate.rule
    if candidate.hint and not candidate.label:
        candidate.label = candidate.hint
        candidate.score += rule.gain
        if candidate.notes is not None:
            candidate.notes.append(f"label `{candidate.hint}`: +{rule.gain}")
    candidate.score = round(min(1.0, candidate.score + gain), 3)
    if candidate.notes is not None:
        candidate.notes.append(f"{company} beside it: +{gain}")


def _speaks(text: str, company: Candidate, candidate: Candidate, reach: int) -> bool:
    if not _beside(text, company, candidate, reach):
        return False
    agrees = candidate.rule.agrees
    return agrees is None or agrees(text[candidate.start : candidate.end], text[company.start : company.end])


def _beside(text: str, one: Candidate, other: Candidate, reach: int) -> bool:
    start, end = min(one.end, other.end), max(one.start, other.start)
    return 0 <= end - start <= reach and text.find("\n", start, end) < 0


def _rivals(one: Candidate, other: Candidate) -> bool:
    return one.entity != other.entity and one.start < other.end and other.start < one.end
