import pytest

from presidio_analyzer.predefined_recognizers.country_specific.kazakhstan import (
    KzPassportRecognizer,
)


@pytest.fixture(scope="module")
def recognizer():
    return KzPassportRecognizer()


@pytest.mark.parametrize(
    "text, start, end, score",
    [
        ("паспорт N12345678", 8, 17, 0.25),
        ("N12345678", 0, 9, 0.25),
        ("N12345678, x", 0, 9, 0.25),
    ],
)
def test_when_a_value_stands_there_then_it_is_found(
    text, start, end, score, recognizer
):
    results = recognizer.analyze(text, ["KZ_PASSPORT"])
    assert [(found.start, found.end, found.score) for found in results] == [
        (start, end, score)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "N11111111",
        "N1234567",
        "N123456789",
        "XN12345678",
    ],
)
def test_when_a_value_cannot_be_one_then_nothing_is_found(text, recognizer):
    assert recognizer.analyze(text, ["KZ_PASSPORT"]) == []
