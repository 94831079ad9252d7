"""Cuts a large plain file into stretches of whole lines that several processes read, and puts the parts together.

A stretch is read with the lines around it, as a block is, so that a label above its first line and a value that
goes on behind its last one count; what ends outside of it is its neighbour's to report.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from piiguard.scan import forms, sources
from piiguard.scan.finding import Failure
from piiguard.scan.lines import LineStatistics, LineTally, read_lines
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, encoding_note

if TYPE_CHECKING:
    from piiguard.detect import Block, BlockReader, Engine

__all__ = ["LEAST", "Assembly", "Stretch", "StretchPart", "cut", "joined", "read_stretch"]

LEAST = 1 << 25
"""Bytes of a stretch: less is read sooner than a process is started."""
_PER_JOB = 8
"""Stretches for each process: the last one to finish is not waited for long, and progress is seen."""
_CHUNK = 1 << 20
_BEFORE, _AFTER = 4, 3
_MOST = 1 << 14
"""Bytes of context: of a longer line only a part."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bytes ``start`` to ``end`` of a file of ``size`` bytes: whole lines.

    ``guess`` is the encoding of its lines that are not UTF-8, of a mixed file.
    """

    file: str
    start: int
    end: int
    size: int
    encoding: str
    guess: str = ""
    named: bool = False
    """whether the file was asked for by its own name, and may be a link"""


@dataclass(slots=True)
class StretchPart:
    """What one stretch came to; its lines are counted from its own first one."""

    stretch: Stretch
    statistics: LineStatistics = field(default_factory=LineStatistics)
    errors: list[str] = field(default_factory=list)
    complete: bool = True
    """False when an interrupt ended it"""


def cut(file: str, options: Options, *, named: bool = False) -> list[Stretch]:
    """The stretches of a file, or none where it has to be read in one piece: compressed, columnar, small, UTF-16.

    Raises :class:`OSError` when the file cannot be read.
    """
    size = sources.size_of(file, named=named)
    if options.jobs < 2 or size < 2 * LEAST or forms.reader_of(file, options):
        return []
    with io.BufferedReader(sources.regular(file, named=named)) as source:
        head = source.read(_CHUNK)
        encoding, guess = _encoding(head, options.encoding)
        if not encoding or (not options.raw and sources.looks_binary(head[:8192])):
            return []
        edges = list(_edges(source, size, max(LEAST, size // (_PER_JOB * options.jobs))))
    ends = [*edges[1:], size]
    return [Stretch(file, *span, size, encoding, guess, named) for span in zip(edges, ends, strict=True)]


def _encoding(head: bytes, wanted: str) -> tuple[str, str]:
    """The encoding of every stretch and the guess for a mixed file, found once; empty where a byte 10 may be
    something else than a line break."""
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


def _ends_line(source: BinaryIO, place: int) -> bool:
    source.seek(place - 1)
    return source.read(1) == b"\n"


def read_stretch(
    engine: Engine, stretch: Stretch, options: Options, part: StretchPart, on_block: Callable[[int], None]
) -> None:
    """Read one stretch into ``part``, which holds what there is even when an interrupt ends this."""
    from piiguard.detect import BlockReader

    with io.BufferedReader(sources.regular(stretch.file, named=stretch.named)) as source:
        first, before = _context(source, stretch.start)
        stream = _Around(source, first, stretch)
        reader = BlockReader(stream, options.encoding)
        reader.encoding = stretch.guess or stretch.encoding
        clipped = _Clipped(reader, stream, before, stretch)
        statistics = LineStatistics()
        try:
            read_lines(engine, clipped, statistics, on_block=on_block)
        finally:
            statistics.lines = max(statistics.lines - before, 0)
            statistics.bytes = min(
                max(statistics.bytes - stretch.start + first, 0), stretch.end - stretch.start
            )
            part.statistics = statistics.shifted(-before)


def _context(source: BinaryIO, start: int) -> tuple[int, int]:
    """Where the context in front of a stretch begins, and how many line breaks are in it."""
    source.seek(max(start - _MOST, 0))
    data = source.read(start - source.tell())
    place = len(data)
    for _ in range(_BEFORE):
        place = data.rfind(b"\n", 0, max(place - 1, 0)) + 1
    while place < len(data) and data[place] & 0xC0 == 0x80:  # not in the middle of a character
        place += 1
    return start - len(data) + place, data.count(b"\n", place)


class _Around(io.RawIOBase):
    """The bytes of a stretch and of the lines around it; knows how many lines are the stretch's own."""

    def __init__(self, source: BinaryIO, first: int, stretch: Stretch) -> None:
        source.seek(first)
        self._source = source
        self._place = first
        self._start, self._end, self._size = stretch.start, stretch.end, stretch.size
        self._behind = 0
        self.lines = 0

    @property
    def past(self) -> bool:
        """Whether all of the stretch itself was read."""
        return self._place >= self._end

    def read(self, size: int = -1, /) -> bytes:
        """Pieces end where those of one process would end: its guess of an encoding looks at whole pieces."""
        if self._place < self._end:
            wanted = min(size - self._place % size, self._end - self._place)
        else:
            wanted = min(_MOST, self._size - self._place) if self._behind < _AFTER else 0
        data = self._source.read(wanted)
        if self._place < self._end:
            self.lines += data.count(b"\n", max(self._start - self._place, 0))
        else:
            self._behind += data.count(b"\n") or _AFTER
        self._place += len(data)
        return data


