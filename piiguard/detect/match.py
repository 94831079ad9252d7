"""What the engine finds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Match"]


@dataclass(frozen=True, slots=True)
class Match:
    """A span of one text; ``start`` and ``end`` count characters, ``end`` is exclusive."""

    entity: str
    start: int
    end: int
    score: float


Found = tuple[Match, int, int]
"""A match in what a text says, and where that is written."""
