"""What a column tells of values that stand inside of its texts: each cell alone leaves a doubt, all of them do not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from piiguard.confidence import at_least
from piiguard.scan.judge import judge
from piiguard.scan.observe import Observer

LABELLED = (
    ("KZ_PASSPORT", "принёс паспорт N10203040, копия снята"),
    ("KZ_PASSPORT", "төлқұжат N 10203040 көрсетілді"),
    ("KZ_ID_CARD", "жеке куәлігі № 010203040 тексерілді"),
    ("KZ_ID_CARD", "удостоверение личности № 010203040 выдано МВД РК от 12.03.2015"),
    ("KZ_DOCUMENT_DATE", "удостоверение личности № 010203040 выдано МВД РК от 12.03.2015"),
    ("KZ_DRIVER_LICENSE", "водительское удостоверение AB 102030 просрочено"),
    ("KZ_VEHICLE_PLATE", "пропустить, госномер 321ABC02"),
    ("KZ_BIRTH_DATE", "абонент, дата рождения 12.03.1905"),
)
PAIRS = (" / ", "/", "; ", " | ", "   ", "\\", "--", "\n")


def reported(observer: Observer, values: Sequence[object], name: str = "v7") -> set[str]:
    statistics = observer.observe(name, values)[name, None]
    return {each.entity for each in judge(name, None, statistics) if at_least(each.confidence, "medium")}


def mobiles(count: int = 100) -> list[str]:
    dice = random.Random(11)
    return [f"8{dice.choice(('701', '747', '775'))}{dice.randrange(10**7):07}" for _ in range(count)]


def cards(count: int = 100) -> list[str]:
    """The published rule of Luhn, over random numbers."""
    dice, found = random.Random(12), []
    for _ in range(count):
        body = [5, 1, *(dice.randrange(10) for _ in range(13))]
        total = sum((2 * digit - 9 * (digit > 4)) if at % 2 == 0 else digit for at, digit in enumerate(body))
        found.append("".join(map(str, [*body, -total % 10])))
    return found


@pytest.mark.parametrize(("entity", "text"), LABELLED)
def test_one_labelled_value_among_thousands_of_texts_does_not_vanish(
    observer: Observer, entity: str, text: str
) -> None:
    notes = [f"заявка принята, ответ отправлен {row}" for row in range(3000)]
    notes[1234] = text
    assert entity in reported(observer, notes)


@pytest.mark.parametrize("between", PAIRS)
def test_two_bare_phones_in_each_cell_are_phones(observer: Observer, between: str) -> None:
    numbers = mobiles()
    values = [f"{one}{between}{two}" for one, two in zip(numbers, reversed(numbers), strict=True)]
    assert reported(observer, values) == {"KZ_PHONE"}


@pytest.mark.parametrize("behind", [" 05/27", " до 11.29", " CVC", "; IBAN"])
def test_a_bare_card_with_something_behind_it_in_each_cell_is_a_card(observer: Observer, behind: str) -> None:
    assert "CREDIT_CARD" in reported(observer, [f"{number}{behind}" for number in cards()])


def test_a_number_of_a_person_and_a_card_in_each_cell_are_both_told(
    observer: Observer, iin: Callable[[], str]
) -> None:
    assert reported(observer, [f"{iin()} {number}" for number in cards()]) == {"KZ_IIN", "CREDIT_CARD"}


def test_one_text_that_is_repeated_is_one_text(observer: Observer) -> None:
    assert reported(observer, [f"{mobiles(1)[0]} / {mobiles(2)[1]}"] * 500 + ["нет связи"] * 20) == set()


def test_numbers_in_texts_that_pass_as_often_as_by_luck_are_nothing(observer: Observer) -> None:
    dice = random.Random(13)
    pairs = [f"{dice.randrange(10**16):016} {dice.randrange(10**16):016}" for _ in range(600)]
    eleven = [f"8{dice.randrange(10**10):010} / 7{dice.randrange(10**10):010}" for _ in range(600)]
    assert reported(observer, pairs) == reported(observer, eleven) == set()


def test_a_stray_name_or_address_is_no_more_than_low(observer: Observer) -> None:
    notes = [f"заявка принята, ответ отправлен {row}" for row in range(3000)]
    notes[5] = "доставка: г. Мысал, ул. Үлгі, д. 5, кв. 7"
    assert reported(observer, notes) == set()
