"""The fast checks agree with those of the recognizers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.recognizers.checks import bin as bin_check
from piiguard.recognizers.checks import iin as iin_check
from piiguard.scan.whole import NUMBER, claims


@given(st.integers(0, 10**12 - 1))
def test_twelve_digits_pass_as_the_checks_say(number: int) -> None:
    digits = f"{number:012}"
    assert (claims(digits) == ("KZ_IIN",)) == iin_check.is_valid(digits)


@given(
    st.dates().map(lambda day: day.strftime("%m%d")),
    st.integers(0, 99),
    st.integers(0, 9),
    st.integers(0, 99999),
)
def test_plausible_numbers_pass_as_the_checks_say(day: str, year: int, century: int, rest: int) -> None:
    digits = f"{year:02}{day}{century}{rest:05}"
    assert (claims(digits) == ("KZ_IIN",)) == iin_check.is_valid(digits)
    other = f"{year:02}{day[:2]}{century}{rest % 10}{rest:06}"[:12]
    assert (claims(other) == ("KZ_BIN",)) == (bin_check.is_valid(other) and other != "000000000000")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("050312300015", ("KZ_IIN",)),
        ("'050312-300015", ("KZ_IIN",)),
        ("050312300015.0", ("KZ_IIN",)),
        ("50312300015", ("KZ_IIN zeros lost",)),
        ("000000000000", ()),
        ("123456789012", ()),
        ("+7(7172) 64 86 86", ("KZ_PHONE",)),
        ("8 701 123-45-67", ("KZ_PHONE",)),
        ("77011234567", ("KZ_PHONE bare",)),
        ("77011234567.0", ("KZ_PHONE bare",)),
        ("7011234567", ("KZ_PHONE short",)),
        ("+7 916 000 00 01", ()),
        ("4111 1111 1111 1111", ("CREDIT_CARD",)),
        ("4111 1111 1111 1112", ()),
        ("012345678", ("KZ_ID_CARD",)),
        ("710000000", ()),
    ],
)
def test_a_number_passes_for_what_it_could_be(cell: str, expected: tuple[str, ...]) -> None:
    assert NUMBER.fullmatch(cell)
    assert claims(cell) == expected


@given(st.text(max_size=30))
def test_any_text_is_survived(cell: str) -> None:
    assert isinstance(claims(cell), tuple)
