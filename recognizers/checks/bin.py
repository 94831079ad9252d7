"""БИН / БСН, the business identification number of a legal entity in Kazakhstan.

Twelve digits ``YYMM T A SSSSS K``: year and month of registration, type (4 resident, 5 non-resident, 6 joint
enterprise of individual entrepreneurs), attribute (0 head, 1 branch, 2 representative office, 3 peasant farm),
serial number, check digit as in the IIN. Source: Law No. 223 of 12.01.2007 and the rules of decree 406 of 22.05.2007.
The fifth digit tells it from an IIN, where the day of birth begins with 0..3.

>>> is_valid("880540830884")
True
>>> validate("880540 830885")
Traceback (most recent call last):
    ...
piiguard.recognizers.checks.exceptions.InvalidChecksum: check: wrong check digit
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from piiguard.frames import emptied
from piiguard.recognizers.checks import identifier
from piiguard.recognizers.checks.characters import is_digits
from piiguard.recognizers.checks.exceptions import InvalidComponent

__all__ = ["Bin", "claim", "compact", "format", "is_valid", "parse", "restore", "validate"]

Kind = Literal["resident", "non-resident", "joint"]
Attribute = Literal["head", "branch", "representative office", "peasant farm"]

_KINDS: tuple[Kind, ...] = ("resident", "non-resident", "joint")
_ATTRIBUTES: tuple[Attribute, ...] = ("head", "branch", "representative office", "peasant farm")


@dataclass(frozen=True, slots=True)
class Bin:
    """What the digits say; ``joint`` enterprises are a few named persons."""

    year: int
    month: int
    kind: Kind
    attribute: Attribute
    serial: str


compact, format, restore = identifier.compact, identifier.format, identifier.restore


@emptied
def validate(number: str) -> str:
    """Return the number without separators, or raise :class:`InvalidNumber`."""
    number = compact(number)
    _parts(number)
    return number


def claim(digits: str) -> bool:
    """Tell of ASCII digits alone what :func:`is_valid` tells, fast.

    >>> claim("880540830884"), claim("880540830885"), claim("000000000000")
    (True, False, False)
    """
    return (
        len(digits) == 12
        and "01" <= digits[2:4] <= "12"
        and digits[4] in "456"
        and digits[5] in "0123"
        and identifier.claim(digits)
    )


@emptied
def is_valid(number: str) -> bool:
    """Tell whether twelve digits with a real month, type, attribute and check digit stand there."""
    number = compact(number)
    return is_digits(number) and claim(number)


@emptied
def parse(number: str) -> Bin:
    """Read the month of registration, type and attribute; the year has two digits.

    >>> parse("820160649330").kind
    'joint'
    """
    return _parts(compact(number))


def _parts(number: str) -> Bin:
    identifier.require_digits(number)
    month, kind, attribute = int(number[2:4]), int(number[4]) - 4, int(number[5])
    if not 1 <= month <= 12:
        raise InvalidComponent("month", "the third and fourth digits are no month")
    if not 0 <= kind <= 2:
        raise InvalidComponent("type", "the fifth digit is not in 4..6")
    if attribute > 3:
        raise InvalidComponent("attr", "the sixth digit is not in 0..3")
    identifier.require_check(number)
    return Bin(int(number[:2]), month, _KINDS[kind], _ATTRIBUTES[attribute], number[6:11])
