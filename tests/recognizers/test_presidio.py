"""The recognizers as Presidio's users get them: its registry, its engine, its anonymizer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

import piiguard.recognizers
from piiguard.recognizers import RECOGNIZERS, kz_recognizers

CONFIGURATION = Path(piiguard.recognizers.__file__).parent / "data" / "kz_recognizers.yaml"
TEXT = "ИИН 050312300015, тел. +7 701 123 45 67"

FRESH = """
import sys
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
import piiguard.recognizers.catalog
registry = RecognizerRegistryProvider(conf_file=sys.argv[1]).create_recognizer_registry()
ours = [r for r in registry.recognizers if type(r).__module__.startswith("piiguard.")]
print(sorted({(r.name, r.supported_language, r.country_code()) for r in ours}).__len__())
for language in ("kk", "ru", "en"):
    found = registry.get_recognizers(language=language, entities=["KZ_IIN"])
    print([r.entity_type for r in found[0].analyze("050312300015", ["KZ_IIN"])])
"""


def test_presidio_loads_the_yaml_file_in_a_fresh_interpreter() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FRESH, str(CONFIGURATION)], capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines() == [str(3 * len(RECOGNIZERS)), *["['KZ_IIN']"] * 3], ran.stderr


def test_the_yaml_file_lists_every_recognizer() -> None:
    listed = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["recognizers"]
    assert [entry["name"] for entry in listed] == [recognizer.__name__ for recognizer in RECOGNIZERS]


@pytest.mark.parametrize("recognizer", kz_recognizers(("kk",)), ids=lambda recognizer: recognizer.name)
def test_each_recognizer_follows_presidio(recognizer: EntityRecognizer) -> None:
    assert type(recognizer).__name__.startswith("Kz")
    assert recognizer.country_code() == "kz"
    assert recognizer.supported_language == "kk"
    assert len(recognizer.supported_entities) == 1
    assert recognizer.context


def test_results_work_in_an_engine_with_the_stock_enhancer() -> None:
    registry = RecognizerRegistry(recognizers=kz_recognizers(("en",)), supported_languages=["en"])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=NoOpNlpEngine([{"lang_code": "en", "model_name": "none"}])
    )
    found = {result.entity_type for result in engine.analyze(TEXT, language="en", score_threshold=0.4)}
    assert {"KZ_IIN", "KZ_PHONE"} <= found


def test_operators_of_the_anonymizer_work_on_our_results(analyzer: AnalyzerEngine) -> None:
    results = analyzer.analyze(TEXT, language="ru")
    anonymized = AnonymizerEngine().anonymize(  # type: ignore[no-untyped-call]
        text=TEXT,
        analyzer_results=results,  # type: ignore[arg-type]  # its own class, with the same fields
        operators={
            "KZ_IIN": OperatorConfig("replace", {"new_value": "<ИИН>"}),
            "KZ_PHONE": OperatorConfig("mask", {"masking_char": "*", "chars_to_mask": 9, "from_end": True}),
        },
    )
    assert anonymized.text == "ИИН <ИИН>, тел. +7 701 *********"


def test_words_given_to_the_constructor_replace_the_labels() -> None:
    from piiguard.recognizers import KzContextEnhancer
    from piiguard.recognizers.id_card import KzIdCardRecognizer

    registry = RecognizerRegistry(
        recognizers=[KzIdCardRecognizer(context=["пропуск"], supported_language="ru")],
        supported_languages=["ru"],
    )
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine([{"lang_code": "ru", "model_name": "none"}]),
        supported_languages=["ru"],
        context_aware_enhancer=KzContextEnhancer(),
    )
    assert engine.analyze("удостоверение личности 012345678", language="ru") == []
    assert len(engine.analyze("пропуск 012345678", language="ru")) == 1
