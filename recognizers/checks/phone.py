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
from typing import Literal

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import grouped, is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import (
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = ["Phone", "compact", "format", "is_valid", "parse", "validate"]

Kind = Literal["mobile", "landline", "voip"]

_EXTENSION = re.compile(
    r"[ ,;\u00a0]*(?:доб|вн|внутр|ішкі|ишки|қос|кос|ext|extension|x|#)\.?[ \u00a0]*[0-9]{1,6}$", re.IGNORECASE
)
_MOBILE = re.compile(r"7(?:0[0-25-8]|47|6[0-4]|7[15-8]|85)")
_LANDLINE = re.compile(
    r"7(?:1(?:0[2-6]|1[2-5]|2[235]|3[2-5]|4[23459]|5[2-5]|6[2-6]|72|8[2-57])"
    r"|2(?:[1236][2-5]|4[235]|5[2-6]|7[2-9]|8[2-5]|9[235]))"
)


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
    for prefix, length in (("007", 13), ("8107", 14), ("8", 11), ("7", 11)):
        if len(digits) == length and digits.startswith(prefix):
            return "+7" + digits[len(prefix) :]
    return "+7" + digits if len(digits) == 10 else digits


@emptied
def validate(number: str) -> str:
    """Return the number in E.164, or raise :class:`InvalidNumber`."""
    return parse(number).e164


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
    if _MOBILE.match(national):
        return "mobile"
    if _LANDLINE.match(national):
        return "landline"
    if national.startswith("751"):
        return "voip"
    raise InvalidComponent("prefix", "no such prefix in Kazakhstan")
