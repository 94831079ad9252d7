"""How the cost of work grows with its input: by processor time, in a way that neither noise nor other tests decide.

Time is that of this thread, the least of several runs, without the garbage of others. The input grows eightfold;
what is linear then takes eight times as long, what is quadratic sixty-four times. The line is drawn at an exponent
of 1.5 in between, and what lies above it is measured again, and better: noise passes, a square does not.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from functools import partial

SMALL, LARGE = 8 << 10, 64 << 10
EXPONENT = 1.5
FLOOR = 0.03
"""Seconds: what is sooner done at the large size cannot hurt, and at the small one cannot be measured."""
RUNS = (1, 5, 15, 15)


def fill(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def cpu(work: Callable[[], object], runs: int = 1) -> float:
    def once() -> float:
        began = time.thread_time()
        work()
        return time.thread_time() - began

    gc.disable()  # its cost depends on all that the tests before have left
    try:
        return min(once() for _ in range(runs))
    finally:
        gc.enable()


def most(small: int, large: int) -> float:
    """How many times longer the large input may take."""
    return float((large / small) ** EXPONENT)


def growth(
    search: Callable[[str], object], make: Callable[[int], str], small: int = SMALL, large: int = LARGE
) -> float:
    """Return how many times longer the large input takes, or 0 where it takes hardly any time."""
    work = partial(search, make(large))
    ratio = 0.0
    for runs in RUNS:
        if (spent := cpu(work, runs)) < FLOOR:
            return 0.0
        ratio = spent / cpu(partial(search, make(small)), runs)
        if ratio < most(small, large):
            return ratio
    return ratio


def too_fast_growing(
    search: Callable[[str], object],
    inputs: Mapping[str, Callable[[int], str]],
    small: int = SMALL,
    large: int = LARGE,
) -> dict[str, float]:
    """The inputs, by name, whose cost grows faster than it may."""
    ratios = {name: growth(search, make, small, large) for name, make in inputs.items()}
    return {name: round(ratio) for name, ratio in ratios.items() if ratio >= most(small, large)}
