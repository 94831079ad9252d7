"""Context: labels before, after, inflected, as keys and as column names."""

from __future__ import annotations

import pytest
from presidio_analyzer import AnalyzerEngine

IIN = "050312300015"


def score(analyzer: AnalyzerEngine, text: str, entity: str = "KZ_IIN", **options: object) -> float:
    results = analyzer.analyze(text, language="ru", entities=[entity], **options)  # type: ignore[arg-type]
    return max((result.score for result in results), default=0.0)


@pytest.mark.parametrize(
    "text",
    [
        f"ИИН {IIN}",
        f"ИИН № {IIN}",
        f"Клиент с ИИНом {IIN} подтвердил",
        f"Клиенттің ЖСНі: {IIN} расталды",
        f"ЖСН-ді {IIN} енгізіңіз",
        f"ЖСНіңізді {IIN} тексеріңіз",
        f'{{"iin":"{IIN}"}}',
        f'{{"sellerIIN": "{IIN}"}}',
        f"client_iin2={IIN}",
        f"{IIN} - это ИИН",
        f"ИИH {IIN}",  # the last letter is Latin
        f"жеке сәйкестендіру нөмірі {IIN}",
        f"жеке сайкестендиру номири {IIN}",
        f"jeke saikestendiru nomiri {IIN}",
        f"индивидуального идентификационного номера {IIN}",
        f"ИИН:\n{IIN}",
    ],
)
def test_a_label_makes_an_iin_sure(text: str, analyzer: AnalyzerEngine) -> None:
    assert score(analyzer, text) >= 0.75


@pytest.mark.parametrize(
    "text",
    [f"хиинститут {IIN}", f"принтер {IIN}", f"{IIN}", f"ИИН\n\n{IIN}", f"значение {IIN}, ИИН: не указан"],
)
def test_without_a_label_it_stays_medium(text: str, analyzer: AnalyzerEngine) -> None:
    assert score(analyzer, text) == 0.5


def test_a_column_name_counts_as_a_label(analyzer: AnalyzerEngine) -> None:
    assert score(analyzer, IIN, context=["client_iin"]) >= 0.75


@pytest.mark.parametrize(
    "text", [f"заказ № {IIN}", f"тапсырыс {IIN}", f"order_id={IIN}", f"trace={IIN}", f"{IIN} тенге"]
)
def test_a_word_for_something_else_drops_it(text: str, analyzer: AnalyzerEngine) -> None:
    assert score(analyzer, text) == 0.0


def test_the_explanation_names_the_word_and_never_the_value(analyzer: AnalyzerEngine) -> None:
    (result,) = analyzer.analyze(f"ЖСН: {IIN}", language="kk", return_decision_process=True)
    assert result.analysis_explanation.supportive_context_word == "жсн"
    assert result.analysis_explanation.score == result.score
    assert IIN not in str(result.analysis_explanation)


def test_all_three_languages_find_the_same(analyzer: AnalyzerEngine) -> None:
    text = f"ИИН {IIN}, ұялы 8 701 123 45 67, card 4111 1111 1111 1111"
    spans = [
        sorted((result.entity_type, result.start, result.end, result.score) for result in found)
        for found in (analyzer.analyze(text, language=code) for code in ("kk", "ru", "en"))
    ]
    assert len(spans[0]) == 3
    assert spans[0] == spans[1] == spans[2]


@pytest.mark.parametrize("label", ["машина", "машинасы", "машинасының", "машинасында", "машину", "көлігінің"])
def test_a_label_takes_the_endings_of_either_language(label: str, analyzer: AnalyzerEngine) -> None:
    """Russian changes the last vowel of a word, Kazakh keeps it before its own endings."""
    (found,) = analyzer.analyze(f"{label} 123 ABC 02", language="kk", entities=["KZ_VEHICLE_PLATE"])
    assert found.score >= 0.75
