"""Number of the identity card of Kazakhstan (удостоверение личности, жеке куәлік).

Nine digits without a check digit; in practice the first is 0. So this check says little by itself: a recognizer
needs a label, a column name or a machine-readable zone beside it. Source: public forms of state bodies and banks,
which demand nine digits.

>>> validate("№ 012 345 678")
'012345678'
>>> is_valid("000000000")
False
"""

from __future__ import annotations

from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import (
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = ["IdCard", "claim", "compact", "format", "is_valid", "parse", "restore", "validate"]


@dataclass(frozen=True, slots=True)
class IdCard:
    """The digits, and whether they begin with 0 as those of all present cards do."""

    number: str
    usual: bool


@emptied
def compact(number: str) -> str:
    """Strip separators and the number sign: №, or N where it stands for it."""
    return strip_separators(number.strip().lstrip("№#NnНнºo° ").removesuffix(".0"))


@emptied
def validate(number: str) -> str:
    """Return the nine digits, or raise :class:`InvalidNumber`."""
    number = compact(number)
    if not is_digits(number):
        raise InvalidFormat("format", "digits only")
    if len(number) != 9:
        raise InvalidLength("length", f"9 digits, not {len(number)}")
    if len(set(number)) == 1:
        raise InvalidComponent("filler", "one digit repeated")
    return number


def claim(digits: str) -> bool:
    """Tell of ASCII digits alone what :func:`is_valid` tells, fast.

    >>> claim("012345678"), claim("000000000")
    (True, False)
    """
    return len(digits) == 9 and digits.strip(digits[0]) != ""


@emptied
def is_valid(number: str) -> bool:
    """Tell whether nine digits stand there."""
    return passes(validate, number)


@emptied
def parse(number: str) -> IdCard:
    """Tell whether the number is of the usual form.

    >>> parse("012345678").usual
    True
    """
    number = validate(number)
    return IdCard(number, number.startswith("0"))


@emptied
def format(number: str) -> str:
    """Write it as it is printed: nine digits without separators."""
    return validate(number)


@emptied
def restore(number: str) -> str:
    """Put back the zero that a numeric column has dropped.

    >>> restore("12345678")
    '012345678'
    """
    digits = compact(number)
    return digits.zfill(9) if is_digits(digits) and len(digits) == 8 else digits
