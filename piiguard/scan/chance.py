"""How likely it is that values of another kind pass a check, and what a share of passing values then means."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

from piiguard import entities
from piiguard.scan.statistics import Alike, Statistics, Tally

__all__ = ["CERTAIN", "CHANCE", "CHECKED", "evidence", "tail"]

CHANCE = {
    claim: chance
    for row in entities.ENTITIES
    for claim, chance in [
        *([(row.name, row.chance)] if row.chance is not None else []),
        *((f"{row.name} {proviso}", chance) for proviso, chance in row.provisos.items()),
    ]
}
"""By claim: an entity, or an entity and a proviso."""

CERTAIN = 1e-6

CHECKED = entities.told_by("check")
"""Entities whose form or check digit speaks for itself; the others need words around them."""


def tail(trials: int, passed: int, chance: float) -> float:
    """The probability that at least ``passed`` of ``trials`` pass by chance.

    >>> round(tail(3, 3, 0.1), 6), tail(1000, 998, 0.1) < 1e-300, tail(5, 0, 0.1)
    (0.001, True, 1.0)
    """
    if passed <= 0:
        return 1.0
    if passed <= trials * chance:
        return 0.5  # the expected number, or fewer: no evidence, and not worth the sum

    def term(count: int) -> float:
        ways = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
        return exp(ways + count * log(chance) + (trials - count) * log1p(-chance))

    total = 0.0
    for count in range(passed, trials + 1):
        part = term(count)
        total += part
        if part < total * 1e-12:  # the terms only fall from here on
            break
    return min(total, 1.0)


def evidence(
    statistics: Statistics, tallies: list[Tally], chance: float, alike: list[Alike] | None = None
) -> float:
    """The luck that these whole cells would need, counting different values only.

    One constant that passes is one value, however many rows repeat it. They are weighed against the values of their own
    shape, if it is known: texts beside them, and numbers of other lengths, never could have passed. Where more values
    differ than are counted, the share of the rows says how many of them pass.
    """
    rows = sum(tally.whole for tally in tallies)
    cells, several, full = statistics.examined, statistics.values.count, statistics.values.full
    if alike:
        cells, several = sum(each.cells for each in alike), sum(each.distinct.count for each in alike)
        full = any(each.distinct.full for each in alike)
    share = min(1.0, rows / max(cells, 1))
    passed = sum(tally.distinct.count for tally in tallies)
    trials = max(several, passed)
    if any(tally.distinct.full for tally in tallies):
        passed = min(trials, round(trials * share))
    elif full and share:
        trials = max(trials, round(passed / share))
    return tail(trials, passed, chance)
