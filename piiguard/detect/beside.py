"""Values that stand right beside one another: what a match hides, and nobody sees before it is covered.

A rule takes the digits, letters and signs around a value for more of it. Where they belong to a value that is told, they
are none; so what stands beside a match is looked at again with the match covered, as a scan of a redacted copy does.

>>> covered("ИИН 050312300015+77011234567", [Match("KZ_IIN", 4, 16, 1.0)])
'ИИН ************+77011234567'
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from piiguard.detect.match import Match, moved

__all__ = ["Look", "covered", "with_beside"]

Look = Callable[[str], Iterable[Match]]
_start, _end = attrgetter("start"), attrgetter("end")
_SIGNS = re.compile(r"[^\W_]")
_BEFORE = re.compile(r"(?:\w|[0-9][^\s\w]{1,2})\Z")
_AFTER = re.compile(r"[^\s\w]{0,2}\w")
_NEAR = 3
_WINDOW = 256
"""Characters on each side: a value and its label. What is looked at for one match does not grow with the text."""
_TOGETHER = 1024
"""Characters that may lie between the matches beside which is looked at once."""


def covered(text: str, found: Iterable[Match]) -> str:
    """The text with the letters and digits of matches starred, each sign in its place; they come from left to right."""
    parts, done = [], 0
    for match in found:
        if match.end > done:
            start = max(match.start, done)  # what is looked at may begin inside of a match
            parts += [text[done:start], _SIGNS.sub("*", text[start : match.end])]
            done = match.end
    return "".join([*parts, text[done:]])


def with_beside(text: str, found: list[Match], look: Look, above: Callable[[], str] = str) -> list[Match]:
    """These matches, and those that are told only where these are covered, in the order of their places.

    ``look`` finds the matches in a part of the text; ``above`` gives the lines before it, which may label what is in it.
    """
    edges = [match for match in found if _is_beside(text, match)]
    if not edges:
        return found
    before = above()
    first = len(before)
    text = before + text
    known = [*(look(before) if before else ()), *moved(found, first)]
    edges = moved(edges, first)
    while edges:
        together = _last_of(edges)
        for each in _beside(text, together, known, look):
            insort(known, each, key=_start)
            edges += [each] if _is_beside(text, each) else []
    return moved((match for match in known if match.start >= first), -first)


def _last_of(edges: list[Match]) -> list[Match]:
    """Take the last edge, and those before it that lie so near that one look is for all."""
    together = [edges.pop()]
    while edges and abs(edges[-1].start - together[0].start) <= _TOGETHER:
        together.append(edges.pop())
    return together


def _beside(text: str, edges: Sequence[Match], known: Sequence[Match], look: Look) -> Iterator[Match]:
    """What stands beside some of the known matches, with those around them covered."""
    first = max(min(map(_start, edges)) - _WINDOW, 0)
    last = max(map(_end, edges)) + _WINDOW
    near = known[bisect_left(known, first, key=_end) : bisect_left(known, last, key=_start)]
    seen = covered(text[first:last], moved(near, -first))
    for found in moved(look(seen), first):
        if all(_parted(found, other) >= 0 for other in near) and any(
            _parted(found, edge) <= _NEAR for edge in edges
        ):
            yield found


def _is_beside(text: str, match: Match) -> bool:
    """Whether something is written right beside it that may be more than a sign."""
    return bool(
        _AFTER.match(text, match.end) or _BEFORE.search(text, max(match.start - _NEAR, 0), match.start)
    )


def _parted(one: Match, other: Match) -> int:
    """How many signs part them; below 0 they overlap."""
    return max(other.start - one.end, one.start - other.end)
