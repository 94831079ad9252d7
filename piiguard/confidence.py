"""How sure a finding is: three levels, their order, and the scores that they begin at. Nothing else spells them.

>>> of_score(0.85), of_score(0.5), of_score(0.3)
('high', 'medium', 'low')
>>> at_least("medium", "high"), rank("low")
(False, 0)
"""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["HIGH", "LEVELS", "MEDIUM", "Confidence", "at_least", "least_score", "of_score", "rank"]

Confidence = Literal["low", "medium", "high"]

LEVELS: Final[tuple[Confidence, ...]] = get_args(Confidence)
"""From the least sure to the surest."""

MEDIUM: Final = 0.5
HIGH: Final = 0.75
_LEAST: Final[dict[Confidence, float]] = {"low": 0.0, "medium": MEDIUM, "high": HIGH}
_RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}


def of_score(score: float) -> Confidence:
    """The level of a score between 0 and 1."""
    if score >= HIGH:
        return "high"
    return "medium" if score >= MEDIUM else "low"


def least_score(level: Confidence) -> float:
    """The score that a level begins at."""
    return _LEAST[level]


def rank(level: str) -> int:
    """0, 1 or 2, for sorting. Raises KeyError for anything but a level."""
    return _RANK[level]  # type: ignore[index]


def at_least(level: str, least: str) -> bool:
    """Whether one level is as sure as another."""
    return rank(level) >= rank(least)
