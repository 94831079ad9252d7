"""Precision, recall and F1 per entity and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.detection.corpus import Line, Span

__all__ = ["Score", "Scores"]

COVERED = 0.8


@dataclass(slots=True)
class Score:
    """Counts of one entity in one language; ``covered`` are values found for at least 80 % of their characters."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    covered: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def coverage(self) -> float:
        return self.covered / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass(slots=True)
class Scores:
    """The scores of a corpus, and examples of what went wrong."""

    by_place: dict[tuple[str, str], Score] = field(default_factory=dict)
    examples: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def of(self, entity: str, language: str) -> Score:
        return self.by_place.setdefault((entity, language), Score())

    def add(self, line: Line, found: Iterable[Span]) -> None:
        """Compare what was found in a line with what stands there."""
        expected, got = {span for span in line.spans if span.entity}, set(found)
        either_way = [span for span in line.spans if not span.entity]
        for span in expected:
            score = self.of(span.entity, line.language)
            score.covered += share_found(span, got) >= COVERED
            if span in got:
                score.right += 1
            else:
                score.missed += 1
                self.examples[(span.entity, "missed", line.text[span.start : span.end])] += 1
        for span in got - expected:
            if any(span.start < other.end and other.start < span.end for other in either_way):
                continue
            self.of(span.entity, line.language).wrong += 1
            self.examples[(span.entity, "wrong", line.text[span.start : span.end])] += 1


def share_found(span: Span, found: Iterable[Span]) -> float:
    """Say which part of a value's characters its entity's findings cover."""
    inside = sum(
        max(0, min(span.end, other.end) - max(span.start, other.start))
        for other in found
        if other.entity == span.entity
    )
    return inside / (span.end - span.start)
