"""Entities told by words, which are searched for as long as a column is not settled."""

from __future__ import annotations

from piiguard import entities
from piiguard.entities import NAME_CELL

__all__ = ["BESIDE", "NAMES", "WORDS"]

WORDS = entities.told_by("words")
"""Entities told by words and not by a check: a hundred times as dear, and settled by a sample of a column."""
BESIDE = frozenset(row.name for row in entities.ENTITIES if not row.digits)
"""What a column of names or addresses is no longer searched for once it is settled."""

NAMES = NAME_CELL
"""The claim of cells that are scored as whole names; no single one of them is a hit."""
