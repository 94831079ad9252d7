from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from presidio_analyzer import EntityRecognizer

from piiguard.detect.candidates import Line, candidates
from piiguard.detect.gate import LabelGate
from piiguard.detect.plan import Plan, plan
from piiguard.detect.prefilter import HyperscanPrefilter
from piiguard.recognizers import kz_recognizers
from piiguard.recognizers.rules import RULES

Fuzzed = Callable[[Sequence[EntityRecognizer], int, int], Iterator[str]]
NUMBERS = {"KZ_IIN", "KZ_PHONE", "CREDIT_CARD", "KZ_ID_CARD", "KZ_PASSPORT", "KZ_DRIVER_LICENSE"}


@pytest.fixture(scope="module")
def recognizers() -> list[EntityRecognizer]:
    pytest.importorskip("hyperscan")
    return [each for each in kz_recognizers(languages=("ru",)) if NUMBERS & set(each.supported_entities)]


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan([rule for rule in RULES if rule.entity in NUMBERS])


@pytest.fixture(scope="module")
def prefilter(made: Plan) -> HyperscanPrefilter:
    return HyperscanPrefilter(made.patterns)


@pytest.fixture
def gate(made: Plan) -> LabelGate:
    return LabelGate(made, drops_weak=True)


def _promising(gate: LabelGate, prefilter: HyperscanPrefilter, text: str) -> list[int]:
    data = text.encode()
    return [line.number for line in gate.promising(data, candidates(data, prefilter.in_block(data)))]


def test_lines_are_left_out_unless_a_word_labels_what_they_hold(
    gate: LabelGate, prefilter: HyperscanPrefilter
) -> None:
    text = "order 12345678 sent\nmastercard 12345678\npassport 12345678\n\npassport\n12345678 sent"
    for _ in range(2):  # words that label nothing are remembered
        assert _promising(gate, prefilter, text) == [2, 5]


def test_a_word_that_only_begins_a_label_is_none_without_the_next_one(
    gate: LabelGate, prefilter: HyperscanPrefilter
) -> None:
    lines = "request_id=7 012345678", "id-card 012345678", "id of a row, 012345678", "012345678 national id"
    assert _promising(gate, prefilter, "\n\n".join(lines)) == [2, 6]


def test_a_line_is_left_out_only_where_nothing_would_be_looked_for(
    gate: LabelGate,
    made: Plan,
    prefilter: HyperscanPrefilter,
    recognizers: list[EntityRecognizer],
    fuzzed: Fuzzed,
) -> None:
    data = "\n".join(fuzzed(recognizers, 11, 3000)).encode()
    lines = list(candidates(data, prefilter.in_block(data)))
    kept = {line.number for line in gate.promising(data, lines)}
    dropped = [line for line in lines if line.number not in kept]
    assert len(dropped) > 50
    assert not [line for line in dropped if _looked_for(gate, made, data, line)]


def _looked_for(gate: LabelGate, made: Plan, data: bytes, line: Line) -> bool:
    return bool(gate.passed(made.work(line.hits), partial(gate.spoken, data, line)))
