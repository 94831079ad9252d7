"""Whole numbers as JSON and spreadsheets write them: ``50312300015.00``, ``5.0312300015e10``, ``5,0312300015E+10``."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["is_rounded_in", "is_written", "is_written_in", "plain_number", "written"]

_NUMBER = re.compile(r"(-?)([0-9]+)(?:(?:\.|,(?=[0-9]+[eE]))([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
_MOST_DIGITS = 40
_FEWEST = 8
"""Digits of a number that anybody looks for."""
# a fraction of zeros, or, as the value of a key of JSON, an exponent: both begin with signs that are soon found
_ZEROS = r"\.(?<=[0-9]{7}\.)0"
_POWER = r'":[ \t]*+\[?[-0-9+., ]*+(?<=[0-9])[eE][-+]?[0-9]'
_MARKS = tuple(map(re.compile, (_ZEROS, _POWER)))
_MARKS_IN = tuple(re.compile(mark.encode()) for mark in (_ZEROS, _POWER))
# Thousands apart, or a card as it is printed, by a sign that parts no other numbers. A point or an apostrophe does where
# the first group is a short one: else recognizers read it, and know what an address of a machine is.
_WIDE = "’\u00a0\u202f\u2009"
_GROUPED = re.compile(
    rf"(?<![\w.,+{_WIDE}'%-])(?P<digits>[0-9]{{1,3}}(?P<sign>[,_{_WIDE}])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}}){{2,4}}"
    rf"|[0-9]{{1,2}}(?P<point>[.'])[0-9]{{3}}(?:(?P=point)[0-9]{{3}}){{2,4}}"
    rf"|[0-9]{{4}}(?P<four>[,_{_WIDE}])[0-9]{{4}}(?:(?P=four)[0-9]{{4}}){{2}})(?:[.,]0{{1,2}})?(?![\w]|[.,'{_WIDE}-][0-9])"
)
_SIGN = rf"[,_.'{_WIDE}]"
_GROUPS = re.compile(rf"{_SIGN}[0-9]{{3,4}}{_SIGN}[0-9]{{3,4}}{_SIGN}[0-9]{{3}}")
# The same in lines: of all bytes digits and signs are left, and plain searches are faster than any pattern.
_FIRST_BYTES = b"\xe2\x80\xc2"  # of signs, whose last byte tells them
_SHAPES = bytes(
    48 if chr(byte) in "0123456789" else 44 if byte in b",_.'\x99\xaf\x89\xa0" else 32 for byte in range(256)
)
_GROUPS_IN = tuple(
    b",%s,%s,000" % groups
    for groups in ((b"000", b"000"), (b"000", b"0000"), (b"0000", b"000"), (b"0000", b"0000"))
)
_NO_DIGITS = re.compile("[^0-9]+")
_WRITTEN = re.compile(r"(?<![\w.,+%-])-?[0-9]{1,20}(?:\.0+|(?:[.,][0-9]{1,40})?[eE][+-]?[0-9]{1,3})(?![\w.])")
_ROUNDED = re.compile(r"(?<![\w.,+-])[1-9][.,](?P<kept>[0-9]{1,6})[eE]\+?(?P<power>1[0-8]|0?9)(?![\w.,])")


def plain_number(text: str) -> str:
    """A whole number as its digits, however it is written; whatever else it is stays.

    >>> plain_number("50312300015.00"), plain_number("5.0312300015E+10"), plain_number("0.50"), plain_number("1e999")
    ('50312300015', '50312300015', '0.50', '1e999')
    """
    found = _NUMBER.fullmatch(text)
    if not found or len(text) > 2 * _MOST_DIGITS:
        return text
    whole, fraction = found[2], found[3] or ""
    digits = (whole if whole.strip("0") or not fraction else "") + fraction
    point = len(digits) - len(fraction) + int(found[4] or 0)
    if not 0 < point <= _MOST_DIGITS or digits[point:].strip("0"):
        return text
    return found[1] + digits[:point].ljust(point, "0")


def is_written(text: str) -> bool:
    """Whether a text may have numbers that are written so; a number alone needs no JSON around it."""
    if text[:1].isdigit() and _WRITTEN.fullmatch(text):
        return True
    # one after the other: every record of a log asks, and a generator costs more than a search
    zeros, power = _MARKS
    return bool(zeros.search(text) or power.search(text) or _GROUPS.search(text))


def is_written_in(data: bytes) -> bool:
    """The same for lines."""
    if any(mark.search(data) for mark in _MARKS_IN):
        return True
    shape = data.translate(_SHAPES, _FIRST_BYTES)
    return any(groups in shape for groups in _GROUPS_IN)


def is_rounded_in(text: str) -> bool:
    """Whether a spreadsheet has written a long number of this text so that its last digits are lost.

    >>> is_rounded_in("7;5,03123E+11;x"), is_rounded_in("5.0312300015E+10"), is_rounded_in("1.5e3")
    (True, False, False)
    """
    if "E+" not in text and "e+" not in text:
        return False
    return any(len(found["kept"]) < int(found["power"]) for found in _ROUNDED.finditer(text))


def written(text: str) -> Iterator[tuple[int, int, str]]:
    """Where such numbers stand, and their digits.

    >>> list(written("ИИН 050,312,300,015; 1,234; 4111_1111_1111_1111"))
    [(4, 19, '050312300015'), (28, 47, '4111111111111111')]
    """
    for found in _GROUPED.finditer(text):
        yield *found.span(), _NO_DIGITS.sub("", found["digits"])
    for found in _WRITTEN.finditer(text):
        digits = plain_number(found[0])
        if digits != found[0] and len(digits) >= _FEWEST:
            yield *found.span(), digits
