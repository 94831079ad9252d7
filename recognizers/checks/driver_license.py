"""Number of the driving licence of Kazakhstan (водительское удостоверение, жүргізуші куәлігі).

Two Latin letters and six to eight digits; no check digit. Source: licences as described in public forms.

>>> validate("АВ 123456")
'AB123456'
>>> is_valid("99 12 345678")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import grouped, strip_separators, to_latin
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes

__all__ = ["DriverLicense", "compact", "format", "is_valid", "parse", "validate"]

_FORM = re.compile(r"([A-Z]{2})([0-9]{6,8})")
_NUMBER = re.compile(r"(?i)(?<=\w\w),?\s(?:номер|ном\.|нөмірі|no\.?|№|n)\s?(?=[0-9])")


@dataclass(frozen=True, slots=True)
class DriverLicense:
    """Series and digits."""

    series: str
    digits: str


@emptied
def compact(number: str) -> str:
    """Strip separators and the word or sign for a number, and fold Cyrillic look-alikes.

    >>> compact("АВ № 123456"), compact("АВ номер 123456")
    ('AB123456', 'AB123456')
    """
    return to_latin(strip_separators(_NUMBER.sub("", number.strip()).replace("№", "")))


@emptied
def validate(number: str) -> str:
    """Return series and digits, or raise :class:`InvalidNumber`."""
    number = compact(number)
    match = _FORM.fullmatch(number)
    if not match:
        raise InvalidFormat("format", "two letters and 6 to 8 digits")
    if len(set(match[2])) == 1:
        raise InvalidComponent("filler", "one digit repeated")
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether a series and its digits stand there."""
    return passes(validate, number)


@emptied
def parse(number: str) -> DriverLicense:
    """Take series and digits apart.

    >>> parse("AB 123456")
    DriverLicense(series='AB', digits='123456')
    """
    number = validate(number)
    return DriverLicense(number[:2], number[2:])


@emptied
def format(number: str) -> str:
    """Write it as it is printed: series, a blank, digits.

    >>> format("ab123456")
    'AB 123456'
    """
    return grouped(validate(number), 2, 8)
