"""Payment card numbers: 13 to 19 digits with the Luhn check digit.

Source: ISO/IEC 7812-1. Schemes are told by the first digits; no Kazakh issuer prefix is demanded, because the
public lists of them contradict each other. The Luhn check passes one random number in ten.

>>> validate("4111 1111 1111 1111")
'4111111111111111'
>>> is_valid("4111 1111 1111 1112")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import grouped, is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = ["Card", "compact", "format", "is_valid", "luhn", "parse", "validate"]

_SCHEMES = {
    "visa": re.compile(r"4(?:.{12}|.{15}|.{18})"),
    "mastercard": re.compile(r"(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720).{12,14}"),
    "mir": re.compile(r"220[0-4].{12,15}"),
    "amex": re.compile(r"3[47].{13}"),
    "unionpay": re.compile(r"62.{14,17}"),
    "maestro": re.compile(r"(?:50|5[6-8]|67).{11,17}"),
}
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


@dataclass(frozen=True, slots=True)
class Card:
    """The scheme, or None where the prefix belongs to none that is used here."""

    scheme: str | None


@emptied
def compact(number: str) -> str:
    """Strip separators and the fraction ``.0`` that spreadsheets add."""
    return strip_separators(number.strip().removesuffix(".0"))


def luhn(digits: str) -> bool:
    """Check the Luhn digit of a string of ASCII digits."""
    plain = sum(ord(digit) - 48 for digit in digits[-1::-2])
    return (plain + sum(_DOUBLED[ord(digit) - 48] for digit in digits[-2::-2])) % 10 == 0


@emptied
def validate(number: str) -> str:
    """Return the digits, or raise :class:`InvalidNumber`."""
    number = compact(number)
    if not is_digits(number):
        raise InvalidFormat("format", "digits only")
    if not 13 <= len(number) <= 19:
        raise InvalidLength("length", f"13 to 19 digits, not {len(number)}")
    if len(set(number)) == 1:
        raise InvalidComponent("filler", "one digit repeated")
    if not luhn(number):
        raise InvalidChecksum("check", "wrong check digit")
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether length and check digit are right; see :func:`parse` for the scheme."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Card:
    """Tell the scheme by prefix and length.

    >>> parse("5555 5555 5555 4444")
    Card(scheme='mastercard')
    """
    number = validate(number)
    matching = (name for name, pattern in _SCHEMES.items() if pattern.fullmatch(number))
    return Card(next(matching, None))


@emptied
def format(number: str) -> str:
    """Write it in groups of four; American Express as 4-6-5.

    >>> format("4111111111111111"), format("378282246310005")
    ('4111 1111 1111 1111', '3782 822463 10005')
    """
    number = validate(number)
    return grouped(number, 4, 6, 5) if parse(number).scheme == "amex" else grouped(number, 4)
