"""Entities told by words, and the words that stand for a label of a column."""

from __future__ import annotations

from functools import lru_cache

from piiguard import entities
from piiguard.detect import headers
from piiguard.entities import NAME_CELL

__all__ = ["BESIDE", "NAMES", "WORDS", "context", "labelled"]

WORDS = entities.told_by("words")
"""Entities told by words and not by a check: a hundred times as dear, and settled by a sample of a column."""
BESIDE = frozenset(row.name for row in entities.ENTITIES if not row.digits)
"""What a column of names or addresses is no longer searched for once it is settled."""

NAMES = NAME_CELL
"""The claim of cells that are scored as whole names; no single one of them is a hit."""


def context(column: str, path: str | None, label: str = "") -> tuple[str, ...]:
    """The words that stand for a label: the column's name, the JSON path and the comment."""
    return tuple(part for part in (column, path and path.replace("[*]", "").replace(".", " "), label) if part)


@lru_cache(maxsize=4096)
def labelled(words: tuple[str, ...]) -> frozenset[str]:
    """The entities that these words are a label of, for the engine or for a reader of names of columns."""
    from piiguard.recognizers import evidence

    return evidence.labelled(" | ".join(words)).union(*map(headers.hints, words))
