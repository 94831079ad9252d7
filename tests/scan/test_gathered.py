"""What a scan keeps of millions of files in which there is nothing is their sum, and the report is the same."""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace

import pytest

from piiguard.read.file import FileSource
from piiguard.read.listing import Listing
from piiguard.scan.finding import Failure, Finding, Note
from piiguard.scan.gathered import Gathered
from piiguard.scan.ledger import report_of
from piiguard.scan.outcome import Outcome
from piiguard.scan.people import People

ROOT = "s3://leads"


def gathered() -> Gathered:
    return Gathered(FileSource(ROOT, Listing(root=ROOT)))


def outcome(dice: random.Random, number: int) -> Outcome:
    place = f"{ROOT}/{dice.choice(('a', 'b', 'b/c'))}/{number:05}.log"
    plain = Outcome(place, dice.randrange(9), dice.randrange(99), total=dice.randrange(9, 20))
    return dice.choice(
        [
            *[plain] * 6,
            replace(
                plain, findings=(Finding(ROOT, "file", "KZ_IIN", "high", 0.9, 1, 1, "none", "", file=place),)
            ),
            replace(plain, errors=(Failure(ROOT, place, "damaged"),)),
            replace(plain, notes=(Note(ROOT, place, "read as cp1251"),)),
            replace(plain, notes=(Note(ROOT, place, "left out"),), left=True),
            replace(plain, people=People(partial=True)),
        ]
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_report_is_that_of_all_of_them(seed: int) -> None:
    dice = random.Random(seed)
    every = [outcome(dice, number) for number in range(300)]
    kept = gathered()
    for each in every:
        kept.add(each)
    given, expected = (
        report_of(ROOT, "file", "", outcomes)
        for outcomes in (kept.every(), sorted(every, key=lambda each: each.place))
    )
    assert replace(given, finished="") == replace(expected, finished="")
    assert given.persons == expected.persons
    folders = {each.place.rpartition("/")[0] for each in every if not each.left}
    assert kept.folders >= folders - {ROOT}


def test_what_is_kept_does_not_grow_with_what_is_clean() -> None:
    kept = gathered()
    tracemalloc.start()
    try:
        for number in range(20_000):
            kept.add(Outcome(f"{ROOT}/in/{number:09}.log", 1, 10, total=1))
        assert tracemalloc.get_traced_memory()[1] < 64 << 10
    finally:
        tracemalloc.stop()
    assert [(each.units, each.bytes) for each in kept.every()] == [(20_000, 200_000)]
