"""The check digit that IIN and BIN share."""

from __future__ import annotations

from operator import mul

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import is_digits, strip_separators
from piiguard.recognizers.checks.exceptions import InvalidChecksum, InvalidFormat, InvalidLength

__all__ = [
    "FIRST",
    "SECOND",
    "check_digit",
    "claim",
    "compact",
    "format",
    "require_check",
    "require_digits",
    "restore",
]

FIRST = tuple(range(1, 12))
SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
"""The two rows of weights: the rule gives the second for the case that the first leaves 10."""


def check_digit(body: str) -> int | None:
    """Compute the twelfth digit of the first eleven, or None where such a number is never issued.

    >>> check_digit("05031230001"), check_digit("82121424009")
    (5, None)
    """
    digits = body[:11].encode()
    # the byte of a digit is 48 more, and the weights of either row sum up to a multiple of 11
    rest = sum(map(mul, digits, FIRST)) % 11
    if rest == 10:
        rest = sum(map(mul, digits, SECOND)) % 11
    return None if rest == 10 else rest


def claim(digits: str) -> bool:
    """Tell whether the last of twelve ASCII digits is right."""
    return check_digit(digits) == ord(digits[11]) - 48


@emptied
def compact(number: str) -> str:
    """Strip separators and the fraction ``.0`` that spreadsheets add."""
    number = number.strip()
    number = number.removesuffix(".0")
    return strip_separators(number)


@emptied
def format(number: str) -> str:
    """Write it as it is printed: twelve digits without separators.

    >>> format("050312 300015"), format("880 540 830 884")
    ('050312300015', '880540830884')
    """
    return compact(number)


@emptied
def restore(number: str) -> str:
    """Put back the zeros that a numeric column or a spreadsheet has dropped.

    >>> restore("50312300015.0")
    '050312300015'
    """
    digits = compact(number)
    return digits.zfill(12) if is_digits(digits) and 9 <= len(digits) < 12 else digits


def require_digits(number: str) -> None:
    """Raise unless these are twelve ASCII digits."""
    if not is_digits(number):
        raise InvalidFormat("format", "digits only")
    if len(number) != 12:
        raise InvalidLength("format", f"12 digits, not {len(number)}")


def require_check(number: str) -> None:
    """Raise unless the twelfth digit is right."""
    expected = check_digit(number)
    if expected is None:
        raise InvalidChecksum("check10", "both rows of weights give 10: never issued")
    if expected != ord(number[11]) - 48:
        raise InvalidChecksum("check", "wrong check digit")
