"""Values of several lines, such as the machine-readable zone of a passport.

Only around lines that a many-line recognizer's prefilter hit is there anything to do; where such a recognizer then
finds something, all that its lines hold is judged together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from piiguard.detect import candidates
from piiguard.detect.candidates import Line


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring lines that one value spans; ``above`` are those before them that may label it."""

    lines: tuple[Line, ...]
    above: tuple[Line, ...]


Find = Callable[[str], Iterable[tuple[int, int]]]


def groups(data: bytes, hit: Sequence[Line], reach: int, find: Find) -> Iterator[Group]:
    """Look for spans in the lines up to ``reach`` around those hit, and yield the lines they cover."""
    for window in _windows(data, hit, reach):
        text, starts = joined(data, window)
        covered = sorted((line_at(starts, start), line_at(starts, end - 1)) for start, end in find(text))
        for first, last in _merged((first, last) for first, last in covered if last > first):
            yield Group(tuple(window[first : last + 1]), candidates.above(data, window[first]))


def joined(data: bytes, lines: Sequence[Line]) -> tuple[str, list[int]]:
    """Return the text of the lines, and where in it each begins."""
    texts = [candidates.text_of(data, line) for line in lines]
    starts, place = [], 0
    for text in texts:
        starts.append(place)
        place += len(text) + 1
    return "\n".join(texts), starts


def _windows(data: bytes, hit: Sequence[Line], reach: int) -> Iterator[list[Line]]:
    window: list[Line] = []
    for line in hit:
        if window and line.number <= window[-1].number:
            _grow(data, window, line.number + reach)
            continue
        around = [line]
        while around[0].number > line.number - reach and (above := candidates.before(data, around[0])):
            around.insert(0, above)
        _grow(data, around, line.number + reach)
        if window and around[0].number <= window[-1].number + 1:
            window += [other for other in around if other.number > window[-1].number]
        else:
            if window:
                yield window
            window = around
    if window:
        yield window


def _grow(data: bytes, window: list[Line], last: int) -> None:
    while window[-1].number < last and (below := candidates.after(data, window[-1])):
        window.append(below)


def line_at(starts: Sequence[int], place: int) -> int:
    """Name the line, of those that begin at ``starts``, on which a character stands."""
    return bisect_right(starts, place) - 1


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
