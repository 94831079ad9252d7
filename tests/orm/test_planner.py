"""How many bits of an index may be kept."""

from __future__ import annotations

import pytest

from piiguard.orm import BlindIndex, EncryptedColumnError, plan


@pytest.mark.parametrize(("rows", "least", "most"), [(1_000_000, 10, 18), (10_000, 7, 12), (16, 2, 3)])
def test_the_plan_keeps_between_two_and_the_root_of_the_rows(rows: int, least: int, most: int) -> None:
    found = plan(rows)
    assert (found.least, found.most) == (least, most)
    assert found.matches(most) >= 2
    assert found.matches(least) <= rows**0.5


@pytest.mark.parametrize("bits", [6, 13, 112])
def test_bits_outside_the_plan_are_refused_with_the_number(bits: int) -> None:
    with pytest.raises(EncryptedColumnError, match=f"truncate={bits}: one query over 10000 rows") as caught:
        BlindIndex("surname", truncate=bits, expected_rows=10_000)
    assert caught.value.hint == "take 7 to 12 bits, or leave truncate out"


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(EncryptedColumnError, match="15 rows are too few to hide among"):
        plan(15)


def test_the_number_of_rows_is_needed() -> None:
    with pytest.raises(EncryptedColumnError, match="needs expected_rows"):
        BlindIndex("surname", truncate=8)


def test_few_distinct_values_make_an_index_useless() -> None:
    assert plan(1_000_000, 12).matches(16) == pytest.approx(1_000_000 / 4096)
    with pytest.raises(EncryptedColumnError, match="only 8 distinct values among 1000000 rows"):
        plan(1_000_000, 3)
