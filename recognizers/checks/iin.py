"""ИИН / ЖСН, the individual identification number of a person in Kazakhstan.

Twelve digits ``YYMMDD C SSSS K``: date of birth, century and sex (1, 2: 18xx; 3, 4: 19xx; 5, 6: 20xx; odd is
male), serial number, check digit. Source: Law No. 223 of 12.01.2007 on national registers of identification
numbers and the rules of decree 406 of 22.05.2007. Since 2013 the digits need not agree with the stated date of birth.

>>> is_valid("050312300015")
True
>>> validate("05-03-12 300015")
'050312300015'
>>> validate("050312300016")
Traceback (most recent call last):
    ...
piiguard.recognizers.checks.exceptions.InvalidChecksum: check: wrong check digit
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta

from piiguard.frames import emptied
from piiguard.recognizers.checks import identifier
from piiguard.recognizers.checks.characters import is_digits
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidNumber

__all__ = [
    "DAYS",
    "Iin",
    "claim",
    "compact",
    "format",
    "is_foreign",
    "is_valid",
    "parse",
    "restore",
    "validate",
]

DAYS = frozenset((date(2000, 1, 1) + timedelta(days=day)).strftime("%m%d") for day in range(366))
"""Every month and day that a calendar has, that of a leap year too."""


@dataclass(frozen=True, slots=True)
class Iin:
    """What the digits say; the person's papers may say otherwise."""

    birth: date
    male: bool
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

    >>> claim("050312300015"), claim("050312300016"), claim("000000000000")
    (True, False, False)
    """
    return len(digits) == 12 and digits[6] in "123456" and _dated(digits) and identifier.claim(digits)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether twelve digits with a real date and a right check digit stand there."""
    number = compact(number)
    return is_digits(number) and claim(number)


@emptied
def parse(number: str) -> Iin:
    """Read date of birth, sex and serial number.

    >>> parse("040229308993").birth.isoformat()
    '1904-02-29'
    """
    return _parts(compact(number))


def is_foreign(number: str) -> bool:
    """Tell whether the seventh digit is 0, as foreigners are said to get, and everything else is right.

    The rule is not published, so ``is_valid`` refuses these numbers; with a label beside them they deserve a look.

    >>> is_foreign("050312000016"), is_valid("050312000016")
    (True, False)
    """
    number = compact(number)
    try:
        identifier.require_digits(number)
        identifier.require_check(number)
        _birth(number, 2000)
    except InvalidNumber:
        return False
    return number[6] == "0"


def _parts(number: str) -> Iin:
    identifier.require_digits(number)
    century = ord(number[6]) - 48
    if not 1 <= century <= 6:
        raise InvalidComponent("century", "the seventh digit is not in 1..6")
    birth = _birth(number, 1800 + (century - 1) // 2 * 100)
    identifier.require_check(number)
    return Iin(birth, century % 2 == 1, number[7:11])


def _birth(number: str, century: int) -> date:
    try:
        return date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except ValueError:
        raise InvalidComponent("date", "no such calendar date") from None


def _dated(digits: str) -> bool:
    day = digits[2:6]
    if day != "0229":
        return day in DAYS
    return isleap(1800 + (ord(digits[6]) - 49) // 2 * 100 + int(digits[:2]))
