"""What stands around a match: the context enhancer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

from piiguard.recognizers.evidence import Evidence, Words, gather
from piiguard.recognizers.neighbours import add_company, keep_nearest

__all__ = ["KzContextEnhancer"]

_IDENTIFIER = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY
_LOSS = 0.35
_INDENT = 100
_LEADING = re.compile(r"[^0-9A-Za-zЀ-ԯ+]*")


class KzContextEnhancer(ContextAwareEnhancer):
    """Raise what a label, a column name or a neighbour confirms; lower or drop what they contradict.

    It looks at 60 characters before a value and 20 after it, within the line; where the value is the first thing
    on its line, also at the end of the line before. No tokens and no model are needed.
    """

    def __init__(self, before: int = 60, after: int = 20) -> None:
        super().__init__(
            context_similarity_factor=0.35,
            min_score_with_context_similarity=0.4,
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
        judged = self.judge(text, raw_results, recognizers, context)
        return [evidence.result for evidence in judged if evidence.stands]

    def judge(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[Evidence]:
        """Score all results and keep those that fall as well, to explain them."""
        known = {recognizer.id: recognizer for recognizer in recognizers}
        outside = " | ".join(context or ())
        judged = [
            gather(
                result, known[result.recognition_metadata[_IDENTIFIER]], self._words(text, result, outside)
            )
            for result in raw_results
            if result.recognition_metadata[_IDENTIFIER] in known
        ]
        keep_nearest(judged)
        for evidence in judged:
            self._score(text, evidence)
        add_company(text, judged)
        for evidence in judged:
            _explain(evidence)
        return judged

    def _words(self, text: str, result: RecognizerResult, outside: str) -> Words:
        # Looking for line breaks no further than needed keeps a long line linear in its matches.
        bound = max(0, result.start - self.before - _INDENT)
        line = max(bound, text.rfind("\n", bound, result.start) + 1)
        if line and text[line - 1] == "\n" and _LEADING.fullmatch(text, line, result.start):
            line = max(bound, text.rfind("\n", bound, line - 1) + 1)
        start = max(line, result.start - self.before)
        while line < start < result.start and text[start].isalnum() and text[start - 1].isalnum():
            start += 1  # a word cut in half is no word
        end = text.find("\n", result.end, result.end + self.after + 1)
        end = len(text) if end < 0 else end
        stop = min(end, result.end + self.after)
        while result.end < stop < end and text[stop].isalnum() and text[stop - 1].isalnum():
            stop -= 1
        return Words(text[start : result.start], text[result.end : stop], outside)

    def _score(self, text: str, evidence: Evidence) -> None:
        result, traits = evidence.result, evidence.traits
        for doubt in _doubts(text[result.start : result.end], evidence):
            result.score -= doubt[0]
            evidence.notes.append(f"{doubt[1]}: -{doubt[0]}")
        if evidence.label:
            gain = traits.GAIN if traits else self.context_similarity_factor
            result.score = max(result.score + gain, self.min_score_with_context_similarity)
            evidence.notes.append(f"label `{evidence.label}`: +{gain}")
        elif evidence.negative:
            result.score -= _LOSS
            evidence.notes.append(f"`{evidence.negative}` beside it: -{_LOSS}")
        result.score = round(min(self.MAX_SCORE, max(self.MIN_SCORE, result.score)), 3)


def _doubts(value: str, evidence: Evidence) -> Iterator[tuple[float, str]]:
    traits, words = evidence.traits, evidence.words
    if traits and (doubt := traits.doubt(value)):
        yield doubt
    if traits and not evidence.label and (doubt := traits.misplaced(value, words.before, words.after)):
        yield doubt


def _explain(evidence: Evidence) -> None:
    explanation = evidence.result.analysis_explanation
    if explanation is None:
        return
    if evidence.label:
        explanation.set_supportive_context_word(evidence.label)
    explanation.set_improved_score(evidence.result.score)
    for note in evidence.notes:
        explanation.append_textual_explanation_line(note)
