"""БИК / БСК, the code of a bank in Kazakhstan (BIC).

Four letters, ``KZ``, two letters or digits, and three more for a branch. Source: ISO 9362. ``BANKS`` ties the
three digits of the bank in an IBAN to its code, as carried by schwifty 2026.10 (MIT).

>>> validate("caspkzka")
'CASPKZKA'
>>> parse("HSBKKZKXXXX").bank
'601'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import strip_separators, to_latin
from piiguard.recognizers.checks.exceptions import (
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = ["BANKS", "Bic", "compact", "format", "is_valid", "parse", "validate"]

_FORM = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
BANKS = {
    "722": "CASPKZKA",
    "601": "HSBKKZKX",
    "998": "TSESKZKA",
    "965": "IRTYKZKA",
    "856": "KCJBKZKX",
    "914": "SABRKZKA",
    "948": "EURIKZKA",
    "972": "HCSKKZKA",
    "886": "INLMKZKA",
    "551": "KSNVKZKA",
    "821": "KINCKZKA",
    "832": "CITIKZKA",
    "849": "NURSKZKX",
    "949": "ATYNKZKA",
    "432": "VTBAKZKZ",
    "435": "SHBKKZKA",
    "563": "KPSTKZKA",
    "125": "NBRKKZKX",
    "070": "KKMFKZ2A",
    "009": "GCVPKZ2A",
    "913": "BKCHKZKA",
    "930": "ICBKKZKX",
    "885": "KZIBKZKA",
    "896": "ZAJSKZ22",
    "246": "HLALKZKZ",
    "907": "DVKAKZKA",
}
_BY_CODE = {code: bank for bank, code in BANKS.items()} | {"BRKEKZKA": "914"}


@dataclass(frozen=True, slots=True)
class Bic:
    """The code without its branch, the branch, and the bank's digits in IBANs if it is a known bank."""

    code: str
    branch: str
    bank: str | None


@emptied
def compact(number: str) -> str:
    """Strip separators and fold Cyrillic look-alikes."""
    return to_latin(strip_separators(number.strip()))


@emptied
def validate(number: str) -> str:
    """Return the eight or eleven characters, or raise :class:`InvalidNumber`."""
    number = compact(number)
    if len(number) not in (8, 11):
        raise InvalidLength("length", f"8 or 11 characters, not {len(number)}")
    if not _FORM.fullmatch(number):
        raise InvalidFormat("format", "six letters, then letters or digits")
    if number[4:6] != "KZ":
        raise InvalidComponent("country", "the country is not KZ")
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether the form and the country are right."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Bic:
    """Take code and branch apart and look the bank up."""
    number = validate(number)
    return Bic(number[:8], number[8:], _BY_CODE.get(number[:8]))


@emptied
def format(number: str) -> str:
    """Write it as it is printed: capitals without separators."""
    return validate(number)
