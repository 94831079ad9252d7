"""What a cell that is one number and nothing else could be.

The rules are those of :mod:`piiguard.recognizers.checks`, written for millions of cells: no exception, no
object, one pass. A claim is an entity, or an entity and a proviso that the judge has to weigh:

>>> claims("050312300015"), claims("50312300015.0"), claims("+7 (701) 123-45-67")
(('KZ_IIN',), ('KZ_IIN zeros lost',), ('KZ_PHONE',))
>>> claims("87011234567"), claims("4111 1111 1111 1111"), claims("201122153000")
(('KZ_PHONE bare',), ('CREDIT_CARD',), ())
"""

from __future__ import annotations

import re

from piiguard.entities import (
    CREDIT_CARD,
    IIN_ZEROS_LOST,
    KZ_BIN,
    KZ_ID_CARD,
    KZ_IIN,
    KZ_PHONE,
    PHONE_BARE,
    PHONE_SHORT,
)

__all__ = ["EMAIL", "FIRST", "IBAN", "NUMBER", "claims", "digits_of", "is_iban"]


# Blanks, hyphens and dots of every kind that stand in numbers; what is left must be digits.
_SEPARATORS = (
    " \t\u00a0\u202f\u2007\u2009-\u2010\u2011\u2012\u2013\u2014\u2212./()'\u200b\u200c\u200d\ufeff\u00ad"
)
_STRIP = str.maketrans("", "", _SEPARATORS)
FIRST = f"+0123456789{_SEPARATORS}"
"""What such a cell may begin with."""
NUMBER = re.compile(rf"\+?[0-9{re.escape(_SEPARATORS)}+]{{6,40}}")
"""What :func:`claims` is for; any other cell is text."""

EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}")
"""An address in its common form; any other spelling goes through the recognizer."""
IBAN = re.compile(r"[Kk][Zz][0-9]{2}(?: ?[0-9A-Za-z]{4}){4}|[Kk][Zz][0-9]{5}[0-9A-Za-z]{13}")

DAYS = frozenset(
    f"{month:02}{day:02}"
    for month, days in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
    for day in range(1, days + 1)
)
MOBILE = frozenset(
    [
        "700",
        "701",
        "702",
        "705",
        "706",
        "707",
        "708",
        "747",
        "751",
        "760",
        "761",
        "762",
        "763",
        "764",
        "771",
        "775",
        "776",
        "777",
        "778",
        "785",
    ]
)
_LANDLINE = ("71", "72")
_CARD = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}(?:[0-9]{3})?)?|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)[0-9]{12,13}"
    r"|62[0-9]{14,17}|67[0-9]{14,17}|3[47][0-9]{13}|220[0-4][0-9]{12}"
)


def digits_of(cell: str) -> str:
    """The digits of a number-like cell, or nothing where something else stands in it."""
    cell = cell.removesuffix(".0")
    digits = cell.translate(_STRIP)
    digits = digits.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else ""


def claims(cell: str) -> tuple[str, ...]:
    """The entities that this number passes for; usually none."""
    digits = cell if cell.isascii() and cell.isdigit() else digits_of(cell)
    size = len(digits)
    if size == 12:
        return _twelve(digits)
    if size == 11:
        if digits[0] in "78" and _national(digits[1:]):
            return (PHONE_BARE,) if cell.partition(".")[0] == digits else (KZ_PHONE,)
        return _lost(digits)
    if size == 10:
        return (PHONE_SHORT,) if digits[0] == "7" and _national(digits) else _lost(digits)
    if size == 9:
        # nine digits beginning with 0 never pass for a shortened IIN, and the other way round
        return (KZ_ID_CARD,) if digits[0] == "0" else _lost(digits)
    if 13 <= size <= 19:
        return (CREDIT_CARD,) if _CARD.fullmatch(digits) and _luhn(digits) else ()
    return ()


def _twelve(digits: str) -> tuple[str, ...]:
    if digits == "000000000000":  # a filler whose check digit happens to be right
        return ()
    if digits[2:6] in DAYS and digits[6] in "123456":
        return (KZ_IIN,) if _checked(digits) and _real_day(digits) else ()
    # month, then resident, non-resident or joint, then the kind of unit
    if "01" <= digits[2:4] <= "12" and digits[4] in "456" and digits[5] in "0123":
        return (KZ_BIN,) if _checked(digits) else ()
    return ()


def _lost(digits: str) -> tuple[str, ...]:
    return (IIN_ZEROS_LOST,) if _twelve(digits.zfill(12)) == (KZ_IIN,) else ()


def _real_day(digits: str) -> bool:
    if digits[2:6] != "0229":
        return True
    year = 1800 + (ord(digits[6]) - 49) // 2 * 100 + int(digits[:2])
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _checked(digits: str) -> bool:
    a, b, c, d, e, f, g, h, i, j, k, last = digits.encode()
    # ord("0") is 48, and the weights of either row sum up to a multiple of 11
    rest = (a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j) % 11
    if rest == 10:
        rest = (3 * a + 4 * b + 5 * c + 6 * d + 7 * e + 8 * f + 9 * g + 10 * h + j + 2 * k) % 11
    return rest == last - 48


def _national(digits: str) -> bool:
    return digits[:3] in MOBILE or digits.startswith(_LANDLINE)


def _luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += value if at % 2 == 0 else value * 2 - 9 * (value > 4)
    return total % 10 == 0


def is_iban(cell: str) -> bool:
    """Whether the check digits of an account number are right: ISO 13616, modulo 97.

    >>> is_iban("KZ86 125K ZT50 0410 0100"), is_iban("KZ12 3456 7890 1234 5678")
    (True, False)
    """
    compact = cell.replace(" ", "").upper()
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1
