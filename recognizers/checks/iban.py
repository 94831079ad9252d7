"""ИИК / ЖСК, the account number (IBAN) of Kazakhstan.

``KZ``, two check digits, three digits of the bank, thirteen letters or digits of the account: 20 characters whose
value modulo 97 is 1. Source: ISO 13616, IBAN registry; in use in Kazakhstan since 2010.

>>> validate("KZ86 125K ZT50 0410 0100")
'KZ86125KZT5004100100'
>>> is_valid("KZ12 3456 7890 1234 5678")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import grouped, strip_separators, to_latin
from piiguard.recognizers.checks.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = ["Iban", "claim", "compact", "format", "is_valid", "parse", "validate"]

_FORM = re.compile(r"KZ[0-9]{5}[0-9A-Z]{13}")
_ALPHANUMERIC = re.compile(r"[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Iban:
    """The bank's three digits and the account within the bank."""

    bank: str
    account: str


@emptied
def compact(number: str) -> str:
    """Strip separators and fold Cyrillic look-alikes, the typed ``КЗ`` included.

    >>> compact("КЗ86 125К ZТ50 0410 0100")
    'KZ86125KZT5004100100'
    """
    number = to_latin(strip_separators(number.strip()))
    return "KZ" + number[2:] if number[:2] == "KЗ" else number


@emptied
def validate(number: str) -> str:
    """Return the 20 characters, or raise :class:`InvalidNumber`."""
    number = compact(number)
    if not _ALPHANUMERIC.fullmatch(number):
        raise InvalidFormat("format", "letters and digits only")
    if not number.startswith("KZ"):
        raise InvalidComponent("country", "the country is not KZ")
    if len(number) != 20:
        raise InvalidLength("length", f"20 characters, not {len(number)}")
    if not _FORM.fullmatch(number):
        raise InvalidFormat("format", "five digits after KZ")
    if not _checked(number):
        raise InvalidChecksum("check", "wrong check digits")
    return number


def claim(code: str) -> bool:
    """Tell of a compact code, capitals without separators, what :func:`is_valid` tells, fast.

    >>> claim("KZ86125KZT5004100100"), claim("KZ12345678901234567X")
    (True, False)
    """
    return _FORM.fullmatch(code) is not None and _checked(code)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether form and check digits are right."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Iban:
    """Take bank and account apart.

    >>> parse("KZ86125KZT5004100100")
    Iban(bank='125', account='KZT5004100100')
    """
    number = validate(number)
    return Iban(number[4:7], number[7:])


@emptied
def format(number: str) -> str:
    """Write it in groups of four, as on paper.

    >>> format("kz86125kzt5004100100")
    'KZ86 125K ZT50 0410 0100'
    """
    return grouped(validate(number), 4)


def _checked(code: str) -> bool:
    return int("".join(str(int(character, 36)) for character in code[4:] + code[:4])) % 97 == 1
