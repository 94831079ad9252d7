"""A batch of cells gives what its cells give one by one, however it is looked at."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.scan.judge import judge
from piiguard.scan.observe import Observer
from piiguard.scan.statistics import Partials, merge_partials
from piiguard.scan.texts import Hit

CELLS: list[object] = [
    "050312300015", "500140000118", " 050312300015", "50312300015", "87011234567", "+7 701 123 45 67", "+7(701)1234567",
    "7011234567", "012345678", "4111111111111111", "KZ86125KZT5004100100", "kz86 125k zt50 0410 0100", "user@example.kz",
    "Почта: user@example.kz", "ИИН 050312300015 уточнён", "Сынақов Үлгі Мысалұлы", "Үлгіқызы Дана", "г. Алматы, ул. Абая, д. 5",
    "доставлено", "код домофона 12", "договор 447112", "", "  ", None, None, 50312300015, 87011234567.0, True,
    '{"client": {"iin": "050312300015", "phones": ["+77011234567"]}}', '\n["050312300015"]', "{не JSON}", "две\nстроки 050312300015",
    hashlib.sha256(b"x").hexdigest(), hashlib.md5(b"x", usedforsecurity=False).hexdigest(), "предварительнаяприемочнаядокументация",
    base64.b64encode(bytes(range(60))).decode(), "pg1." + "A" * 60, "-----BEGIN PGP MESSAGE-----\n\nabc", b"\xf9\x01" + b"\x07" * 60,
    b"\xff" * 32, "тел. +7 701 123 45 67".encode(), "«050312300015»", "\u00a0050312300015", "2015-03-12", "12.03.2015", "-", "K",
]  # fmt: skip


def alone(observer: Observer, values: Sequence[object]) -> Partials:
    return merge_partials(observer.observe("note", [value]) for value in values)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=120))
def test_a_batch_is_the_sum_of_its_cells(observer: Observer, values: list[object]) -> None:
    observer.name_every, observer.settled = 1, ()
    batch = observer.observe("note", values)
    assert batch == {**batch, **alone(observer, values)}


@pytest.mark.parametrize("cell", range(len(CELLS)))
def test_a_batch_of_one_kind_is_the_sum_of_its_cells(observer: Observer, cell: int) -> None:
    observer.name_every, observer.settled = 1, ()
    values = [CELLS[cell]] * 70
    batch = observer.observe("note", values)
    assert batch == {**batch, **alone(observer, values)}


def test_hits_come_in_the_order_of_the_cells(observer: Observer) -> None:
    hits: list[Hit] = []
    values = [
        "ИИН 050312300015 уточнён",
        "доставлено",
        "тел. +7 701 123 45 67",
        "ИИН 050312300015 уточнён",
    ] * 30
    observer.observe("note", values, sink=hits.append)
    assert [hit.cell for hit in hits] == [cell for cell in range(120) if cell % 4 != 1]


def test_a_settled_column_of_names_is_still_searched_for_numbers(observer: Observer) -> None:
    observer.settled = {("fio", None)}
    try:
        found = observer.observe("fio", ["Сынақов Үлгі"] * 99 + ["Сынақов Үлгі, ИИН 050312300015"])
        assert [v.entity for v in judge("fio", None, found["fio", None])] == ["KZ_IIN"]
    finally:
        observer.settled = ()
