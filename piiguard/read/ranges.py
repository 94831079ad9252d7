"""Cuts a large plain file into ranges of whole lines, which several processes read.

A range is read with the lines around it, as a block is, so that a label above its first line and a value that goes on
behind its last one count; what ends outside of it is its neighbour's to report.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from piiguard.read import magic, sources
from piiguard.read.forms import form_of
from piiguard.read.options import ReadOptions
from piiguard.read.tabular import is_tabular

if TYPE_CHECKING:
    from piiguard.detect import Block, BlockReader

__all__ = ["LEAST", "Around", "Clipped", "Range", "context", "cut"]

LEAST = 1 << 25
"""Bytes of a range: less is read sooner than a process is started."""
_PER_JOB = 8
"""Ranges for each process: the last one to finish is not waited for long, and progress is seen."""
_HEAD = 1 << 20
_BEFORE, _AFTER = 4, 3
_MOST = 1 << 14
"""Bytes of context: of a longer line only a part."""


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes ``start`` to ``end`` of a file of ``size`` bytes: whole lines.

    ``guess`` is the encoding of its lines that are not UTF-8, of a mixed file.
    """

    start: int
    end: int
    size: int
    encoding: str
    guess: str = ""


def cut(file: str, options: ReadOptions, jobs: int, *, named: bool = False) -> list[Range]:
    """The ranges of a file, or none where it has to be read in one piece: compressed, small, UTF-16.

    Raises :class:`OSError` when the file cannot be read.
    """
    size = sources.size_of(file, named=named)
    if size < 2 * LEAST:
        return []
    with io.BufferedReader(sources.regular(file, named=named)) as source:
        head = source.read(_HEAD)
        encoding, guess = _encoding(head, options.encoding)
        if form_of(file, head[: magic.HEAD]) and not options.form:  # whoever reads that has to read all of it
            return []
        if not encoding or (not options.raw and _is_odd(head[: magic.HEAD])):
            return []
        if not options.form and is_tabular(head[: magic.HEAD], options.encoding):
            return []
        edges = list(_edges(source, size, max(LEAST, size // (_PER_JOB * jobs))))
    ends = [*edges[1:], size]
    return [Range(*span, size, encoding, guess) for span in zip(edges, ends, strict=True)]


def _is_odd(head: bytes) -> bool:
    """Whether whoever reads it whole finds out what it is: no text, or zeros or a false mark first."""
    from piiguard.detect import encodings

    return bool(magic.unknown(head)) or not head.strip(b"\0") or bool(encodings.false_mark(head))


def _encoding(head: bytes, wanted: str) -> tuple[str, str]:
    """The encoding of every range and the guess for a mixed file, found once; empty where a byte 10 may be something
    else than a line break."""
    from piiguard.detect import encodings

    encoding = encodings.detect(head) if wanted == "auto" else wanted
    if encoding not in (*encodings.SINGLE_BYTE, "utf-8", "ascii", "iso8859-1", "iso8859-5"):
        return "", ""
    odd = (
        encodings.not_utf8(head[: head.rfind(b"\n") + 1]) if (wanted, encoding) == ("auto", "utf-8") else b""
    )
    return encoding, encodings.guess_single_byte(odd) if odd else ""


def _edges(source: BinaryIO, size: int, length: int) -> Iterator[int]:
    """Where lines begin, about so many bytes apart."""
    yield 0
    last, aim = 0, length
    while aim < size:
        source.seek(aim - 1)
        found = aim - 1 + len(source.readline(length))
        if found >= size:
            return
        if found > last and _ends_line(source, found):
            yield found
            last = found
        aim = max(found, aim) + length


def _ends_line(source: BinaryIO, at: int) -> bool:
    source.seek(at - 1)
    return source.read(1) == b"\n"


def context(source: BinaryIO, start: int) -> tuple[int, int]:
    """Where the context in front of a range begins, and how many line breaks are in it."""
    source.seek(max(start - _MOST, 0))
    data = source.read(start - source.tell())
    at = len(data)
    for _ in range(_BEFORE):
        at = data.rfind(b"\n", 0, max(at - 1, 0)) + 1
    while at < len(data) and data[at] & 0xC0 == 0x80:  # not in the middle of a character
        at += 1
    return start - len(data) + at, data.count(b"\n", at)


class Around(io.RawIOBase):
    """The bytes of a range and of the lines around it; knows how many lines are the range's own."""

    def __init__(self, source: BinaryIO, first: int, own: Range) -> None:
        source.seek(first)
        self._source = source
        self._at = first
        self._start, self._end, self._size = own.start, own.end, own.size
        self._behind = 0
        self.lines = 0

    @property
    def past(self) -> bool:
        """Whether all of the range itself was read."""
        return self._at >= self._end

    def read(self, size: int = -1, /) -> bytes:
        """Pieces end where those of one process would end: its guess of an encoding looks at whole pieces."""
        if self._at < self._end:
            wanted = min(size - self._at % size, self._end - self._at)
        else:
            wanted = min(_MOST, self._size - self._at) if self._behind < _AFTER else 0
        data = self._source.read(wanted)
        if self._at < self._end:
            self.lines += data.count(b"\n", max(self._start - self._at, 0))
        else:
            self._behind += data.count(b"\n") or _AFTER
        self._at += len(data)
        return data


class Clipped:
    """The blocks of a range, which report only what ends in its own lines; ``ahead`` are the bytes of context before it."""

    def __init__(self, reader: BlockReader, stream: Around, before: int, own: Range, ahead: int) -> None:
        self._reader, self._stream, self._before = reader, stream, before
        self._last, self._ahead, self._most = own.end == own.size, ahead, own.end - own.start
        self.encoding = own.encoding

    @property
    def bytes_read(self) -> int:
        return min(max(self._reader.bytes_read - self._ahead, 0), self._most)

    def __iter__(self) -> Iterator[Block]:
        for block in self._reader:
            seen = max(block.seen, _at_line(block, self._before))
            until = block.until
            if self._stream.past and not self._last:
                until = min(until, _at_line(block, self._before + self._stream.lines))
            if seen < until:
                yield replace(block, seen=seen, until=until)


def _at_line(block: Block, line: int) -> int:
    """Where a line, counted as the block's own, begins in it."""
    at = 0
    for _ in range(line - block.line):
        at = block.data.find(b"\n", at) + 1
        if not at:
            return len(block.data)
    return at
