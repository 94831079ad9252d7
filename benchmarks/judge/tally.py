"""Precision, recall and F1 of findings that hit a value exactly, and of those that overlap one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.detection.corpus import Span

__all__ = ["Figures", "Score", "Tally", "meets"]


class Figures(NamedTuple):
    """Three figures between 0 and 1; None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one entity: values, findings, and how many of each are hit."""

    values: int
    findings: int
    same: int
    hit: int
    hitting: int

    @property
    def exact(self) -> Figures:
        """A finding counts if it begins and ends where the value does."""
        return figures(self.same, self.findings, self.same, self.values)

    @property
    def overlap(self) -> Figures:
        """A finding counts if it shares a character with a value of its entity."""
        return figures(self.hitting, self.findings, self.hit, self.values)


def figures(right: int, findings: int, hit: int, values: int) -> Figures:
    """Divide; F1 is twice the product by the sum.

    >>> figures(1, 2, 1, 1)
    Figures(precision=0.5, recall=1.0, f1=0.6666666666666666)
    """
    precision, recall = right / findings if findings else None, hit / values if values else None
    if precision is None or recall is None:
        return Figures(precision, recall, 0.0 if values else None)
    return Figures(
        precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    )


@dataclass(slots=True)
class Tally:
    """Counts by entity over many texts."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, spans: Iterable[Span], found: Iterable[Span]) -> None:
        """Count one text; a finding that hits no value of its entity but touches a free span counts neither way."""
        expected, got = list(spans), set(found)
        for value in expected:
            if value.entity:
                self.counts[value.entity, "values"] += 1
                self.counts[value.entity, "same"] += value in got
                self.counts[value.entity, "hit"] += any(meets(value, finding) for finding in got)
        for finding in got:
            hits = any(meets(value, finding) for value in expected)
            if hits or not any(touch(free, finding) for free in expected if not free.entity):
                self.counts[finding.entity, "findings"] += 1
                self.counts[finding.entity, "hitting"] += hits

    @property
    def entities(self) -> set[str]:
        """The entities that were expected or found."""
        return {entity for entity, _ in self.counts}

    def of(self, entity: str) -> Score:
        """Give the counts of one entity, or of ``all``."""
        kinds = ("values", "findings", "same", "hit", "hitting")
        chosen = self.entities if entity == "all" else {entity}
        return Score(*(sum(self.counts[e, kind] for e in chosen) for kind in kinds))


def touch(one: Span, other: Span) -> bool:
    """Say whether two spans share a character."""
    return one.start < other.end and other.start < one.end


def meets(value: Span, finding: Span) -> bool:
    """Say whether a finding is of a value's entity and shares a character with it."""
    return value.entity == finding.entity and touch(value, finding)
