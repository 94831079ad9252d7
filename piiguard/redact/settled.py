"""Redacts what was redacted, until nothing is left that is to be: what a value hides is found when the value is gone.

>>> def once(text: str) -> list[Change]:
...     at = text.find("7")
...     return [(at, at + 1, "*")] if at >= 0 else []
>>> settled("a7b7", once("a7b7"), once)
[(1, 2, '*'), (3, 4, '*')]
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from piiguard.recognizers.checks.later import later

__all__ = ["MOST", "Change", "settled", "written"]

Change = tuple[int, int, str]
"""What to put in place of a part of a text."""
MOST = 8
"""How many times a text is looked at again: whoever writes a longer chain of values wants to keep others waiting."""
_ANYTHING = later(r"[^\W_]")


def written(text: str, changes: Iterable[Change]) -> str:
    """The text with its changes, which come from left to right."""
    parts, place = [], 0
    for start, end, new in changes:
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


def settled(text: str, first: Sequence[Change], again: Callable[[str], Iterable[Change]]) -> list[Change]:
    """The ``first`` changes of a text, and what ``again`` changes in what they leave, as changes of that text.

    What was put there is not touched again.
    """
    changes, more = list(first), bool(first)
    for _ in range(MOST):
        if not more or not _is_left(text, changes):
            break
        added = list(_outside(changes, again(written(text, changes))))
        changes, more = sorted([*changes, *added]), bool(added)
    return changes


def _is_left(text: str, changes: Iterable[Change]) -> bool:
    """Whether anything stands beside what was put there."""
    place = 0
    for start, end, _ in changes:
        if _ANYTHING.search(text, place, start):
            return True
        place = end
    return bool(_ANYTHING.search(text, place))


def _outside(changes: Sequence[Change], later_ones: Iterable[Change]) -> Iterator[Change]:
    """The later changes where they change what was there from the beginning; one over several parts stands in the first."""
    kept = list(_kept(changes))
    starts = [start for start, _, _ in kept]
    for start, end, new in later_ones:
        number = max(bisect_right(starts, start) - 1, 0)
        while number < len(kept) and kept[number][0] < end:
            first, last, shift = kept[number]
            if (low := max(first, start)) < (high := min(last, end)):
                alike = len(new) == end - start  # sign by sign, as masks are
                yield low + shift, high + shift, new[low - start : high - start] if alike else new
                new = new if alike else ""
            number += 1


def _kept(changes: Iterable[Change]) -> Iterator[tuple[int, int, int]]:
    """The parts that the changes leave: where they begin and end in what was made, and how far they stood from there."""
    shift = place = 0
    for start, end, new in changes:
        yield place - shift, start - shift, shift
        shift += (end - start) - len(new)
        place = end
    yield place - shift, 1 << 62, shift
