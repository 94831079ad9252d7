"""Recognizers and enhancers of Presidio that are somebody's own, or ours and changed, work in the engine as in Presidio's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from piiguard.detect import Engine, Match
from piiguard.detect.overlaps import resolve
from piiguard.recognizers import KzContextEnhancer, KzIdCardRecognizer, KzIinRecognizer, kz_recognizers
from piiguard.recognizers.base import Rule
from piiguard.recognizers.presidio import KzRecognizer, rule_of
from piiguard.recognizers.rules import RULES

TEXTS = (
    "ИИН 050312300015, тел. 8 701 123 45 67",
    "пропуск 012345678; жетон 012345678; 012345678",
    "жеке куәлік № 012345678 от 12.03.2015, выдано МВД РК",
    "order 050312300015\nBADGE-17 badge-18 BADGE 19",
    "Сынақов Үлгі Мысалұлы, 87011234567",
    "",
)


class PinRecognizer(PatternRecognizer):
    """Looks at the words around by itself."""

    def __init__(self) -> None:
        super().__init__("PIN", supported_language="ru", patterns=[Pattern("pin", r"badge-\d\d", 0.4)])

    def enhance_using_context(
        self,
        text: str,
        raw_recognizer_results: list[Any],
        other_raw_recognizer_results: list[Any],
        nlp_artifacts: Any,
        context: list[str] | None = None,
    ) -> list[Any]:
        for result in raw_recognizer_results:
            result.score += 0.1 * len(other_raw_recognizer_results) + 0.2 * len(context or ())
        return raw_recognizer_results


class Token(KzRecognizer):
    """One of ours in its words and weights, but somebody's own."""

    ENTITY = "TOKEN"
    PATTERNS = (Pattern("nine digits", r"(?<![0-9])[0-9]{9}(?![0-9])", 0.2),)
    CONTEXT = ("жетон",)
    AGAINST = ("пропуск",)
    GAIN = 0.6

    def doubt(self, value: str) -> tuple[float, str] | None:
        return (0.05, "ends in eight") if value.endswith("8") else None


class Halving(ContextAwareEnhancer):
    """Somebody's own idea of what stands."""

    def __init__(self) -> None:
        super().__init__(0.35, 0.4, 5, 2)

    def enhance_using_context(self, text: str, raw_results: Any, *_: Any, **__: Any) -> Any:
        for result in raw_results:
            result.score /= 2
        return [result for result in raw_results if result.score > 0.1]


def _stock(recognizers: Sequence[EntityRecognizer], enhancer: ContextAwareEnhancer) -> AnalyzerEngine:
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=list(recognizers), supported_languages=["ru"]),
        nlp_engine=NoOpNlpEngine([{"lang_code": "ru", "model_name": "none"}]),
        supported_languages=["ru"],
        context_aware_enhancer=enhancer,
    )


def _changed() -> list[EntityRecognizer]:
    strict = KzIinRecognizer(supported_language="ru", name="Strict")
    strict.score_thresholds = {"KZ_IIN": 0.6}
    passes = KzIdCardRecognizer(context=["пропуск"], supported_language="ru", supported_entity="PASS")
    return [strict, passes, Token()]


@pytest.mark.parametrize("enhancer", [KzContextEnhancer, Halving])
@pytest.mark.parametrize(
    "more", [list, lambda: [PinRecognizer()], _changed, lambda: [*_changed(), PinRecognizer()]]
)
@pytest.mark.parametrize("context", [[], ["жетон"]])
def test_what_is_borrowed_finds_what_it_finds_in_presidio_s_own_engine(
    enhancer: Callable[[], ContextAwareEnhancer], more: Any, context: list[str]
) -> None:
    # any engine would do, and this one needs no seconds to compile what is changed
    recognizers = [*kz_recognizers(languages=("ru",)), *more()]
    stock, engine = _stock(recognizers, enhancer()), Engine(recognizers, enhancer=enhancer(), backend="re2")
    for text in TEXTS:
        results = stock.analyze(text, language="ru", context=context or None)
        wanted = resolve(Match(each.entity_type, each.start, each.end, each.score) for each in results)
        assert engine.find(text, context) == wanted, text


def test_our_recognizers_are_our_rules_and_nothing_is_made_anew() -> None:
    assert [rule_of(each) for each in kz_recognizers(languages=("kk",))] == list(RULES)


def test_a_change_makes_another_rule() -> None:
    assert not {rule_of(each) for each in _changed()} & set(RULES)


def test_an_engine_of_rules_finds_what_one_of_presidio_s_classes_finds() -> None:
    ours, theirs = Engine(RULES), Engine(kz_recognizers(languages=("ru",)))
    assert [ours.find(text) for text in TEXTS] == [theirs.find(text) for text in TEXTS]
    assert isinstance(RULES[0], Rule)
