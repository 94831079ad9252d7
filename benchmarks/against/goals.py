"""Figures as the page shows them, and a goal that says in words when it is missed."""

from __future__ import annotations

__all__ = ["at_least", "at_most", "speed", "times"]


def at_least(goal: float, reached: float, unit: str = "x") -> str:
    """A goal that is a least.

    >>> at_least(2.5, 2.51), at_least(2.5, 1.2)
    ('≥ 2.5x', '≥ 2.5x: **missed**')
    """
    return f"≥ {goal:g}{unit}" + ("" if reached >= goal else ": **missed**")


def at_most(goal: float, reached: float, unit: str) -> str:
    """A goal that is a most.

    >>> at_most(0.6, 0.61, " s")
    '≤ 0.6 s: **missed**'
    """
    return f"≤ {goal:g}{unit}" + ("" if reached <= goal else ": **missed**")


def times(ratio: float) -> str:
    """A ratio.

    >>> times(2.345), times(34.56)
    ('2.35x', '35x')
    """
    return f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.2f}x"


def speed(amount: float, seconds: float, unit: str) -> str:
    """An amount in a second.

    >>> speed(4e6, 2, "MB/s"), speed(200_000, 4, "rows/s")
    ('2.0 MB/s', '50,000 rows/s')
    """
    rate = amount / seconds
    return f"{rate / 1e6:.1f} {unit}" if unit == "MB/s" else f"{rate:,.0f} {unit}"
