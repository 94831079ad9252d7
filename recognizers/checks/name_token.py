"""A word that may belong to a name, and a name that was found."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FoundName", "Token"]


@dataclass(frozen=True, slots=True)
class Token:
    """A capitalised word, an initial, or «ұлы» standing apart."""

    start: int
    end: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a text: characters from ``start`` to ``end``."""

    start: int
    end: int
    score: float
    rule: str
    labels: str
