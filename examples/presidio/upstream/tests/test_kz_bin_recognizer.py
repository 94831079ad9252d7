import pytest

from presidio_analyzer.predefined_recognizers.country_specific.kazakhstan import (
    KzBinRecognizer,
)


@pytest.fixture(scope="module")
def recognizer():
    return KzBinRecognizer()


@pytest.mark.parametrize(
    "text, start, end, score",
    [
        ("БСН 880540830884", 4, 16, 0.4),
        ("880540830884", 0, 12, 0.4),
        ("880540830884, x", 0, 12, 0.4),
        ("880540 830884", 0, 13, 0.3),
        ("880 540 830 884", 0, 15, 0.3),
    ],
)
def test_when_a_value_stands_there_then_it_is_found(
    text, start, end, score, recognizer
):
    results = recognizer.analyze(text, ["KZ_BIN"])
    assert [(found.start, found.end, found.score) for found in results] == [
        (start, end, score)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "880540830885",
        "881340830884",
        "880570830884",
        "договор 880540830889",
    ],
)
def test_when_a_value_cannot_be_one_then_nothing_is_found(text, recognizer):
    assert recognizer.analyze(text, ["KZ_BIN"]) == []
