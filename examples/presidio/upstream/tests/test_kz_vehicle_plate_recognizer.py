import pytest

from presidio_analyzer.predefined_recognizers.country_specific.kazakhstan import (
    KzVehiclePlateRecognizer,
)


@pytest.fixture(scope="module")
def recognizer():
    return KzVehiclePlateRecognizer()


@pytest.mark.parametrize(
    "text, start, end, score",
    [
        ("госномер 123 ABC 02", 9, 19, 0.35),
        ("123 ABC 02", 0, 10, 0.35),
        ("123 ABC 02, x", 0, 10, 0.35),
    ],
)
def test_when_a_value_stands_there_then_it_is_found(
    text, start, end, score, recognizer
):
    results = recognizer.analyze(text, ["KZ_VEHICLE_PLATE"])
    assert [(found.start, found.end, found.score) for found in results] == [
        (start, end, score)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "123 ABC 21",
        "123 ABC 00",
        "12 ABC 0",
        "1123 ABC 02",
        "123 ЖЩЫ 02",
    ],
)
def test_when_a_value_cannot_be_one_then_nothing_is_found(text, recognizer):
    assert recognizer.analyze(text, ["KZ_VEHICLE_PLATE"]) == []
