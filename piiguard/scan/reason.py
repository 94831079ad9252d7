"""Why a place was judged as it was: a code and its values, so that a report can say it in any language.

>>> reasons = because("share", share=98), because("excluded")
>>> in_english(reasons)
'98 % of the values pass; chance is excluded'
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Reason", "because", "in_english", "percent", "wording"]

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of ``reasons.toml``, and what it is filled with: counts, shares and names, never a value."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()


def because(code: str, **values: Value) -> Reason:
    """A reason from its code; one that is none is a :class:`KeyError`."""
    wording()[code]
    return Reason(code, tuple(values.items()))


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    """All reasons: code → language → text."""
    return tomllib.loads(files("piiguard.scan").joinpath("reasons.toml").read_text(encoding="utf-8"))


def in_english(reasons: Iterable[Reason]) -> str:
    """What stands in the findings document."""
    return "; ".join(wording()[reason.code]["en"].format(**dict(reason.values)) for reason in reasons)


def percent(part: int, whole: int) -> int | float:
    """A share with as many digits as it deserves.

    >>> percent(998, 1000), percent(3, 4000)
    (100, 0.07)
    """
    share = 100 * part / whole
    return round(share) if share >= 1 else float(f"{share:.1g}")
