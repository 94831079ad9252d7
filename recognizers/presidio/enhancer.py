"""Our judge as a context enhancer of Presidio."""

from __future__ import annotations

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

from piiguard.recognizers.base import Rule
from piiguard.recognizers.candidate import Candidate
from piiguard.recognizers.enhancer import LEAST_LABELLED, Judge
from piiguard.recognizers.presidio.rule import rule_of

__all__ = ["KzContextEnhancer"]

_IDENTIFIER = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY


class KzContextEnhancer(ContextAwareEnhancer):
    """Raise what a label, a column name or a neighbour confirms; lower or drop what they contradict.

    It looks ``before`` characters before a value and ``after`` it; no tokens and no model are needed.
    """

    def __init__(self, before: int = 60, after: int = 20) -> None:
        super().__init__(
            context_similarity_factor=Rule(entity="", name="").gain,
            min_score_with_context_similarity=LEAST_LABELLED,
            context_prefix_count=5,
            context_suffix_count=2,
        )
        self.before = before
        self.after = after

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results that stand, with their scores and explanations brought up to date."""
        if not raw_results:
            return raw_results
        known = {recognizer.id: rule_of(recognizer) for recognizer in recognizers}
        candidates = [
            _candidate(result, known[result.recognition_metadata[_IDENTIFIER]])
            for result in raw_results
            if result.recognition_metadata[_IDENTIFIER] in known
        ]
        Judge(self.before, self.after).weigh(text, candidates, context or ())
        return [_told(candidate) for candidate in candidates if candidate.stands]


def _candidate(result: RecognizerResult, rule: Rule) -> Candidate:
    candidate = Candidate(rule, result.entity_type, result.start, result.end, result.score)
    candidate.result = result
    candidate.notes = None if result.analysis_explanation is None else []
    return candidate


def _told(candidate: Candidate) -> RecognizerResult:
    """Write what was judged into Presidio's result."""
    result: RecognizerResult = candidate.result
    result.score = candidate.score
    explanation = result.analysis_explanation
    if explanation is not None:
        if candidate.label:
            explanation.set_supportive_context_word(candidate.label)
        explanation.set_improved_score(result.score)
        for note in candidate.notes or ():
            explanation.append_textual_explanation_line(note)
    return result
