r"""Whether what stands on both sides of a mark is one value: what is whole by itself is never put together with more.

>>> is_one("iin 0503", "12300015"), is_one("050312300015", "87011234567"), is_one("C:\\logs", "050312300015")
(True, False, False)
>>> is_one("Пет", "ров Иван"), is_one("Петров", "Иван")
(True, False)
"""

from __future__ import annotations

import re

from piiguard.recognizers.checks import bin as bin_check
from piiguard.recognizers.checks import card, iin, phone

__all__ = ["NEAR", "is_one"]

NEAR = 40
"""So many characters on each side are looked at."""
_LEFT = re.compile(r"((?<![\w+/])[^\W\d_]{2,}|[^\W\d_]?)(?<![0-9])(\+?[0-9][0-9 ()-]*)?\Z")
_RIGHT = re.compile(r"([(+]{0,2}[0-9][0-9 ()-]*)?(?![0-9])([^\W\d_]*)")
_SIGNS = str.maketrans("", "", " ()-+")
_CHECKS = {
    11: phone.claim,
    12: lambda digits: iin.claim(digits) or bin_check.claim(digits),
    16: card.claim,
}
_WORD = 3
_LONG = 9  # digits of the shortest number of a document: two of them stand beside each other


def is_one(before: str, behind: str) -> bool:
    """Tell whether a value goes on from the end of one text at the begin of the other."""
    word, left = _LEFT.search(before[-NEAR:]).groups("")  # type: ignore[union-attr]
    right, next_word = _RIGHT.match(behind[:NEAR]).groups("")  # type: ignore[union-attr]
    left_is_whole = _is_whole(left, -1)
    right_is_whole = _is_whole(right, 0)
    if left and right:
        return not (left_is_whole or right_is_whole or _are_two(left, right))
    if left or right:
        return not ((left_is_whole and next_word) or (right_is_whole and word))
    return not (word.istitle() and next_word.istitle() and min(len(word), len(next_word)) >= _WORD)


def _are_two(left: str, right: str) -> bool:
    return min(len(_digits(left)), len(_digits(right))) >= _LONG and not _is_whole(left + right, 0)


def _is_whole(number: str, nearest: int) -> bool:
    """Tell it by the check digit or the plan of numbers, in the size that nearly all of its kind have."""
    if not number:
        return False
    for digits in (_digits(number), _digits(number.split()[nearest])):
        if (check := _CHECKS.get(len(digits))) and check(digits):
            return True
    return False


def _digits(number: str) -> str:
    return number.translate(_SIGNS)
