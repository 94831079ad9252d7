"""Hostile input costs grammars no more than in proportion to its length.

A clock in a test is a nuisance, so the bound is wide: four times the input may cost nine times the work, which a
quadratic rule (sixteen times) exceeds and noise does not. The least of three runs counts, and what exceeds the
bound is measured again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest

from piiguard.recognizers.checks import address, person_name, workplace

SEEDS = [
    *("А", "а", "1", " ", "-", ".", "«", '"', "'", "№", "\u00a0", "Ұлы ", "ұлы ", "O'"),
    *(
        "ул. ",
        "им. ",
        "ул. им. ",
        "ул. А. ",
        "Абай ",
        "Абай батыр ",
        "Абай көшесі ",
        "д. 5, ",
        "г. ",
        "г.Астана, ",
        "12 ",
        "5/",
    ),
    *("12 Abay Street ", "мкр ", "ж/м ", "050000 ", "қ. ", "№ 5 "),
    *(
        "Иванов ",
        "И. ",
        "И.",
        "Иван-",
        "Akhmetov ",
        "АБАЙ ",
        "фио: ",
        "name: ",
        "Иван Петрович ",
        "Мысал ұлы ",
    ),
    *(
        "ТОО ",
        "ТОО «",
        "ТОО «а",
        "« ТОО",
        "должность: ",
        "должность: а ",
        "работает ",
        "директор ",
        "к.т.н. ",
        "кандидат ",
    ),
    *("доцент Иванов И.И. ", "жұмыс орны: «", '"a" ЖШС ', "position: "),
]
FINDERS = [person_name.find, address.find, workplace.find]


def cost(find: Callable[[str], Iterable[object]], text: str) -> float:
    times = []
    for _ in range(3):
        started = time.thread_time()
        for _found in find(text):
            pass
        times.append(time.thread_time() - started)
    return min(times)


@pytest.mark.slow
@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__module__.rpartition(".")[2])
def test_cost_grows_with_length_and_not_faster(find: Callable[[str], Iterable[object]]) -> None:
    for seed in SEEDS:
        small, large = ((seed * size)[:size] for size in (8_000, 32_000))
        assert any(cost(find, large) < 9 * cost(find, small) + 0.1 for _ in range(4)), repr(seed)