class _Clipped:
    """The blocks of a stretch, which report only what ends in its own lines."""

    def __init__(self, reader: BlockReader, stream: _Around, before: int, stretch: Stretch) -> None:
        self._reader, self._stream, self._before = reader, stream, before
        self._last = stretch.end == stretch.size
        self.encoding = stretch.encoding

    @property
    def bytes_read(self) -> int:
        return self._reader.bytes_read

    def __iter__(self) -> Iterator[Block]:
        for block in self._reader:
            seen = max(block.seen, _place_of(block, self._before))
            until = block.until
            if self._stream.past and not self._last:
                until = min(until, _place_of(block, self._before + self._stream.lines))
            if seen < until:
                yield replace(block, seen=seen, until=until)


def _place_of(block: Block, line: int) -> int:
    """Where a line, counted as the block's own, begins in it."""
    place = 0
    for _ in range(line - block.line):
        place = block.data.find(b"\n", place) + 1
        if not place:
            return len(block.data)
    return place


def joined(parts: Iterable[StretchPart], stretches: Sequence[Stretch]) -> LineStatistics:
    """One file from its stretches: each is moved down by the lines of those before it.

    Behind a stretch that was not read to its end no line has a number: the counts stand.
    """
    whole, known = LineStatistics(), True
    by_start = {part.stretch.start: part for part in parts}
    for stretch in stretches:
        part = by_start.get(stretch.start)
        if part is not None:
            own = part.statistics.shifted(whole.lines)
            whole.merge(own if known else _unnumbered(own))
        known = known and part is not None and part.complete and not part.errors
    return whole


def _unnumbered(statistics: LineStatistics) -> LineStatistics:
    bare: dict[tuple[str | None, str], LineTally] = {
        place: replace(tally, lines=()) for place, tally in statistics.places.items()
    }
    return replace(statistics, places=bare)


class Assembly:
    """Collects the parts of files until each file is whole; of an interrupted scan it gives what there is."""

    def __init__(self, target: str, stretches: Iterable[Stretch], options: Options) -> None:
        self._target, self._options = target, options
        self._stretches: dict[str, list[Stretch]] = {}
        self._parts: dict[str, list[StretchPart]] = {}
        for stretch in stretches:
            self._stretches.setdefault(stretch.file, []).append(stretch)

    def add(self, part: StretchPart) -> Outcome | None:
        """The outcome of a file with its last part, else None."""
        file = part.stretch.file
        parts = self._parts.setdefault(file, [])
        parts.append(part)
        return self._outcome(file) if len(parts) == len(self._stretches[file]) else None

    def rest(self) -> list[Outcome]:
        """The files of which only some parts were read."""
        return [self._outcome(file) for file in list(self._parts)]

    def bytes_of(self, file: str) -> int:
        """How far a file was read so far, all parts together."""
        return sum(part.statistics.bytes for part in self._parts.get(file, ()))

    def _outcome(self, file: str) -> Outcome:
        parts, stretches = self._parts.pop(file), self._stretches[file]
        whole = joined(parts, stretches)
        messages = dict.fromkeys(error for part in parts for error in part.errors)
        complete = len(parts) == len(stretches) and all(part.complete for part in parts)
        return Outcome(
            file,
            whole.lines,
            whole.bytes,
            whole.chosen(self._target, file, self._options.min_confidence),
            tuple(Failure(self._target, file, message) for message in messages),
            complete,
            encoding_note(self._target, file, whole.encoding),
        )
