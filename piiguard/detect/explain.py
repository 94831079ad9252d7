"""Why a text gives which matches and scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from piiguard.detect.runners import runner
from piiguard.recognizers.candidate import Candidate
from piiguard.recognizers.enhancer import Judge
from piiguard.recognizers.rules import RULES

__all__ = ["Explained", "explain"]


@dataclass(frozen=True, slots=True)
class Explained:
    """One match: where, what, how sure, and every step that led there; ``reported`` is False if it fell."""

    entity: str
    start: int
    end: int
    score: float
    reported: bool
    steps: tuple[str, ...]


def explain(text: str, context: Sequence[str] = ()) -> list[Explained]:
    """Explain every match of a text in its order; of equal matches only the surest.

    >>> [(found.entity, found.steps) for found in explain("ИИН 050312300015")]
    [('KZ_IIN', ('pattern `twelve digits`: 0.5', 'label `иин`: +0.35'))]
    """
    found = [each for rule in RULES for each in runner(rule, rule.entities, _ignored).find(text, None)]
    for candidate in found:
        candidate.notes = list(_first(candidate))
    Judge().weigh(text, found, context)
    best: dict[tuple[int, int, str], Explained] = {}
    for explained in map(_explained, found):
        place = (explained.start, explained.end, explained.entity)
        if place not in best or best[place].score < explained.score:
            best[place] = explained
    return [best[place] for place in sorted(best)]


def _ignored(name: str) -> None:
    """Patterns of our own never give up."""


def _first(candidate: Candidate) -> Iterator[str]:
    score = next(
        (each.score for each in candidate.rule.patterns if each.name == candidate.pattern), candidate.score
    )
    yield f"pattern `{candidate.pattern}`: {score:g}"
    if candidate.certain:
        yield "its check leaves no doubt: 1"


def _explained(candidate: Candidate) -> Explained:
    return Explained(
        candidate.entity,
        candidate.start,
        candidate.end,
        candidate.score,
        candidate.stands,
        tuple(candidate.notes or ()),
    )
