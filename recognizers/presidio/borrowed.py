"""Recognizers and enhancers of Presidio, ours and anybody's, at work in our engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from piiguard.recognizers.base import Rule
from piiguard.recognizers.candidate import Candidate
from piiguard.recognizers.enhancer import Judge
from piiguard.recognizers.presidio.enhancer import KzContextEnhancer
from piiguard.recognizers.presidio.rule import metadata, no_artifacts, rule_of

__all__ = ["Enhanced", "borrow"]

_IDENTIFIER = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY
_NOBODY = Rule(entity="", name="", keeps_weak=True)


def borrow(
    recognizers: Iterable[Rule | EntityRecognizer], enhancer: ContextAwareEnhancer | None = None
) -> tuple[list[Rule], Judge | Enhanced]:
    """Return the rules of recognizers, and who judges what they find: the enhancer, by default our own."""
    recognizers = list(recognizers)
    foreign = {rule_of(each): each for each in _one_per_language(recognizers)}
    rules = [each for each in recognizers if isinstance(each, Rule)] + list(foreign)
    enhancer = enhancer or KzContextEnhancer()
    if type(enhancer) is KzContextEnhancer and not any(map(_enhances, foreign.values())):
        return rules, Judge(enhancer.before, enhancer.after)
    return rules, Enhanced(foreign, enhancer)


class Enhanced:
    """Judges as Presidio's analyzer engine does: recognizers that enhance what they found, then the enhancer."""

    def __init__(self, recognizers: Mapping[Rule, EntityRecognizer], enhancer: ContextAwareEnhancer) -> None:
        self._recognizers = list(recognizers.values())
        self._ids = {rule: metadata(each) for rule, each in recognizers.items()}
        self._rules = {each.id: rule for rule, each in recognizers.items()}
        self._enhancer = enhancer
        self._enhancing = [each for each in self._recognizers if _enhances(each)]

    def __call__(
        self, text: str, candidates: list[Candidate], context: Sequence[str] = ()
    ) -> list[Candidate]:
        """Score all candidates of a text and return those that stand."""
        words = list(context) or None
        raw = [self._result(candidate) for candidate in candidates]
        for recognizer in self._enhancing:
            own = [result for result in raw if result.recognition_metadata[_IDENTIFIER] == recognizer.id]
            raw = [result for result in raw if result.recognition_metadata[_IDENTIFIER] != recognizer.id]
            raw += recognizer.enhance_using_context(text, own, raw, no_artifacts(), words)
        raw = self._enhancer.enhance_using_context(text, raw, no_artifacts(), self._recognizers, words)
        return [self._candidate(result) for result in raw]

    def _result(self, candidate: Candidate) -> RecognizerResult:
        if candidate.result is not None:
            candidate.result.start, candidate.result.end = candidate.start, candidate.end
            return candidate.result  # type: ignore[no-any-return]
        return RecognizerResult(
            candidate.entity,
            candidate.start,
            candidate.end,
            candidate.score,
            recognition_metadata=dict(self._ids.get(candidate.rule, {})),
        )

    def _candidate(self, result: RecognizerResult) -> Candidate:
        rule = self._rules.get((result.recognition_metadata or {}).get(_IDENTIFIER, ""), _NOBODY)
        return Candidate(rule, result.entity_type, result.start, result.end, result.score)


def _enhances(recognizer: EntityRecognizer) -> bool:
    return type(recognizer).enhance_using_context is not EntityRecognizer.enhance_using_context


def _one_per_language(recognizers: Iterable[Rule | EntityRecognizer]) -> Iterator[EntityRecognizer]:
    """Leave out the copies of a recognizer for other languages: ours know the labels of all of them."""
    languages: dict[tuple[object, ...], str] = {}
    for recognizer in recognizers:
        if isinstance(recognizer, Rule):
            continue
        kind = (type(recognizer), str(recognizer.name), *recognizer.supported_entities)  # type: ignore[has-type]
        language = languages.setdefault(kind, recognizer.supported_language)
        if language == recognizer.supported_language:
            yield recognizer
