"""What the engine finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["Found", "Match", "moved"]


@dataclass(frozen=True, slots=True)
class Match:
    """A span of one text; ``start`` and ``end`` count characters, ``end`` is exclusive."""

    entity: str
    start: int
    end: int
    score: float


Found = tuple[Match, int, int]
"""A match in what a text says, and where that is written."""


def moved(matches: Iterable[Match], by: int) -> list[Match]:
    """The same matches in a text before which so many characters more stand, or fewer where it is negative."""
    if not by:
        return list(matches)
    return [replace(match, start=match.start + by, end=match.end + by) for match in matches]
