"""Blocks of whole lines in UTF-8, from any binary stream in any encoding.

A block reports the matches that end in ``data[seen:until]``. What stands around that is context: the lines
before it (a label on the line above, the first line of a value of several lines) and the lines after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from piiguard.detect import encodings, packed, wide

BLOCK = 1 << 20
LINES_BEFORE = 3  # a value of three lines, its last line in this block, and the line above may hold a label
LINES_AFTER = 2
MOST_FOLDED = 64  # lines that go on over more than these are cut
MOST_CONTEXT = 1 << 14  # a line longer than this is context only in part
LONG_BEFORE = 4096  # inside a line longer than a block: the longest match and its label
LONG_AFTER = 1024


class Stream(Protocol):
    """None is read where there is nothing for now: the lines that are whole by then make a block."""

    def read(self, size: int, /) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Block:
    """Lines in UTF-8; ``line`` numbers the first one from 0."""

    data: bytes
    line: int
    seen: int
    until: int
    column: int = 0  # characters of the first line that stand before this block


class BlockReader:
    """Iterate over the blocks of a stream; ``encoding`` and ``bytes_read`` say what was found and done.

    ``encoding="auto"`` looks at the first bytes. A file in UTF-8 or a single-byte encoding may be mixed:
    each line is UTF-8 if it can be, else the single-byte guess.
    """

    def __init__(self, stream: Stream, encoding: str = "auto", size: int = BLOCK) -> None:
        self._stream = stream
        self._size = size
        self._head = stream.read(size) or b""
        self._auto = encoding == "auto"
        self.encoding = encodings.detect(self._head) if self._auto else encoding
        self.bytes_read = len(self._head)

    def __iter__(self) -> Iterator[Block]:
        chunks = chain([encodings.without_bom(self._head, self.encoding)], self._chunks())
        if self._auto and not encodings.is_wide(self.encoding):
            return _blocks(self._repaired(chunks), self._size)
        return _blocks(encodings.transcoded(chunks, self.encoding), self._size)

    def _chunks(self) -> Iterator[bytes]:
        while (chunk := self._stream.read(self._size)) != b"":
            self.bytes_read += len(chunk or b"")
            yield chunk or b""

    def _repaired(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Cut the chunks at line breaks, since a line is the unit of a mixed file's encoding."""
        guess = self.encoding if self.encoding in encodings.SINGLE_BYTE else ""
        for lines in map(wide.without_zeros, _whole_lines(chunks, self._size)):
            if encodings.is_utf8(lines):
                yield lines
            else:
                guess = guess or encodings.guess_single_byte(encodings.not_utf8(lines))
                yield encodings.repaired(lines, guess)


def _whole_lines(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if not chunk:
            yield chunk
        rest += chunk
        cut = rest.rfind(b"\n") + 1
        if not cut and len(rest) >= size:
            cut = encodings.boundary(rest, max(len(rest) - 4, 0))
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _blocks(chunks: Iterator[bytes], size: int) -> Iterator[Block]:
    data, line, column, seen = b"", 0, 0, 0
    for chunk in chunks:
        data += chunk
        if chunk and len(data) - seen < size:
            continue
        until = _cut(data, seen) if chunk else data.rfind(b"\n") + 1
        if until <= seen:
            continue
        yield Block(data, line, seen, until, column)
        keep = _context(data, until)
        line, column = line + data.count(b"\n", 0, keep), _column(data, keep, column)
        data, seen = data[keep:], until - keep
    if len(data) > seen or data:
        yield Block(data, line, seen, len(data), column)


def _cut(data: bytes, seen: int) -> int:
    """Find where this block's matches must end: before its last lines, or before the end of a long line."""
    end = data.rfind(b"\n") + 1
    for _ in range(LINES_AFTER):
        end = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    end = _before_blanks(data, end, seen)
    if end > seen and len(data) - end <= MOST_CONTEXT:
        return end
    return packed.seam(data, seen, max(encodings.boundary(data, max(len(data) - LONG_AFTER, 0)), seen))


def _before_blanks(data: bytes, end: int, seen: int) -> int:
    """Go back to a line that no blank begins, if one is near: what begins with one may be the rest of a line."""
    place = end
    for _ in range(MOST_FOLDED):
        if data[place : place + 1] not in (b" ", b"\t"):
            return place if place > seen else end
        place = data.rfind(b"\n", 0, max(place - 1, 0)) + 1
    return end


def _context(data: bytes, until: int) -> int:
    """Find where the context of the next block begins."""
    start = until
    for _ in range(LINES_BEFORE + (until > 0 and data[until - 1] != 0x0A)):
        start = data.rfind(b"\n", 0, max(start - 1, 0)) + 1
        if until - start > MOST_CONTEXT:
            return encodings.boundary(data, max(until - LONG_BEFORE, 0))
    return start


def _column(data: bytes, keep: int, column: int) -> int:
    start = data.rfind(b"\n", 0, keep) + 1
    characters = len(data[start:keep].decode("utf-8", "replace"))
    return characters if start else column + characters
