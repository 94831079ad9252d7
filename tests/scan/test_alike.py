"""A value that passes its check is weighed against the values of its own shape; bytes are text where they read as text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from piiguard.confidence import at_least
from piiguard.recognizers.checks import identifier
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


def test_persons_among_companies_and_words_are_not_watered_down(
    observer: Observer, iin: Callable[[], str]
) -> None:
    dice, firms = random.Random(21), list[str]()
    while len(firms) < 200:
        body = f"{dice.randrange(21):02}{dice.randrange(1, 13):02}{dice.choice('456')}0{dice.randrange(100_000):05}"
        if (check := identifier.check_digit(body)) is not None:
            firms.append(f"{body}{check}")
    values = [iin() for _ in range(40)] + firms + ["без документа"] * 300
    assert {"KZ_IIN", "KZ_BIN"} <= reported(observer, "doc", values)


def test_accounts_that_pass_as_often_as_by_luck_are_none(observer: Observer) -> None:
    dice = random.Random(22)
    values = [f"KZ{dice.randrange(10**18):018}" for _ in range(900)]
    assert reported(observer, "ref", values) == set()
    assert reported(observer, "ref", [*values, *(f"{value[:4]} {value[4:8]}" for value in values)]) == set()


def test_an_account_among_other_numbers_and_texts_is_found(observer: Observer) -> None:
    for others in (["нет"] * 900, [f"{row:020}" for row in range(900)], ["KZ00" + "0" * 16] * 3):
        assert "IBAN_CODE" in reported(observer, "ref", ["KZ86125KZT5004100100", *others])


def test_article_numbers_that_are_grouped_like_a_phone_now_and_then_are_none(observer: Observer) -> None:
    dice = random.Random(23)
    for form in ("7{:03}-{:03}-{:04}", "8{:03} {:03} {:04}", "7{:03}.{:03}.{:04}"):
        values = [form.format(*(dice.randrange(size) for size in (1000, 1000, 10_000))) for _ in range(900)]
        assert reported(observer, "article", values) == set(), form


def test_a_phone_that_is_grouped_or_signed_needs_no_share(observer: Observer) -> None:
    for phone in ("8701-123-45-67", "8-701-123-45-67", "+7 701 123 45 67", "8 (701) 1234567"):
        assert "KZ_PHONE" in reported(observer, "value", [phone, *(f"слово {row}" for row in range(900))])
    others = [f"1{row:010}" for row in range(900)]
    assert "KZ_PHONE" in reported(observer, "value", ["+7 701 123 45 67", "8 (701) 123-45-67", *others])
