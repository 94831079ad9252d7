"""Which lines above a value speak for it: a heading, a card of fields, a question put to somebody."""

from __future__ import annotations

from itertools import product

import pytest

from piiguard.detect import Engine
from piiguard.entities import (
    KZ_BIRTH_DATE,
    KZ_DOCUMENT_DATE,
    KZ_DOCUMENT_ISSUER,
    KZ_DRIVER_LICENSE,
    KZ_ID_CARD,
    KZ_PASSPORT,
    KZ_VEHICLE_PLATE,
)

MEDIUM = 0.5
VALUES = {
    KZ_ID_CARD: "012345678",
    KZ_PASSPORT: "N12345678",
    KZ_DRIVER_LICENSE: "AB 123456",
    KZ_VEHICLE_PLATE: "123 ABC 02",
    KZ_BIRTH_DATE: "07.09.1904",
    KZ_DOCUMENT_ISSUER: "МВД РК",
}
HEADINGS = {
    KZ_ID_CARD: ("УДОСТОВЕРЕНИЕ ЛИЧНОСТИ", "Жеке куәлік", "Identity card"),
    KZ_PASSPORT: ("Паспорт", "Төлқұжат:", "Travel passport"),
    KZ_DRIVER_LICENSE: ("Водительское удостоверение", "ЖҮРГІЗУШІ КУӘЛІГІ", "Driving licence"),
    KZ_VEHICLE_PLATE: ("Автомобиль", "Көлік:", "Vehicle"),
}
NUMBERS = ("Номер: ", "НОМЕР ", "Нөмірі: ", "No. ", "№ ", "Number = ", "  nomiri: ")
QUESTIONS = {
    KZ_ID_CARD: ("скажи номер удостоверения", "куәлігіңнің нөмірі?", "ID card number?"),
    KZ_PASSPORT: ("а паспорт у тебя какой?", "төлқұжат нөмірін айтшы", "your passport pls"),
    KZ_DRIVER_LICENSE: ("номер прав нужен", "жүргізуші куәлігің қане", "driver license?"),
    KZ_VEHICLE_PLATE: ("какой госномер", "көліктің нөмірі қандай", "and the plate?"),
    KZ_BIRTH_DATE: ("дата рождения?", "туған күнің қашан", "date of birth please"),
    KZ_DOCUMENT_ISSUER: ("кем выдан?", "кім берген", "who is it issued by?"),
}
TALKS = ("{0}: {2}\n{1}: {3}", "[09:15] {0}: {2}\n[09:16] {1}: {3}", "9:15 - {0}: {2}\n9:16 - {1}: {3}")
CARDS = (
    "Паспорт: N12345678\nДействителен до: {}",
    "Төлқұжат: N12345678\nБерілді: {}",
    "Passport: N12345678\nExpires: {}",
    "Кем выдано: МВД РК\nСрок: {}",
    "Issued by: Ministry of Justice\nOffice: North\nIssued: {}",
    "Уд. личности: 012345678\nКатегория: A\nВыдано: {}",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def told(engine: Engine, text: str) -> set[tuple[str, str]]:
    """What is found at medium, in the text as a whole and line by line, which must be the same."""
    whole = {(m.entity, text[m.start : m.end]) for m in engine.find(text) if m.score >= MEDIUM}
    lines = {
        (m.entity, line[m.start : m.end])
        for _, line, found in engine.lines(text.encode())
        for m in found
        if m.score >= MEDIUM
    }
    assert whole == lines
    return whole


@pytest.mark.parametrize("entity", HEADINGS)
def test_a_heading_labels_the_number_below_it(engine: Engine, entity: str) -> None:
    value = VALUES[entity]
    silent = [
        (heading, number)
        for heading, number in product(HEADINGS[entity], NUMBERS)
        if (entity, value) not in told(engine, f"{heading}\n{number}{value}")
    ]
    assert silent == []


@pytest.mark.parametrize("entity", QUESTIONS)
def test_a_question_labels_the_answer(engine: Engine, entity: str) -> None:
    value = VALUES[entity]
    silent = [
        text
        for talk, question in product(TALKS, QUESTIONS[entity])
        if (entity, value) not in told(engine, text := talk.format("Асем", "Егор", question, value))
    ]
    assert silent == []


@pytest.mark.parametrize("card", CARDS)
def test_the_fields_of_a_card_speak_for_each_other(engine: Engine, card: str) -> None:
    assert (KZ_DOCUMENT_DATE, "05.06.2019") in told(engine, card.format("05.06.2019"))


@pytest.mark.parametrize(
    "text",
    [
        "Паспорт:\nвсего 12345678",
        "Паспорт готов\n\nНомер: 12345678",
        "Удостоверение: в архиве\nТалон: 012345678",
        "Удостоверение: есть\nКод: 012345678",
        "[09:15] Асем: скинь номер заказа\n[09:16] Егор: 012345678",
        "Паспорт: нет\nЕгор: 12345678",
        "Дата рождения: нет\nПринят: 07.09.1994",
        "Склад: север\nСрок: 05.06.2029",
        "Накладная: 5\nВыдано: 05.06.2019",
        "Expires: 05.06.2029",
        "скинь паспорт\nпотом 20 раз 12345678",
    ],
)
def test_another_field_and_another_talk_say_nothing(engine: Engine, text: str) -> None:
    assert told(engine, text) == set()


@pytest.mark.parametrize("name", ["Егор Образцов", "Imre Szabolcz"])
def test_an_answer_of_somebody_with_two_names_hears_the_question(engine: Engine, name: str) -> None:
    assert (KZ_DOCUMENT_ISSUER, "МВД РК") in told(engine, f"[09:15] Асем: кем выдан?\n[09:16] {name}: МВД РК")


def test_no_more_than_three_lines_above_are_looked_at(engine: Engine) -> None:
    rows = [f"Ряд: {'ab'[number % 2]}" for number in range(3)]
    assert told(engine, "\n".join(["Паспорт: x", *rows[:2], "Срок: 05.06.2029"])) != set()
    assert told(engine, "\n".join(["Паспорт: x", *rows, "Срок: 05.06.2029"])) == set()


def test_a_long_line_above_costs_nothing_and_says_nothing(engine: Engine) -> None:
    assert told(engine, "паспорт " + "слово " * 40 + "\nНомер: 12345678") == set()
