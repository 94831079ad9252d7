"""Telephone numbers of Kazakhstan.

``+7`` and ten digits that begin with 7; Russia shares ``+7`` and uses other first digits. Mobile prefixes 700-702,
705-708, 747, 760-764, 771, 775-778, 785, network 751, area codes 71xx and 72xx. Source: the national numbering
plan as carried by Google's libphonenumber (region KZ); 703, 704, 709, 750, 772-774 and 779 are not allotted.

>>> validate("8 (701) 123-45-67 доб. 105")
'+77011234567'
>>> is_valid("+7 916 000 00 01")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks import phone_plan
from piiguard.recognizers.checks.characters import grouped, is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import (
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)
from piiguard.recognizers.checks.later import later

__all__ = ["Phone", "claim", "compact", "format", "is_valid", "parse", "validate"]

Kind = phone_plan.Kind

_EXTENSION = later(
    r"[ ,;\u00a0]*(?:доб|вн|внутр|ішкі|ишки|қос|кос|ext|extension|x|#)\.?[ \u00a0]*[0-9]{1,6}$", re.IGNORECASE
)
_LEADING = (("007", 13), ("8107", 14), ("8", 11), ("7", 11))
"""What stands before the national number, and how many digits both have."""


@dataclass(frozen=True, slots=True)
class Phone:
    """The number in E.164, and what its prefix says; operators cannot be told, numbers are ported."""

    e164: str
    kind: Kind


@emptied
def compact(number: str) -> str:
    """Reduce any way of writing it to ``+7`` and ten digits, as far as it is one; drop an extension.

    >>> compact("%2B7 701 123 45 67"), compact("8~10 7 (7172) 574-600 вн. 105"), compact("7011234567")
    ('+77011234567', '+77172574600', '+77011234567')
    """
    number = _EXTENSION.sub("", number.strip()).replace("%2B", "+").replace("%2b", "+").replace("~", "")
    number = number.removeprefix("tel:").removesuffix(".0")
    digits = strip_separators(number.removeprefix("+"))
    if number.startswith("+"):
        return "+" + digits
    for prefix, length in _LEADING:
        if len(digits) == length and digits.startswith(prefix):
            return "+7" + digits[len(prefix) :]
    return "+7" + digits if len(digits) == 10 else digits


@emptied
def validate(number: str) -> str:
    """Return the number in E.164, or raise :class:`InvalidNumber`."""
    return parse(number).e164


def claim(digits: str) -> bool:
    """Tell of ASCII digits alone what :func:`is_valid` tells, fast.

    >>> claim("87011234567"), claim("7011234567"), claim("87031234567")
    (True, True, False)
    """
    size = len(digits)
    if size == 11:  # by far the most
        return digits[0] in "78" and phone_plan.kind(digits[1:5]) is not None
    if size in (13, 14):
        lead = "007" if size == 13 else "8107"
        return digits.startswith(lead) and phone_plan.kind(digits[-10:]) is not None
    return size == 10 and phone_plan.kind(digits) is not None


@emptied
def is_valid(number: str) -> bool:
    """Tell whether it is a Kazakh number of an allotted prefix."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Phone:
    """Tell mobile, landline and VoIP numbers apart.

    >>> parse("+7(7172) 64 86 86")
    Phone(e164='+77172648686', kind='landline')
    """
    e164 = compact(number)
    national = e164.removeprefix("+7")
    if not is_digits(e164.removeprefix("+")):
        raise InvalidFormat("format", "digits only")
    if not e164.startswith("+7"):
        raise InvalidComponent("country", "the country code is not 7")
    if len(national) != 10:
        raise InvalidLength("length", f"10 digits after the country code, not {len(national)}")
    return Phone(e164, _kind(national))


@emptied
def format(number: str) -> str:
    """Write it in the international form, grouped by its area code.

    >>> format("87011234567"), format("87172648686")
    ('+7 701 123 45 67', '+7 7172 64 86 86')
    """
    phone = parse(number)
    digits = phone.e164[2:]
    long_area = phone.kind == "landline" and not digits.startswith("727")
    return f"+7 {grouped(digits, 4, 2) if long_area else grouped(digits, 3, 3, 2)}"


def _kind(national: str) -> Kind:
    kind = phone_plan.kind(national)
    if kind is None:
        raise InvalidComponent("prefix", "no such prefix in Kazakhstan")
    return kind
