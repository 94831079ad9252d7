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
from piiguard.recognizers.checks import luhn
from piiguard.recognizers.checks.characters import grouped, is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
)

__all__ = ["Card", "claim", "compact", "format", "is_valid", "parse", "scheme", "validate"]

_SCHEMES = {
    "visa": re.compile(r"4(?:.{12}|.{15}|.{18})"),
    "mastercard": re.compile(r"(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720).{12,14}"),
    "mir": re.compile(r"220[0-4].{12,15}"),
    "amex": re.compile(r"3[47].{13}"),
    "unionpay": re.compile(r"62.{14,17}"),
    "maestro": re.compile(r"(?:50|5[6-8]|67).{11,17}"),
}

_TIME = re.compile(
    "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
)


@dataclass(frozen=True, slots=True)
class Card:
    """The scheme, or None where the prefix belongs to none that is used here."""

    scheme: str | None


@emptied
def compact(number: str) -> str:
    """Strip separators and the fraction ``.0`` that spreadsheets add."""
    return strip_separators(number.strip().removesuffix(".0"))


def claim(digits: str) -> bool:
    """Tell of ASCII digits alone what :func:`is_valid` tells, fast.

    >>> claim("4111111111111111"), claim("0000000000000000")
    (True, False)
    """
    return 13 <= len(digits) <= 19 and luhn.claim(digits) and not is_filler_or_time(digits)


def is_filler_or_time(digits: str) -> bool:
    """Tell whether one digit is repeated, or fourteen read YYYYMMDDhhmmss: no scheme has such cards.

    >>> is_filler_or_time("20260312105105"), is_filler_or_time("36000000000008")
    (True, False)
    """
    return digits.strip(digits[0]) == "" or _TIME.fullmatch(digits) is not None


def scheme(digits: str) -> str | None:
    """Name the scheme of a valid number by prefix and length, or None where no scheme used here has it.

    >>> scheme("4111111111111111"), scheme("6011000990139424")
    ('visa', None)
    """
    return next((name for name, pattern in _SCHEMES.items() if pattern.fullmatch(digits)), None)


@emptied
def validate(number: str) -> str:
    """Return the digits, or raise :class:`InvalidNumber`."""
    number = compact(number)
    if not is_digits(number):
        raise InvalidFormat("format", "digits only")
    if not 13 <= len(number) <= 19:
        raise InvalidLength("length", f"13 to 19 digits, not {len(number)}")
    if is_filler_or_time(number):
        raise InvalidComponent("filler", "one digit repeated, or a time")
    if not luhn.claim(number):
        raise InvalidChecksum("check", "wrong check digit")
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether length and check digit are right; see :func:`parse` for the scheme."""
    number = compact(number)
    return is_digits(number) and claim(number)


@emptied
def parse(number: str) -> Card:
    """Tell the scheme by prefix and length.

    >>> parse("5555 5555 5555 4444")
    Card(scheme='mastercard')
    """
    return Card(scheme(validate(number)))


@emptied
def format(number: str) -> str:
    """Write it in groups of four; American Express as 4-6-5.

    >>> format("4111111111111111"), format("378282246310005")
    ('4111 1111 1111 1111', '3782 822463 10005')
    """
    number = validate(number)
    return grouped(number, 4, 6, 5) if parse(number).scheme == "amex" else grouped(number, 4)
