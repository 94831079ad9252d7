"""The page about recognizers: its code runs, its examples are found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine

from piiguard.detect import Engine

PAGE = (Path(__file__).parents[2] / "docs" / "recognizers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ROWS = [line.split(" | ") for line in PAGE.split("\n") if line.startswith("| `")]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_the_python_of_the_page_runs(block: str) -> None:
    exec(compile(block, "recognizers.md", "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("|` "))
def test_the_first_example_of_an_entity_is_found_in_its_column(
    row: list[str], analyzer: AnalyzerEngine
) -> None:
    entity, examples = row[0].strip("|` "), re.findall("`([^`]+)`", row[1])
    whole = [example for example in examples if "…" not in example and len(example) > 2]
    for example in whole[:2]:
        # what needs a document beside it has one, and what no document has stands alone
        found = [
            result.entity_type
            for context in (["документ, выдан, дата выдачи"], [])
            for result in analyzer.analyze(example, language="ru", context=context)
        ]
        assert entity in found


MISSED = (
    ("CREDIT_CARD", "4400 43** **** 1234"),
    ("IP_ADDRESS", "10.2.33.4"),
    ("KZ_ADDRESS", "фонарь, Мысалова 40"),
    ("KZ_ADDRESS", "улица Абая"),
    ("KZ_ADDRESS", "город Алматы"),
    ("KZ_BIC", "190501719"),
    ("KZ_BIRTH_DATE", "1905 г.р."),
    ("KZ_DOCUMENT_DATE", "12.03.2015 14:05:11"),
    ("KZ_DOCUMENT_DATE", "дата рождения 12.03.1905"),
    ("KZ_DOCUMENT_DATE", "договор от 12.03.2015"),
    ("KZ_DOCUMENT_DATE", "документ № 4511 от 12.03.2015"),
    ("KZ_DOCUMENT_ISSUER", "выдано ДВД г. Алматы"),
    ("KZ_DOCUMENT_ISSUER", "выдан ОУФМС России по г. Омску"),
    ("KZ_DRIVER_LICENSE", "водительское удостоверение 184914"),
    ("KZ_ID_CARD", "012345678"),
    ("KZ_ID_CARD", "912345678"),
    ("KZ_IIN", "ИИН O50312300O15"),
    ("KZ_IIN", "050312000015"),
    ("KZ_IIN", "5.03E+10"),
    ("KZ_PASSPORT", "Документ: N12345678"),
    ("KZ_PASSPORT", "паспорт прибора N12345678"),
    ("KZ_PASSPORT", "техпаспорт N12345678"),
    ("KZ_PASSPORT", "паспорт РФ 4510 123456"),
    ("KZ_PHONE", "id processed 87011234567 from queue worker"),
    ("KZ_PHONE", "номер 574600"),
    ("KZ_PHONE", "8/701/1234567"),
    ("KZ_VEHICLE_PLATE", "E 220 CDI"),
    ("KZ_VEHICLE_PLATE", "номер 3417 AB"),
    ("KZ_WORKPLACE", "каптенармус Образцов Иван"),
    ("KZ_WORKPLACE", "тренер Образцов остался"),
    ("PERSON", "Colm Hanratty called"),
    ("PERSON", "виталя бергер"),
    ("PERSON", "увидел асем сынақову"),
    ("PERSON", "пришла Хан Виктория"),
    ("PERSON", "Береговая Ольга пришла"),
    ("PERSON", "Li Elena came"),
    ("PERSON", "ПРИШЛА БЕРГЕН АЙДАНА СЕГОДНЯ"),
)
"""What the page names as not found: where a recognizer has learnt it, the page has to say so."""


@pytest.mark.parametrize(("entity", "text"), MISSED)
def test_what_the_page_calls_missed_is_missed(entity: str, text: str) -> None:
    assert entity not in {match.entity for match in engine().find(text) if match.score >= 0.5}


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("KZ_IIN", "БИН 050312300015"),
        ("KZ_PHONE", "тел. 57-46-00"),
        ("PERSON", "Kenesary Hall"),
        ("PERSON", "САБЫР АЙДАНА"),
        ("KZ_ADDRESS", "адрес: улица Абая"),
    ],
)
def test_what_the_page_says_is_found_by_mistake_or_behind_a_label_is_found(entity: str, text: str) -> None:
    assert entity in {match.entity for match in engine().find(text)}


@cache
def engine() -> Engine:
    return Engine()
