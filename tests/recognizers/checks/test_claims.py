"""A claim is the rule of its module, said fast: of digits alone it says what ``is_valid`` says."""

from __future__ import annotations

import random
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from piiguard.recognizers.checks import (
    InvalidNumber,
    card,
    email,
    iban,
    id_card,
    identifier,
    iin,
    luhn,
    phone,
)
from piiguard.recognizers.checks import bin as bin_check

MODULES = (iin, bin_check, phone, card, id_card)


@st.composite
def plausible(draw: st.DrawFn) -> str:
    """Digits that nearly pass, or pass: dates with a check digit, allotted prefixes, fillers, cards."""
    kind = draw(st.sampled_from(["identifier", "phone", "card", "filler", "random"]))
    if kind == "identifier":
        month, day = (
            draw(st.sampled_from(["0229", "0228", "0231", "1231", "0000", "1332", "0541", "1250"])),
            "",
        )
        body = f"{draw(st.integers(0, 99)):02}{month}{day}{draw(st.integers(0, 99999)):05}"
        digit = identifier.check_digit(body)
        return body + str(draw(st.integers(0, 9)) if digit is None or draw(st.booleans()) else digit)
    if kind == "phone":
        lead = draw(st.sampled_from(["", "7", "8", "007", "8107", "1", "6"]))
        return f"{lead}{draw(st.integers(6_990_000_000, 8_000_000_000))}"
    if kind == "card":
        body = draw(st.text("0123456789", min_size=11, max_size=19))
        return next(body + digit for digit in "0123456789" if luhn.claim(body + digit))
    if kind == "filler":
        return draw(st.sampled_from("0123456789")) * draw(st.integers(1, 20))
    return draw(st.text("0123456789", min_size=1, max_size=22))


@pytest.mark.parametrize("check", MODULES, ids=lambda check: check.__name__.rpartition(".")[2])
@given(digits=plausible())
@example("040229308993")
@example("000229308993")
@example("000000000000")
def test_of_digits_a_claim_says_what_the_check_says(check: ModuleType, digits: str) -> None:
    assert check.claim(digits) == check.is_valid(digits) == validated(check, digits)
    spaced = f" {digits[:4]} {digits[4:7]}-{digits[7:]}"
    assert check.is_valid(spaced) == validated(check, spaced)


def validated(check: ModuleType, number: str) -> bool:
    """Whether the check that gives reasons has none."""
    try:
        check.validate(number)
    except InvalidNumber:
        return False
    return True


@pytest.mark.parametrize("check", MODULES, ids=lambda check: check.__name__.rpartition(".")[2])
def test_a_claim_is_sometimes_true_and_sometimes_not(check: ModuleType) -> None:
    dice = random.Random(1)
    lead = {phone: "8701", id_card: "0"}.get(check, "05031230" if check is iin else "88054030")
    size = {phone: 11, id_card: 9, card: 16}.get(check, 12)
    numbers = [lead + "".join(dice.choices("0123456789", k=size - len(lead))) for _ in range(2_000)]
    said = {check.claim(number) for number in [*numbers, "0" * size]}
    assert said == {True, False}


@given(
    st.text("KZ0123456789ABX", min_size=18, max_size=22)
    | st.integers(0, 10**18 - 1).map(lambda n: f"KZ{n:018}")
)
def test_of_a_compact_account_a_claim_says_what_the_check_says(code: str) -> None:
    assert iban.claim(code) == iban.is_valid(code)


@given(st.integers(0, 10**13 - 1), st.integers(0, 99))
def test_accounts_with_their_check_digits_are_claimed(account: int, bank: int) -> None:
    body = f"{bank:03}{account:013}"
    check = 98 - int(f"{body}{20:02}{35:02}00") % 97
    assert iban.claim(f"KZ{check:02}{body}")


@given(
    st.from_regex(r"[a-zA-Z0-9._+%-]{1,70}@[a-z0-9.-]{1,40}\.(kz|png|com|PY|js|k)", fullmatch=True)
    | st.text("a.@-g9", min_size=1, max_size=12)
)
@example("user@example.kz")
@example("icon@2x.png")
@example("a..b@example.kz")
@example("a@example-.kz")
def test_an_address_that_is_claimed_is_valid(address: str) -> None:
    assert not email.claim(address) or email.is_valid(address)


def test_common_addresses_are_claimed() -> None:
    for address in ("user1@example.kz", "First.Last+tag@mail.example.com", "a@b.kz"):
        assert email.claim(address)
