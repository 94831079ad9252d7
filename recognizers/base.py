"""What every recognizer of piiguard adds to Presidio's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

__all__ = ["NEEDS_LABEL", "KzRecognizer", "Traits", "traits_of"]

NEEDS_LABEL = 0.3
"""A match whose score stays below this is not reported: its shape needs a label or other evidence beside it."""


class Traits:
    """What the context enhancer asks of a recognizer.

    ``GAIN`` is what a label of ``CONTEXT`` adds to the score. ``COMPANY`` are entities of which a sure hit within
    60 characters adds ``COMPANY_GAIN``; only in such company, or beside a label of it, are ``HINTS`` labels too.
    Without label or hint the company must stand within 20 characters. Words that mean an order, a contract, a
    request or an amount cost a ``NEGATABLE`` match most of its score, and so do the recognizer's own words
    ``AGAINST`` it. ``PREFILTER`` are regular expressions of which at least one hits every line with a possible
    match; None means they can be derived from the patterns, an empty tuple that every line must be looked at.
    A match spans at most ``LINES`` lines.
    """

    ENTITY: ClassVar[str]
    CONTEXT: ClassVar[Sequence[str]] = ()
    HINTS: ClassVar[Sequence[str]] = ()
    AGAINST: ClassVar[Sequence[str]] = ()
    COMPANY: ClassVar[frozenset[str]] = frozenset()
    GAIN: ClassVar[float] = 0.35
    COMPANY_GAIN: ClassVar[float] = 0.3
    NEGATABLE: ClassVar[bool] = False
    PREFILTER: ClassVar[tuple[str, ...] | None] = None
    LINES: ClassVar[int] = 1

    def doubt(self, value: str) -> tuple[float, str] | None:
        """Say what speaks against a value that passed its check, and how much of the score that costs."""
        return None

    def misplaced(self, value: str, before: str, after: str) -> tuple[float, str] | None:
        """Say what the text around a value without a label speaks against it, and how much of the score that costs."""
        return None


class KzRecognizer(Traits, PatternRecognizer):
    """A pattern recognizer whose label words serve all three languages; a subclass sets the constants."""

    COUNTRY_CODE = "kz"
    PATTERNS: ClassVar[Sequence[Pattern]]
    NEGATABLE = True

    def __init__(
        self,
        patterns: list[Pattern] | None = None,
        context: list[str] | None = None,
        supported_language: str = "ru",
        supported_entity: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            supported_entity=supported_entity or self.ENTITY,
            patterns=list(self.PATTERNS if patterns is None else patterns),
            context=list(self.CONTEXT if context is None else context),
            supported_language=supported_language,
            name=name or type(self).__name__,
        )


def traits_of(recognizer: EntityRecognizer) -> Traits | None:
    """Return the recognizer as one of ours, or None if it is somebody else's."""
    return recognizer if isinstance(recognizer, Traits) else None
