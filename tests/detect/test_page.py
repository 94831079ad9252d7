"""A page looked at as a whole gives what its cells give one by one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect import cell as one
from piiguard.detect import page as pages
from piiguard.recognizers.checks import identifier

Claims = dict[str, list[str]]


def one_by_one(cells: list[str]) -> Claims:
    found: Claims = {}
    for cell in cells:
        for claim in one.claims(cell) or ():
            found.setdefault(claim, []).append(cell)
    return {claim: sorted(values) for claim, values in found.items()}


def at_once(cells: list[str]) -> Claims | None:
    found = pages.claims(pages.Joined(cells), one.NOBODY)
    return None if found is None else {claim: sorted(values) for claim, values in found}


@given(st.lists(st.integers(0, 99_12_39_9_99999), min_size=1, max_size=80))
def test_twelve_digits(numbers: list[int]) -> None:
    cells = [f"{number:012}"[-12:] for number in numbers]
    assert at_once(cells) == one_by_one(cells)


@given(st.integers(0, 10**6))
def test_plausible_dates_leap_days_and_fillers(seed: int) -> None:
    dice = random.Random(seed)
    days = ["0229", "0228", "1231", "0000", "1332"]
    cells = [
        f"{dice.randrange(100):02}{dice.choice(days)}{dice.randrange(10)}{dice.randrange(10**5):05}"
        for _ in range(300)
    ]
    cells += ["000000000000", "050312300015", "500140000118"]
    assert at_once(cells) == one_by_one(cells)


@pytest.mark.parametrize("form", ["+7 701 {0:03} {1:02} {1:02}", "8701{0:03}{1:04}", "+7(701){0:03}-{1:04}"])
def test_phones(form: str) -> None:
    cells = [form.format(number, number % 90) for number in range(60)]
    assert at_once(cells) == one_by_one(cells)
    assert at_once(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["050312300015", "text"] * 30,
        ["77011234567.0", "77011234568.0"] * 30,
        ["a@example.kz", "no address @"] * 30,
        ["ИИН 050312300015"] * 60,
        ["050312300015\n050312300015"] * 60,
    ],
)
def test_a_page_of_more_than_one_kind_is_left_to_the_loop(cells: list[str]) -> None:
    assert at_once(cells) is None


def test_bare_numbers_of_any_length() -> None:
    cells = ["1", "87011234567", "050312300015", "4111111111111111", "012345678", "50312300015"] * 10
    assert at_once(cells) == one_by_one(cells)


def test_addresses_of_mail() -> None:
    cells = [f"user{number}@example.kz" for number in range(60)]
    assert at_once(cells) == {"EMAIL_ADDRESS": sorted(cells)}


def test_a_page_of_iins() -> None:
    bodies = [f"0503123{number:04}" for number in range(500)]
    cells = [f"{body}{check}" for body in bodies if (check := identifier.check_digit(body)) is not None]
    assert at_once(cells) == {"KZ_IIN": sorted(cells)}


@given(st.lists(st.text(alphabet="0123456789 абв@<.-", min_size=1, max_size=20), min_size=1, max_size=60))
def test_cells_without_four_digits_hold_no_number(cells: list[str]) -> None:
    chosen = pages.numeric(pages.Joined(cells))
    wanted = [
        n for n, cell in enumerate(cells) if sum(map(str.isdigit, cell)) >= 4 or "@" in cell or "<" in cell
    ]
    assert chosen == wanted


def test_cells_with_line_breaks_are_not_told_apart() -> None:
    assert pages.numeric(pages.Joined(["a\nb"])) is None


@given(st.integers(13, 19), st.integers(0, 10**6))
def test_numbers_as_long_as_cards(size: int, seed: int) -> None:
    dice = random.Random(seed)
    heads = ["4", "6011", "2205", "36", "0077011", "81077011", ""]
    cells = [(dice.choice(heads) + "".join(dice.choices("0123456789", k=19)))[:size] for _ in range(200)]
    assert at_once(cells) == one_by_one(cells)


@given(st.lists(st.integers(86_990_000_000, 88_010_000_000), min_size=50, max_size=60))
def test_bare_phones(numbers: list[int]) -> None:
    cells = list(map(str, numbers))
    assert at_once(cells) == one_by_one(cells)


def test_under_a_label_weaker_forms_are_left_to_the_engine() -> None:
    card = pages.Joined(["6011000990139424"] * 60)
    assert pages.claims(card, one.NOBODY) == []
    assert pages.claims(card, frozenset({"CREDIT_CARD"})) == [
        ("CREDIT_CARD unknown scheme", ["6011000990139424"] * 60)
    ]
    assert pages.claims(pages.Joined(["123456789"] * 60), frozenset({"KZ_ID_CARD"})) is None
    assert pages.claims(pages.Joined(["050312000016"] * 60), frozenset({"KZ_IIN"})) is None


def test_names_of_files_are_no_addresses_of_mail() -> None:
    assert pages.claims(pages.Joined(["icon@2x.png", "user@example.kz"] * 30)) is None
    assert pages.claims(pages.Joined(["git@example.kz"] * 60)) is None
