"""Reads CSV and TSV files by column: values are judged as those of a table, not line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from piiguard.confidence import MEDIUM
from piiguard.scan import hashes
from piiguard.scan.engines import observer_of
from piiguard.scan.observe import NAMES, Hit, Observer
from piiguard.scan.options import Options
from piiguard.scan.part import FIRST
from piiguard.scan.settle import Rhythm
from piiguard.scan.statistics import Partials, merge_into

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["PRESSED", "Counted", "Sheet", "encoding_of", "is_sheet"]

PRESSED = (".gz", ".bz2", ".xz", ".zst")
_PAGE = 1000
_HEAD = 1 << 16


def is_sheet(name: str) -> bool:
    """Whether the name says so, with or without compression.

    >>> is_sheet("clients.csv"), is_sheet("export.TSV.gz"), is_sheet("app.log")
    (True, True, False)
    """
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in PRESSED else path).suffix in (".csv", ".tsv")


@dataclass(slots=True)
class Sheet:
    """What was read of one file so far."""

    lines: int = 0
    bytes: int = 0
    encoding: str = ""
    partials: Partials = field(default_factory=dict)
    places: dict[tuple[str, str | None, str], list[int]] = field(default_factory=dict)
    _rhythm: Rhythm = field(default_factory=Rhythm)

    def read(
        self, engine: Engine, stream: BinaryIO, options: Options, on_page: Callable[[int], None]
    ) -> None:
        """Read the stream to its end, a page of rows at a time."""
        observer = observer_of(engine, options)
        counted = Counted(stream)
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        self.encoding = encoding_of(source, options.encoding)
        rows = _rows(source, self.encoding)
        header = next(rows, None)
        if header is None:
            return
        names = _names(engine, header[1])
        first = [] if names else [header]
        names = names or [str(number) for number in range(1, len(header[1]) + 1)]
        while page := first + list(islice(rows, _PAGE)):
            first = []
            self.observe(observer, names, page)
            self.bytes = counted.read_bytes
            on_page(self.bytes)

    def observe(
        self, observer: Observer, names: Sequence[str], page: Sequence[tuple[int, Sequence[object]]]
    ) -> None:
        """Add rows, each with the number of its line."""
        self.lines = page[-1][0]
        observer.settled = self._rhythm.now()
        lists: dict[str, list[object]] = {}
        for place, name in enumerate(names):
            lists[name] = [row[place] if place < len(row) else None for _, row in page]
            found = observer.observe(name, lists[name])
            if self._lacks_lines(found):
                observer.observe(name, lists[name], sink=partial(self._note, name, page))
            merge_into(self.partials, found)
        hashes.prove(lists, self.partials)
        self._rhythm.read(len(page), self.partials)

    def _lacks_lines(self, found: Partials) -> bool:
        """Whether these rows hold an entity of which too few lines are known: only then is each match looked at."""
        return any(
            len(self.places.get((name, path, claim.partition(" ")[0]), ())) < FIRST
            for (name, path), statistics in found.items()
            for claim in statistics.tallies
            if claim != NAMES
        )

    def _note(self, name: str, page: Sequence[tuple[int, Sequence[object]]], hit: Hit) -> None:
        lines = self.places.setdefault((name, hit.path, hit.claim.partition(" ")[0]), [])
        line = page[hit.cell][0]
        if len(lines) < FIRST and line not in lines:
            lines.append(line)


class Counted(io.RawIOBase):
    """Counts what is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.read_bytes += len(chunk)
        return len(chunk)


def encoding_of(source: io.BufferedReader, wanted: str) -> str:
    """The encoding of what is about to be read: the one asked for, or what its head looks like."""
    from piiguard.detect import encodings

    return encodings.detect(source.peek(_HEAD)[:_HEAD]) if wanted == "auto" else wanted


def _rows(source: io.BufferedReader, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with the number of the line that each ends on."""
    first = source.peek(_HEAD)[:_HEAD].decode(encoding, "replace").partition("\n")[0]
    text = io.TextIOWrapper(source, "utf-8-sig" if encoding == "utf-8" else encoding, "replace", newline="")
    reader = csv.reader((line.replace("\0", "") for line in text), delimiter=_delimiter(first))
    for row in reader:
        if row:
            yield reader.line_num, row


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def _names(engine: Engine, row: list[str]) -> list[str] | None:
    """The names in a header; None when the first row is data, whose values no place may be called by."""
    names = [name.strip() for name in row]
    told = all(names) and len(set(names)) == len(names)
    if not told or any(any(map(str.isdigit, name[:1])) or "@" in name for name in names):
        return None
    held = (match.score for name in names for match in engine.find(name))
    return None if any(score >= MEDIUM for score in held) else names
