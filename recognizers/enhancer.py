"""What stands around a match: its labels, its company, and what contradicts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from piiguard.recognizers.above import reach
from piiguard.recognizers.base import Doubt, moved
from piiguard.recognizers.candidate import Candidate
from piiguard.recognizers.evidence import gather
from piiguard.recognizers.neighbours import add_company, keep_nearest, keep_streets

__all__ = ["LEAST_LABELLED", "Judge"]

LEAST_LABELLED = 0.4
"""The least score of what stands beside its label."""
_LOSS = 0.35


class Judge:
    """Raises what a label, a column name or a neighbour confirms; lowers what they contradict.

    It looks at 60 characters before a value and 20 after it, within the line; where the value is the first thing
    on its line, also at the end of the line before (see `above`). No tokens and no model are needed.
    """

    def __init__(self, before: int = 60, after: int = 20) -> None:
        self.before = before
        self.after = after

    def __call__(
        self, text: str, candidates: list[Candidate], context: Sequence[str] = ()
    ) -> list[Candidate]:
        """Score all candidates of a text and return those that stand."""
        self.weigh(text, candidates, context)
        return [candidate for candidate in candidates if candidate.stands]

    def weigh(self, text: str, candidates: list[Candidate], context: Sequence[str] = ()) -> None:
        """Score all candidates of a text; ``context`` are words that label it from outside, such as a column's name."""
        outside = " | ".join(context)
        for candidate in candidates:
            self._surround(text, candidate)
            gather(candidate, outside)
        keep_nearest(candidates)
        for candidate in candidates:
            _score(text, candidate)
        keep_streets(text, candidates)
        add_company(text, candidates)

    def _surround(self, text: str, candidate: Candidate) -> None:
        first, last = candidate.start, candidate.end
        start = reach(text, first, self.before)
        end = text.find("\n", last, last + self.after + 1)
        end = len(text) if end < 0 else end
        stop = min(end, last + self.after)
        while last < stop < end and text[stop].isalnum() and text[stop - 1].isalnum():
            stop -= 1
        candidate.before, candidate.after = text[start:first], text[last:stop]


def _score(text: str, candidate: Candidate) -> None:
    rule, notes, score = candidate.rule, candidate.notes, candidate.score
    for cost, reason in _doubts(text[candidate.start : candidate.end], candidate):
        score -= cost
        if notes is not None:
            notes.append(f"{reason}: -{cost}")
    if candidate.label:
        score = max(score + rule.gain, LEAST_LABELLED)
        if notes is not None:
            notes.append(f"label `{candidate.label}`: +{rule.gain}")
    elif candidate.negative:
        score -= _LOSS
        if notes is not None:
            notes.append(f"`{candidate.negative}` beside it: -{_LOSS}")
    candidate.score = round(min(1.0, max(0.0, score)), 3)


def _doubts(value: str, candidate: Candidate) -> Iterator[Doubt]:
    rule = candidate.rule
    if rule.doubt and (doubt := rule.doubt(value)):
        yield doubt
    if (
        rule.misplaced
        and not candidate.label
        and (doubt := rule.misplaced(value, candidate.before, candidate.after))
    ):
        yield doubt


__getattr__ = moved("KzContextEnhancer")
