"""A possible match, and what speaks for it and against it."""

from __future__ import annotations

from typing import Any

from piiguard.recognizers.base import NEEDS_LABEL, Rule

__all__ = ["FAR", "Candidate", "distinct"]

FAR = 1000
"""Further away than any label counts, in characters."""


class Candidate:
    """Characters ``start`` to ``end`` of a text that may be an ``entity``.

    ``label``, ``negative`` and ``hint`` are words of lists, or empty. ``notes`` say what changed the score, where
    somebody wants to know. ``result`` is Presidio's object, where the candidate came from there.
    """

    __slots__ = (
        "after",
        "before",
        "certain",
        "contradicted",
        "distance",
        "end",
        "entity",
        "hint",
        "label",
        "negative",
        "notes",
        "pattern",
        "result",
        "rule",
        "score",
        "start",
    )

    def __init__(
        self,
        rule: Rule,
        entity: str,
        start: int,
        end: int,
        score: float,
        pattern: str = "",
        certain: bool = False,
    ) -> None:
        self.rule = rule
        self.entity = entity
        self.start = start
        self.end = end
        self.score = score
        self.pattern = pattern
        self.certain = certain
        self.label = self.negative = self.hint = self.before = self.after = ""
        self.distance = FAR
        self.contradicted = False
        self.notes: list[str] | None = None
        self.result: Any = None

    @property
    def stands(self) -> bool:
        """Whether it is reported; what others' recognizers find is not ours to drop."""
        return self.rule.keeps_weak or self.score >= NEEDS_LABEL


def distinct(found: list[Candidate]) -> list[Candidate]:
    """Remove duplicates as Presidio does, some versions of it in square time; mostly there are none."""
    if len(found) < 2:
        return found
    if len(found) == 2:
        one, other = found
        if one.entity == other.entity and one.start == other.start and one.end == other.end:
            return [one if one.score >= other.score else other]
    if len({candidate.entity for candidate in found}) == len(found):
        return found
    return _uncontained(found)


def _uncontained(found: list[Candidate]) -> list[Candidate]:
    """Leave out what a candidate of the same entity holds that is as sure; only those that still reach here are asked."""
    kept: list[Candidate] = []
    entity, reaching = "", list[Candidate]()
    for candidate in sorted(found, key=lambda each: (each.entity, each.start, -each.end, -each.score)):
        if candidate.entity != entity:
            entity, reaching = candidate.entity, []
        reaching = [other for other in reaching if other.end > candidate.start]
        if candidate.score and not any(
            other.end >= candidate.end and other.score >= candidate.score for other in reaching
        ):
            reaching.append(candidate)
            kept.append(candidate)
    return kept
