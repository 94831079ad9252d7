"""Context, thresholds and duplicates: what the analyzer engine does with raw results, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from piiguard.detect.match import Match
from piiguard.detect.overlaps import resolve
from piiguard.detect.runners import distinct, no_artifacts

IDENTIFIER = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY


class Verifier:
    """Turns the raw results of one text into matches."""

    def __init__(self, recognizers: Sequence[EntityRecognizer], enhancer: ContextAwareEnhancer) -> None:
        self._recognizers = list(recognizers)
        self._enhancer = enhancer
        self._artifacts = no_artifacts()
        self._thresholds = {
            recognizer.id: recognizer.score_thresholds
            for recognizer in recognizers
            if recognizer.score_thresholds
        }
        stock = EntityRecognizer.enhance_using_context
        self._self_enhancing = [
            recognizer for recognizer in recognizers if type(recognizer).enhance_using_context is not stock
        ]

    def matches(self, text: str, raw: list[RecognizerResult], context: Sequence[str]) -> list[Match]:
        """Judge the results of all recognizers on one text, and resolve overlaps."""
        if not raw:
            return []
        words = list(context) or None
        for recognizer in self._self_enhancing:
            raw = self._enhanced_by(recognizer, text, raw, words)
        raw = self._enhancer.enhance_using_context(text, raw, self._artifacts, self._recognizers, words)
        if self._thresholds:
            raw = [result for result in raw if result.score >= self._threshold(result)]
        return resolve(_matches(distinct(raw)))

    def _enhanced_by(
        self, recognizer: EntityRecognizer, text: str, raw: list[RecognizerResult], words: list[str] | None
    ) -> list[RecognizerResult]:
        own = [result for result in raw if result.recognition_metadata[IDENTIFIER] == recognizer.id]
        others = [result for result in raw if result.recognition_metadata[IDENTIFIER] != recognizer.id]
        return others + recognizer.enhance_using_context(text, own, others, self._artifacts, words)

    def _threshold(self, result: RecognizerResult) -> float:
        thresholds = self._thresholds.get(result.recognition_metadata[IDENTIFIER], {})
        return thresholds.get(result.entity_type, thresholds.get("default", 0))


def _matches(raw: Iterable[RecognizerResult]) -> list[Match]:
    return [
        Match(result.entity_type, result.start, result.end, result.score)
        for result in raw
        if result.score > 0
    ]
