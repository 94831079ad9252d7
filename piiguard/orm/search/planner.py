"""How many bits of a blind index to keep: what equality leaks is a number, computed before it is chosen.

With R rows and an index of L bits over values of K bits, one query brings C = R / 2^min(L, K) rows on
average. C below 2 names rows one by one; C above the square root of R makes the index useless. The rule is
CipherSweet's (https://ciphersweet.paragonie.com/internals/blind-index).

>>> plan(1_000_000)
TruncationPlan(rows=1000000, least=10, most=18)
>>> round(plan(1_000_000).matches(16))
15
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from piiguard.orm.errors import EncryptedColumnError

__all__ = ["TruncationPlan", "plan"]

_FEWEST = 16


@dataclass(frozen=True, slots=True)
class TruncationPlan:
    """From ``least`` to ``most`` bits are reasonable for so many rows."""

    rows: int
    least: int
    most: int
    distinct_bits: float = field(default=math.inf, repr=False)

    def matches(self, bits: int) -> float:
        """How many rows one query brings on average, the right ones among them."""
        return self.rows / 2 ** min(bits, self.distinct_bits)

    def check(self, bits: int) -> None:
        """Refuse a number of bits outside the plan, with the number that stands against it."""
        if not self.least <= bits <= self.most:
            raise EncryptedColumnError(
                f"truncate={bits}: one query over {self.rows} rows would bring {self.matches(bits):.3g} of them",
                hint=f"take {self.least} to {self.most} bits, or leave truncate out",
            )


def plan(rows: int | None, distinct_bits: float | None = None) -> TruncationPlan:
    """The bits that keep 2 <= C <= sqrt(rows); ``distinct_bits`` is log2 of how many values there are."""
    if rows is None:
        raise EncryptedColumnError(
            "truncate needs expected_rows", hint="give the number of rows in a year or two"
        )
    if rows < _FEWEST:
        raise EncryptedColumnError(
            f"truncate: {rows} rows are too few to hide among", hint="leave truncate out, or the index"
        )
    known = math.inf if distinct_bits is None else distinct_bits
    least, most = math.ceil(math.log2(rows) / 2), math.floor(math.log2(rows / 2))
    if known < least:
        raise EncryptedColumnError(
            f"truncate: only {2**known:.0f} distinct values among {rows} rows: each query brings too many",
            hint="leave the index out; filter on another column",
        )
    return TruncationPlan(rows, least, most, known)
