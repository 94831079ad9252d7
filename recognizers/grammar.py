"""What recognizers have in common that read a grammar instead of matching patterns."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar, Protocol

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from piiguard.recognizers.base import Traits

__all__ = ["Found", "KzGrammarRecognizer"]


class Found(Protocol):
    """What a grammar finds: characters from ``start`` to ``end``, and which rule found them."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def score(self) -> float: ...

    @property
    def rule(self) -> str: ...


class KzGrammarRecognizer(Traits, LocalRecognizer):
    """A recognizer whose grammar and label words serve all three languages.

    A subclass sets ``ENTITY``, ``CONTEXT`` and ``PREFILTER`` and gives :meth:`find`. A match never leaves its line,
    and its line must be hit by the ``PREFILTER``: what the grammar makes of odd blanks, signs and mixtures of
    scripts elsewhere is not reported. So whoever looks only at lines that are hit misses nothing.
    """

    COUNTRY_CODE = "kz"
    PREFILTER: ClassVar[tuple[str, ...] | None] = ()
    name: str

    def __init__(
        self,
        context: list[str] | None = None,
        supported_language: str = "ru",
        supported_entity: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            supported_entities=[supported_entity or self.ENTITY],
            context=list(self.CONTEXT if context is None else context),
            supported_language=supported_language,
            name=name or type(self).__name__,
        )

    @abstractmethod
    def find(self, text: str) -> Iterable[Found]:
        """Find all matches of a text."""

    def load(self) -> None:
        """Load nothing: word lists are read when first used."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the matches as Presidio wants them."""
        entity = self.supported_entities[0]
        if entity not in entities:
            return []
        return [self._result(entity, found) for found in self._on_hit_lines(text)]

    def _on_hit_lines(self, text: str) -> Iterator[Found]:
        start, end, hit = 0, -1, False
        for found in self.find(text):  # line by line
            if not start <= found.start <= end:
                start = text.rfind("\n", 0, found.start) + 1
                end = text.find("\n", found.start)
                end = len(text) if end < 0 else end
                hit = _is_hit(self.PREFILTER or (), text, start, end)
            if hit:
                yield found

    def _result(self, entity: str, found: Found) -> RecognizerResult:
        return RecognizerResult(
            entity,
            found.start,
            found.end,
            found.score,
            analysis_explanation=AnalysisExplanation(
                recognizer=self.name,
                original_score=found.score,
                pattern_name=found.rule,
                textual_explanation=f"{found.rule}: {found.score}",
            ),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


@cache
def _compiled(prefilter: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in prefilter)


def _is_hit(prefilter: tuple[str, ...], text: str, start: int, end: int) -> bool:
    """Say whether a line is hit; without a prefilter every line is."""
    return not prefilter or any(pattern.search(text, start, end) for pattern in _compiled(prefilter))
