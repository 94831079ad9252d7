"""What the recognizers of IIN and BIN share: twelve digits with one check digit, however they are written."""

from __future__ import annotations

from collections.abc import Callable

from piiguard.recognizers.base import Pattern
from piiguard.recognizers.checks import identifier
from piiguard.recognizers.checks.characters import is_decimal
from piiguard.recognizers.shapes import AFTER_PERCENT, MONTH, NUMBER_AFTER, NUMBER_BEFORE, SEPARATOR

__all__ = ["checked", "lost_zeros", "written"]

_BETWEEN = SEPARATOR + "{0,3}"
_THREES = rf"[0-9]{{3}}(?:{SEPARATOR}{{1,2}}[0-9]{{3}}){{3}}"
_FOURS = rf"[0-9]{{4}}(?:{SEPARATOR}{{1,2}}[0-9]{{4}}){{2}}"


def checked(passes: Callable[[str], bool]) -> Callable[[str], bool | None]:
    """Make the check of twelve digits, however written: it keeps the pattern's score where they pass, else drops them."""

    def check(value: str) -> bool | None:
        if is_decimal(value):
            return False
        return None if passes(identifier.restore(value)) else False

    return check


def written(
    groups: tuple[str, ...], labels: str, bare: float, grouped: float, loose: float
) -> tuple[Pattern, ...]:
    """Make the patterns of all twelve digits; ``groups`` are those of the meaning, each with as many digits.

    Digits in a row score ``bare``, parted by their meaning ``grouped``, in threes and fours ``loose``.
    """
    twelve = "".join(groups)
    return (
        Pattern("twelve digits", f"{NUMBER_BEFORE}{twelve}{NUMBER_AFTER}", bare),
        Pattern("glued to its label", f"(?<={labels}){twelve}(?![0-9])", bare),
        Pattern("percent-encoded sign before it", f"{AFTER_PERCENT}{twelve}(?![0-9])", bare),
        Pattern("grouped by meaning", f"{NUMBER_BEFORE}{_BETWEEN.join(groups)}{NUMBER_AFTER}", grouped),
        Pattern("in threes", f"{NUMBER_BEFORE}{_THREES}{NUMBER_AFTER}", loose),
        Pattern("in fours", f"{NUMBER_BEFORE}{_FOURS}{NUMBER_AFTER}", loose),
    )


def lost_zeros(rest: str) -> tuple[Pattern, ...]:
    """Make the patterns of numbers that a numeric column has shortened; ``rest`` is what follows year and month."""
    return (
        Pattern("one leading zero lost", f"{NUMBER_BEFORE}[1-9]{MONTH}{rest}{NUMBER_AFTER}", 0.2),
        Pattern("two leading zeros lost", f"{NUMBER_BEFORE}1[0-2]{rest}{NUMBER_AFTER}", 0.2),
        Pattern("three leading zeros lost", f"{NUMBER_BEFORE}[1-9]{rest}{NUMBER_AFTER}", 0.1),
    )
