"""Number of the passport of Kazakhstan (паспорт РК, ҚР паспорты, төлқұжат).

The letter N and eight digits, without a check digit outside the machine-readable zone. One or two other letters
with seven or eight digits are accepted as an unusual series. Source: public forms of state bodies and banks;
series other than N are not confirmed.

>>> validate("N 12345678")
'N12345678'
>>> is_valid("45 10 123456")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import strip_separators, to_latin
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes

__all__ = ["Passport", "compact", "format", "is_valid", "parse", "validate"]

_FORM = re.compile(r"([A-Z]{1,2})([0-9]{7,8})")
_TYPED_FOR_N = str.maketrans("№Н", "NN")


@dataclass(frozen=True, slots=True)
class Passport:
    """Series and digits; ``usual`` is N with eight digits."""

    series: str
    digits: str
    usual: bool


@emptied
def compact(number: str) -> str:
    """Strip separators, fold look-alikes, and read № as the series N.

    >>> compact("№ 12345678")
    'N12345678'
    """
    return to_latin(strip_separators(number).upper().translate(_TYPED_FOR_N))


@emptied
def validate(number: str) -> str:
    """Return series and digits, or raise :class:`InvalidNumber`."""
    passport = parse(number)
    return passport.series + passport.digits


@emptied
def is_valid(number: str) -> bool:
    """Tell whether a series and seven or eight digits stand there."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Passport:
    """Take series and digits apart.

    >>> parse("N12345678")
    Passport(series='N', digits='12345678', usual=True)
    """
    match = _FORM.fullmatch(compact(number))
    if not match:
        raise InvalidFormat("format", "one or two letters and 7 or 8 digits")
    series, digits = match.groups()
    if len(set(digits)) == 1:
        raise InvalidComponent("filler", "one digit repeated")
    return Passport(series, digits, series == "N" and len(digits) == 8)


@emptied
def format(number: str) -> str:
    """Write it as it is printed: series and digits without a blank."""
    return validate(number)
