"""No input may cost a recognizer more than linear time.

Inputs made to hurt are grown from 8 to 64 KB. Time may grow by 2.6 per doubling, which leaves room for noise and
none for a square: CPU time of this thread, the best of several runs, and nothing below a floor is judged. What
looks too slow is measured again and better: noise passes, a square does not.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial

import pytest
from presidio_analyzer import AnalyzerEngine, EntityRecognizer

from piiguard.recognizers import kz_recognizers

SMALL, LARGE = 8 << 10, 64 << 10
DOUBLINGS = 3
MOST = 2.6**DOUBLINGS
FLOOR = 0.03

CHARACTERS = "0 7 1 9 a Z N К Ж ы . - _ @ < / : , ( ' \" « № + = % \\ | \t \u00a0 \u200b"
WORDS = (
    "12 0503 050312300015 05-03- 8701 +7701 +7( 8-7- 4111- 4111 KZ86 KZ8 К З a@ a@b. a.b-c@ %40 (at) user@a.b. N1234567"
    " 012345678 012 AB12345 IDKAZ P<KAZ 0508263M KAZ<<< 12.03. 2015-03- 12марта 2015жылғы наурыз Mar 123ABC A123 МВД"
    " ҚР ІІМ министерство внутренних МВДР CASPKZ им. ул. г. ұлы Сынақов А. ТОО « AB ИИН: тел. № от выдан договор"
)
HOSTILE = [*CHARACTERS.split(" "), " ", *WORDS.split(), *(word + " " for word in WORDS.split())]
VALUES = "ИИН 050312300015 ; 8 701 123 45 67 ; 012345678 ; a@b.kz ; 12.03.2015 ; N12345678 ; 4111 1111 1111 1111 ; МВД РК ; "


def fill(seed: str, size: int) -> str:
    return (seed * (size // len(seed) + 1))[:size]


def cpu(work: Callable[[], object], runs: int) -> float:
    def once() -> float:
        began = time.thread_time()
        work()
        return time.thread_time() - began

    gc.disable()  # its cost depends on all that the tests before have left
    try:
        return min(once() for _ in range(runs))
    finally:
        gc.enable()


def growth(search: Callable[[str], object], seed: str) -> float:
    """Return how much longer the large input takes; 0 where even a square of it would be too fast to judge."""
    ratio = 0.0
    for runs in (1, 5, 15, 15):
        small = cpu(partial(search, fill(seed, SMALL)), runs)
        if small * (LARGE / SMALL) ** 2 < FLOOR:
            return 0.0
        ratio = cpu(partial(search, fill(seed, LARGE)), runs) / small
        if ratio < MOST:
            return ratio
    return ratio


@pytest.mark.parametrize("recognizer", kz_recognizers(("ru",)), ids=lambda recognizer: recognizer.name)
def test_hostile_input_costs_linear_time(recognizer: EntityRecognizer) -> None:
    def search(text: str) -> object:
        return recognizer.analyze(text, recognizer.supported_entities, None)  # type: ignore[arg-type]

    worst = {seed: growth(search, seed) for seed in HOSTILE}
    assert {seed: ratio for seed, ratio in worst.items() if ratio >= MOST} == {}


def test_weighing_many_matches_on_one_line_costs_linear_time(analyzer: AnalyzerEngine) -> None:
    recognizers = analyzer.registry.get_recognizers(language="ru", all_fields=True)
    enhancer, artifacts = analyzer.context_aware_enhancer, analyzer.nlp_engine.process_text("", "ru")

    def search(text: str) -> object:
        found = [result for r in recognizers for result in r.analyze(text, r.supported_entities, artifacts)]
        return enhancer.enhance_using_context(text, found, artifacts, recognizers)

    assert growth(search, VALUES) < MOST
