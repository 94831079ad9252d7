"""From places in a block to lines, and what lies in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from piiguard.detect import encodings
from piiguard.detect.prefilter import Hit
from piiguard.recognizers.above import BYTES, MOST


class Line(NamedTuple):
    """Bytes ``start`` to ``end`` of a block, without the line break, and the patterns that end there."""

    number: int
    start: int
    end: int
    hits: Sequence[Hit] = ()


def candidates(data: bytes, hits: Sequence[Hit]) -> Iterator[Line]:
    """Group places, which come in order, by line."""
    number = counted = start = 0
    end = -1
    own: list[Hit] = []
    for hit in hits:
        place = hit[0] - 1  # on the match's line, even if a trailing guard took the line break
        if place > end:
            if own:
                yield Line(number, start, end, own)
            start = data.rfind(b"\n", 0, place) + 1
            end = data.find(b"\n", place)
            end = len(data) if end < 0 else end
            number += data.count(b"\n", counted, start)
            counted, own = start, []
        own.append(hit)
    if own:
        yield Line(number, start, end, own)


def in_characters(hits: Sequence[Hit], data: bytes, start: int, end: int, length: int) -> Sequence[Hit]:
    """Turn places in bytes into places in the text of ``length`` characters that ``data[start:end]`` holds."""
    if length == end - start:
        return [(place - start, number) for place, number in hits]
    placed, at, count = [], start, 0
    last = character = -1
    for place, number in hits:  # in order, so each character is counted once
        if place != last:  # several patterns end where one value does
            whole = max(encodings.boundary(data, place), at)
            count += _characters(data[at:whole])
            at, last = whole, place
            character = count if whole == place else count + _characters(data[whole:place])
        placed.append((character, number))
    return placed


def in_bytes(text: str, ends: Iterable[int]) -> Iterator[int]:
    """Turn places in a text, which come in order, into places in its UTF-8: each character is counted once."""
    at = place = 0
    for end in ends:
        place += len(text[at:end].encode("utf-8", "surrogatepass"))
        at = end
        yield place


def _characters(part: bytes) -> int:
    return len(part.decode("utf-8", "replace"))


def every_line(data: bytes, hits: Sequence[Hit] = ()) -> Iterator[Line]:
    """Every line, for recognizers that cannot be prefiltered."""
    start = number = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield Line(number, start, end, hits)
        start, number = end + 1, number + 1


def text_of(data: bytes, line: Line) -> str:
    """Decode a line, without the carriage return of a Windows line break."""
    end = line.end
    if end > line.start and data[end - 1] == 0x0D:
        end -= 1
    return data[line.start : end].decode("utf-8", "replace")


def before(data: bytes, line: Line) -> Line | None:
    """Return the line above, if the block has it."""
    if not line.start:
        return None
    start = data.rfind(b"\n", 0, line.start - 1) + 1
    return Line(line.number - 1, start, line.start - 1)


def above(data: bytes, line: Line) -> tuple[Line, ...]:
    """Return the lines above that may speak for a value on this one, the nearest last."""
    lines: list[Line] = []
    start, most = above_start(data, line.start, MOST), line
    while most.start > start and (higher := before(data, most)):
        lines.insert(0, higher)
        most = higher
    return tuple(lines)


def above_start(data: bytes, start: int, most: int) -> int:
    """Say where so many lines above the one that starts there begin, or fewer that are long enough."""
    place = start
    while place and most and start - place < BYTES:
        place = data.rfind(b"\n", 0, place - 1) + 1
        most -= 1
    return place


def after(data: bytes, line: Line) -> Line | None:
    """Return the line below, if the block has it."""
    start = line.end + 1
    if start >= len(data):
        return None
    end = data.find(b"\n", start)
    return Line(line.number + 1, start, len(data) if end < 0 else end)
