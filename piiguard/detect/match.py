"""What the engine finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["low", "medium", "high"]

MEDIUM = 0.5
HIGH = 0.75


@dataclass(frozen=True, slots=True)
class Match:
    """A span of one text; ``start`` and ``end`` count characters, ``end`` is exclusive."""

    entity: str
    start: int
    end: int
    score: float


def confidence(score: float) -> Confidence:
    """Put a score into words.

    >>> confidence(0.85), confidence(0.5), confidence(0.3)
    ('high', 'medium', 'low')
    """
    if score >= HIGH:
        return "high"
    return "medium" if score >= MEDIUM else "low"
