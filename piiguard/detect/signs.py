"""Signs that stand for others, or for nothing: digits of all scripts, blanks that no recognizer knows, what nobody sees.

>>> chr(DIGITS[0x661]), chr(DIGITS[0x1D7D9]), 0xB2 in DIGITS
('1', '1', False)
>>> bool(UNSEEN.match("\\u2060")), bool(UNSEEN.match("\\u2013"))
(True, False)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from piiguard.detect.charset import byte_class

__all__ = [
    "BLANKS",
    "DIGITS",
    "FIRST_BYTES",
    "IN_UTF8",
    "OF_BLANKS",
    "OF_DIGITS",
    "OF_FIRST_PLANE",
    "OF_OTHER_PLANES",
    "OF_UNSEEN",
    "OTHER_PLANES",
    "UNSEEN",
    "in_utf8",
]

# Nd of Unicode 17, which has them in rows of ten; Python's own tables may be older
_ZEROS = (
    "660 6F0 7C0 966 9E6 A66 AE6 B66 BE6 C66 CE6 D66 DE6 E50 ED0 F20 1040 1090 17E0 1810 1946 19D0 1A80 1A90 1B50 1BB0 1C40"
    " 1C50 A620 A8D0 A900 A9D0 A9F0 AA50 ABF0 FF10 104A0 10D30 10D40 11066 110F0 11136 111D0 112F0 11450 114D0 11650 116C0"
    " 116D0 116DA 11730 118E0 11950 11BF0 11C50 11D50 11DA0 11DE0 11F50 16130 16A60 16AC0 16B50 16D70 1CCF0 1D7CE 1D7D8"
    " 1D7E2 1D7EC 1D7F6 1E140 1E2F0 1E4F0 1E5F1 1E950 1FBF0"
)
DIGITS = {int(zero, 16) + digit: 0x30 + digit for zero in _ZEROS.split() for digit in range(10)}
"""Digits of all scripts but ours, and ours."""
# Default_Ignorable_Code_Point of Unicode, and the marks of annotations
_UNSEEN = (
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFFB"
    " 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
_BLANKS = "1680 2000-2006 2008 200A 2028-2029 205F 3000"


def _codes(rows: str) -> list[int]:
    ends = (row.partition("-") for row in rows.split())
    return [code for first, _, last in ends for code in range(int(first, 16), int(last or first, 16) + 1)]


def _members(codes: Iterable[int]) -> str:
    """As members of a class: what follows one another as a range."""
    rows: list[list[int]] = []
    for code in sorted(codes):
        if rows and code == rows[-1][1] + 1:
            rows[-1][1] = code
        else:
            rows.append([code, code])
    return "".join(chr(first) if first == last else f"{chr(first)}-{chr(last)}" for first, last in rows)


def in_utf8(codes: Iterable[int]) -> bytes:
    r"""A pattern behind a class of first bytes, for the bytes that follow each of them.

    >>> in_utf8([0xAD, 0x2060, 0x2061])
    b'(?<=[\\xe2])[\\x81][\\xa0-\\xa1]|(?<=[\\xc2])[\\xad]'
    """
    branches = _branches({chr(code).encode() for code in codes})
    return b"|".join(b"(?<=" + byte_class(first) + b")" + rest for rest, first in sorted(branches.items()))


def _branches(encoded: Collection[bytes]) -> dict[bytes, set[int]]:
    """The first bytes, by the pattern of what follows them."""
    following = defaultdict[int, set[bytes]](set)
    for each in encoded:
        following[each[0]].add(each[1:])
    branches = defaultdict[bytes, set[int]](set)
    for first, rests in following.items():
        inner = (
            []
            if rests == {b""}
            else [byte_class(next_) + rest for rest, next_ in sorted(_branches(rests).items())]
        )
        branches[b"(?:" + b"|".join(inner) + b")" if len(inner) > 1 else b"".join(inner)].add(first)
    return branches


BLANKS = frozenset(_codes(_BLANKS))
"""Blanks that no recognizer knows."""
OF_BLANKS, OF_DIGITS, OF_UNSEEN = map(_members, (BLANKS, DIGITS, _codes(_UNSEEN)))
"""The same, as members of a class."""
_SIGNS = (*BLANKS, *DIGITS, *_codes(_UNSEEN))
# Of a class, Python looks up what is in the first plane, and tries one by one what is not.
OF_FIRST_PLANE = _members(code for code in _SIGNS if code < 0x10000)
OTHER_PLANES = "\U00010000-\U0010ffff"
OF_OTHER_PLANES = _members(code for code in _SIGNS if code >= 0x10000)
UNSEEN = re.compile(f"[{OF_UNSEEN}]")
_TAGS = 0xE0000  # thousands, of no other plane
IN_UTF8 = (
    in_utf8([*BLANKS, *DIGITS, *(code for code in _codes(_UNSEEN) if code < _TAGS)]) + rb"|(?<=\xf3)\xa0"
)
"""All of them, behind a class of first bytes."""
FIRST_BYTES = frozenset(chr(code).encode()[0] for code in _SIGNS)
