"""Any split of the input, merged in any order, gives the same findings."""

from __future__ import annotations

import itertools
import random
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.scan.observe import Observer
from piiguard.scan.protection import findings_of
from piiguard.scan.statistics import Distinct, Partials, Statistics, merge_partials

CELLS = [
    None, "", "050312300015", "040229308993", "123456789012", "+7 701 123 45 67", "87011234567", "ИИН 050312300015",
    "заказ 123456789012", "Сынақов Үлгі Мысалұлы", "synaq@example.kz", '{"iin": "050312300015", "tel": ["+77011234567"]}',
    b"\xf9\x01\x01\x02\x03\x04" + bytes(40), 50312300015, 4111111111111111, "d41d8cd98f00b204e9800998ecf8427e",
    "text without anything", "1904-05-06", "synaq.ulgi@example.kz", "s@example.kz", "+7 (701) 123-45-67",
]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=60),
    st.lists(st.integers(0, 60), max_size=4),
    st.randoms(use_true_random=False),
)
def test_a_split_changes_no_finding(
    observer: Observer, cells: list[object], cuts: list[int], shuffled: random.Random
) -> None:
    edges = sorted({0, len(cells), *(cut for cut in cuts if cut < len(cells))})
    parts = [observer.observe("iin", cells[start:stop]) for start, stop in itertools.pairwise(edges)]
    shuffled.shuffle(parts)
    whole = findings_of("db", "t", observer.observe("iin", cells), min_confidence="low")
    merged = findings_of("db", "t", merge_partials(parts), min_confidence="low")
    assert sorted(merged, key=repr) == sorted(whole, key=repr)


def test_merging_with_nothing_changes_nothing(observer: Observer) -> None:
    partials = observer.observe("iin", CELLS)
    before = deepcopy(partials)
    empty: Partials = {place: Statistics() for place in partials}
    assert merge_partials([empty, partials, {}]) == before


def test_distinct_values_are_exact_until_they_are_many() -> None:
    few, many = Distinct(), Distinct()
    for number in range(1000):
        few.add(str(number % 7), b"key")
        many.add(str(number), b"key")
    assert (few.count, few.full) == (7, False)
    assert (many.count, many.full) == (Distinct.CAP, True)
    few.merge(many)
    assert few.full


def test_no_value_is_remembered(observer: Observer) -> None:
    kept = repr(observer.observe("notes", ["ИИН 050312300015", "050312300015", "Сынақов Үлгі"]))
    assert "0312300015" not in kept
    assert "ынақов" not in kept
