"""A value that passes its check is weighed against the values of its own shape; bytes are text where they read as text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from piiguard.confidence import at_least
from piiguard.scan.finding import Finding
from piiguard.scan.judge import judge
from piiguard.scan.observe import Observer
from piiguard.scan.protection import findings_of

WORDS = ("красный", "доставлено", "да", "нет", "эконом", "XL")
ENCODINGS = ("cp1251", "kz1048", "koi8-r", "cp866", "utf-8", "utf-16-le")


def reported(observer: Observer, name: str, values: Sequence[object]) -> set[str]:
    found = observer.observe(name, values)
    return {
        verdict.entity
        for (column, path), statistics in found.items()
        for verdict in judge(column, path, statistics)
        if at_least(verdict.confidence, "medium")
    }


def findings(observer: Observer, name: str, values: Sequence[object]) -> list[Finding]:
    return findings_of("crm.db", "people", observer.observe(name, values))


def cards() -> list[str]:
    """Numbers of Visa cards, each with its check digit: the published rule."""
    found = []
    for row in range(300):
        body = f"44002{row * 7919:010}"
        doubled = [int(digit) * 2 for digit in body[-1::-2]]
        total = sum(value - 9 * (value > 9) for value in doubled) + sum(map(int, body[-2::-2]))
        found.append(f"{body}{-total % 10}")
    return found


def phones() -> list[str]:
    return [f"8701{row * 31:07}" for row in range(300)]


def test_a_column_of_all_attributes_holds_what_a_sixth_of_it_is(
    observer: Observer, iin: Callable[[], str]
) -> None:
    values = [iin() for _ in range(300)] + phones() + [WORDS[row % 6] for row in range(1200)]
    random.Random(1).shuffle(values)
    assert reported(observer, "value", values) >= {"KZ_IIN", "KZ_PHONE"}


def test_a_column_of_contacts_holds_phones_and_addresses_of_mail(observer: Observer) -> None:
    values = phones()[:100] + [f"user{row}@example.kz" for row in range(40)] + ["нет"] * 400
    assert reported(observer, "value", values) >= {"KZ_PHONE", "EMAIL_ADDRESS"}


def test_full_numbers_of_cards_beside_masked_ones_are_found(observer: Observer) -> None:
    masked = [f"{number[:4]} **** **** {number[-4:]}" for number in cards()]
    assert "CREDIT_CARD" in reported(observer, "value", masked * 4 + cards()[:60])


def test_profile_fields_of_any_name_are_found(observer: Observer, iin: Callable[[], str]) -> None:
    values = [
        {"fields": [{"name": "c7", "value": iin()}, {"name": "size", "value": "XL"}]} for _ in range(300)
    ]
    assert "KZ_IIN" in reported(observer, "data", values)


def test_one_number_in_ten_of_its_shape_is_chance(observer: Observer) -> None:
    dice = random.Random(3)
    values = [f"{dice.randrange(10**16):016}" for _ in range(2000)] + ["XL"] * 8000
    assert reported(observer, "value", values) == set()
    grouped = [f"{v[:4]} {v[4:8]} {v[8:12]} {v[12:16]}" for v in values[:2000]]
    assert reported(observer, "value", [*grouped, *values[2000:]]) == set()


def test_a_few_numbers_that_a_name_makes_sure_do_not_vanish(
    observer: Observer, iin: Callable[[], str]
) -> None:
    assert "KZ_IIN" in reported(observer, "iin", [iin(), iin()] + ["нет"] * 5000)


@pytest.mark.parametrize("name", ["fio", "surname", "c1", "fio_encrypted"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_in_any_encoding_are_names_in_clear(observer: Observer, name: str, encoding: str) -> None:
    people = ["Иванов Иван Петрович", "Петрова Анна Ивановна", "Смирнов Олег", "Кузнецова Мария"]
    values = [f"{person}{'а' * (row % 2)}".encode(encoding) for row in range(50) for person in people]
    found = findings(observer, name, values)
    assert {(each.entity, each.protection) for each in found} == {("PERSON", "none")}


def test_bytes_are_called_encrypted_with_proof_alone(observer: Observer) -> None:
    dice = random.Random(5)
    long = [dice.randbytes(48) for _ in range(300)]
    short = [dice.randbytes(9) for _ in range(300)]
    flags = [bytes([255, row % 7, 254, 0, 0, 128, 0, 0] * 4) for row in range(300)]
    assert [each.protection for each in findings(observer, "iin", long)] == ["encrypted"]
    assert all(
        each.protection == "none" for values in (short, flags) for each in findings(observer, "iin", values)
    )
