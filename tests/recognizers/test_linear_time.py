"""No input may cost a recognizer more than linear time: those made to hurt are grown from 8 to 64 KB."""

from __future__ import annotations

from functools import partial

import pytest
from presidio_analyzer import AnalyzerEngine, EntityRecognizer

from piiguard.recognizers import kz_recognizers

from ..hostile.growth import fill, too_fast_growing  # noqa: TID252 - tests are no package that is installed

CHARACTERS = "0 7 1 9 a Z N К Ж ы . - _ @ < / : , ( ' \" « № + = % \\ | \t \u00a0 \u200b"
WORDS = (
    "12 0503 050312300015 05-03- 8701 +7701 +7( 8-7- 4111- 4111 KZ86 KZ8 К З a@ a@b. a.b-c@ %40 (at) user@a.b. N1234567"
    " 012345678 012 AB12345 IDKAZ P<KAZ 0508263M KAZ<<< 12.03. 2015-03- 12марта 2015жылғы наурыз Mar 123ABC A123 МВД"
    " ҚР ІІМ министерство внутренних МВДР CASPKZ им. ул. г. ұлы Сынақов А. ТОО « AB ИИН: тел. № от выдан договор"
)
HOSTILE = [*CHARACTERS.split(" "), " ", *WORDS.split(), *(word + " " for word in WORDS.split())]
VALUES = "ИИН 050312300015 ; 8 701 123 45 67 ; 012345678 ; a@b.kz ; 12.03.2015 ; N12345678 ; 4111 1111 1111 1111 ; МВД РК ; "


@pytest.mark.parametrize("recognizer", kz_recognizers(("ru",)), ids=lambda recognizer: recognizer.name)
@pytest.mark.slow
def test_hostile_input_costs_linear_time(recognizer: EntityRecognizer) -> None:
    def search(text: str) -> object:
        return recognizer.analyze(text, recognizer.supported_entities, None)  # type: ignore[arg-type]

    assert too_fast_growing(search, {seed: partial(fill, seed) for seed in HOSTILE}) == {}


def test_weighing_many_matches_on_one_line_costs_linear_time(analyzer: AnalyzerEngine) -> None:
    recognizers = analyzer.registry.get_recognizers(language="ru", all_fields=True)
    enhancer, artifacts = analyzer.context_aware_enhancer, analyzer.nlp_engine.process_text("", "ru")

    def search(text: str) -> object:
        found = [result for r in recognizers for result in r.analyze(text, r.supported_entities, artifacts)]
        return enhancer.enhance_using_context(text, found, artifacts, recognizers)

    assert too_fast_growing(search, {VALUES: partial(fill, VALUES)}) == {}
