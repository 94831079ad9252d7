import pytest

from presidio_analyzer.predefined_recognizers.country_specific.kazakhstan import (
    KzIinRecognizer,
)


@pytest.fixture(scope="module")
def recognizer():
    return KzIinRecognizer()


@pytest.mark.parametrize(
    "text, start, end, score",
    [
        ("ИИН 050312300015", 4, 16, 0.5),
        ("050312300015", 0, 12, 0.5),
        ("050312300015, x", 0, 12, 0.5),
        ("050312 300015", 0, 13, 0.4),
        ("050 312 300 015", 0, 15, 0.35),
    ],
)
def test_when_a_value_stands_there_then_it_is_found(
    text, start, end, score, recognizer
):
    results = recognizer.analyze(text, ["KZ_IIN"])
    assert [(found.start, found.end, found.score) for found in results] == [
        (start, end, score)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "050312300016",
        "051312300015",
        "050230300014",
        "заказ 123456789012",
        "1050312300015",
    ],
)
def test_when_a_value_cannot_be_one_then_nothing_is_found(text, recognizer):
    assert recognizer.analyze(text, ["KZ_IIN"]) == []
