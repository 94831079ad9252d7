"""Characters that stand in and around numbers without being part of them."""

from __future__ import annotations

from itertools import chain, repeat

__all__ = [
    "BLANKS",
    "DASHES",
    "INVISIBLE",
    "grouped",
    "is_decimal",
    "is_digits",
    "strip_separators",
    "to_latin",
]

BLANKS = " \t\u00a0\u202f\u2007\u2009"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
INVISIBLE = "\u200b\u200c\u200d\ufeff\u00ad"

_SEPARATORS = str.maketrans("", "", BLANKS + DASHES + INVISIBLE + "./()'\r\n")
# Cyrillic capitals that are printed like Latin ones. Digits are never made from letters: О is not 0.
_LOOK_ALIKES = str.maketrans("АВСЕНКМОРТХУІҮҺЅЈ", "ABCEHKMOPTXYIYHSJ")


def grouped(code: str, *sizes: int) -> str:
    """Part a code by blanks into groups of these sizes; the last size goes on to the end.

    >>> grouped("KZ86125KZT5004100100", 4), grouped("AB123456", 2, 8)
    ('KZ86 125K ZT50 0410 0100', 'AB 123456')
    """
    groups, start = [], 0
    for size in chain(sizes, repeat(sizes[-1])):
        if start >= len(code):
            break
        groups.append(code[start : start + size])
        start += size
    return " ".join(groups)


def is_decimal(text: str) -> bool:
    """Tell whether it reads as a decimal fraction; the ``.0`` of a spreadsheet does not make one.

    >>> is_decimal("270213.316346"), is_decimal("50312300015.0"), is_decimal("05.03.12")
    (True, False, False)
    """
    whole, dot, fraction = text.partition(".")
    return bool(dot) and is_digits(whole) and is_digits(fraction) and fraction != "0"


def strip_separators(text: str) -> str:
    """Drop blanks, dashes, dots, slashes, brackets, apostrophes and invisible characters.

    >>> strip_separators("05-03-12 3\\u00a000015")
    '050312300015'
    """
    return text.translate(_SEPARATORS)


def is_digits(text: str) -> bool:
    """Tell whether these are ASCII digits and nothing else; ``str.isdigit`` takes any script's.

    >>> is_digits("0123"), is_digits("٠١٢٣"), is_digits("")
    (True, False, False)
    """
    return text.isascii() and text.isdigit()


def to_latin(text: str) -> str:
    """Write a code in Latin capitals where Cyrillic look-alikes were typed.

    >>> to_latin("КZ86 125к")
    'KZ86 125K'
    """
    return text.upper().translate(_LOOK_ALIKES)
