"""How likely it is that values of another kind pass a check, and what a share of passing values then means."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

from piiguard.scan.statistics import Statistics, Tally

__all__ = ["CERTAIN", "CHANCE", "evidence", "tail"]

# The worst plausible source, not random digits: values of a column depend on one another. A running number
# behind a plausible date passes the IIN check, like Luhn's, one time in ten; random 12 digits once in 460.
CHANCE = {
    "KZ_IIN": 0.10,
    "KZ_BIN": 0.10,
    "CREDIT_CARD": 0.10,
    "KZ_PHONE": 0.0056,
    "KZ_PHONE bare": 0.25,
    "KZ_PHONE short": 0.25,
    "KZ_IIN zeros lost": 0.10,
    "IBAN_CODE": 0.011,
    "EMAIL_ADDRESS": 0.001,
    "KZ_ID_CARD": 0.1,
}
CERTAIN = 1e-6


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


def evidence(statistics: Statistics, tallies: list[Tally], chance: float) -> float:
    """The luck that these whole cells would need, counting different values only.

    One constant that passes is one value, however many rows repeat it. Where more values differ than are
    counted, the share of the rows says how many of them pass.
    """
    rows = sum(tally.whole for tally in tallies)
    share = rows / max(statistics.examined, 1)
    passed = sum(tally.distinct.count for tally in tallies)
    trials = max(statistics.values.count, passed)
    if any(tally.distinct.full for tally in tallies):
        passed = min(trials, round(trials * share))
    elif statistics.values.full and share:
        trials = max(trials, round(passed / share))
    return tail(trials, passed, chance)
