"""Nothing but the shape of a value may leave the engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.mask import mask
from piiguard.entities import BY_NAME


@pytest.mark.parametrize(
    ("entity", "value", "shown"),
    [
        ("KZ_IIN", "050312300015", "05**********"),
        ("KZ_PHONE", "+7 701 123 45 67", "+7 7** *** ** **"),
        ("KZ_PHONE", "87011234567", "87*********"),
        ("EMAIL_ADDRESS", "info@talap.edu.kz", "i***@*********.kz"),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4*** **** **** ****"),
        ("IBAN_CODE", "KZ86125KZT5004100100", "KZ******************"),
        ("PERSON", "Сынақов Үлгі", "С****** ****"),
        ("KZ_MRZ", "IDKAZ0123\n45678<<", "********* *****<<"),
        ("KZ_ID_CARD", "012", "***"),
        ("KZ_IIN", "\n050312300015", " 05**********"),
        ("SOMETHING_ELSE", "abc-123", "***-***"),
    ],
)
def test_the_shape_stays_and_the_value_goes(entity: str, value: str, shown: str) -> None:
    assert mask(entity, value) == shown


def test_a_long_value_is_cut() -> None:
    assert len(mask("KZ_ADDRESS", "улица " * 50)) == 41


@given(st.sampled_from(sorted(BY_NAME)), st.text(max_size=80))
def test_at_most_two_leading_letters_or_digits_survive(entity: str, value: str) -> None:
    shown = mask(entity, value)
    if entity == "EMAIL_ADDRESS":
        shown = shown.rpartition(".")[0] or shown
    assert sum(map(str.isalnum, shown)) <= 2
    assert "\n" not in shown
