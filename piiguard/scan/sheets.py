"""Reads CSV and TSV files by column: values are judged as those of a table, not line by line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from piiguard.scan import hashes
from piiguard.scan.dialect import dialect_of, rows
from piiguard.scan.engines import observer_of
from piiguard.scan.finding import Finding
from piiguard.scan.header import begin
from piiguard.scan.lines import FIRST, LineStatistics, read_lines
from piiguard.scan.observe import NAMES, Hit, Observer
from piiguard.scan.options import Options
from piiguard.scan.protection import findings_of
from piiguard.scan.settle import Rhythm
from piiguard.scan.statistics import Partials, merge_into

if TYPE_CHECKING:
    from piiguard.detect import Block, Engine

__all__ = ["PRESSED", "Counted", "Sheet", "Text", "encoding_of", "is_sheet"]

PRESSED = (".gz", ".bz2", ".xz", ".zst")
_PAGE = 1000
_HEAD = 1 << 16
_LINES = 200
"""Lines that say what table it is."""
_LONGEST = 1 << 22
"""Characters of a line that are held at once."""

Page = Sequence[tuple[int, Sequence[object]]]
"""Rows, each with the number of its line."""


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
    delimiter: str = ""
    """the one that was asked for"""
    text: LineStatistics = field(default_factory=LineStatistics)
    """what stands above the table, or a file that is none"""
    partials: Partials = field(default_factory=dict)
    places: dict[tuple[str, str | None, str], list[int]] = field(default_factory=dict)
    _seen: int = 0
    _rhythm: Rhythm = field(default_factory=Rhythm)

    def read(
        self, engine: Engine, stream: BinaryIO, options: Options, on_page: Callable[[int], None]
    ) -> None:
        """Read the stream to its end, a page of rows at a time."""
        observer = observer_of(engine, options)
        counted = Counted(stream)
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        self.encoding = encoding_of(source, options.encoding)
        lines = self._lines(source)
        head = list(islice(lines, _LINES))
        dialect = dialect_of(head, self.delimiter)
        lines = chain(head, lines)
        if dialect is None:
            self._read_text(engine, lines, lambda: on_page(counted.read_bytes))
        else:
            table = rows(chain([""], islice(lines, 1, None)) if dialect.said else lines, dialect)
            above = list(islice(table, _LINES))
            names, start = begin(observer, above, dialect.width)
            for number, row in above[: start - bool(names)]:
                self._search(engine, " ".join(row), number)
            table = chain(above[start:], table)
            while page := list(islice(table, _PAGE)):
                widest = max(len(row) for _, row in page)
                names += [str(number) for number in range(len(names) + 1, widest + 1)]
                self.observe(observer, names, page)
                self.bytes = counted.read_bytes
                on_page(self.bytes)
        self.lines, self.bytes = self._seen, counted.read_bytes

    def _lines(self, source: io.BufferedReader) -> Iterator[str]:
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        text = io.TextIOWrapper(source, encoding, "replace", newline="")
        while line := text.readline(_LONGEST):
            self._seen += 1
            yield line.replace("\0", "")

    def _read_text(self, engine: Engine, lines: Iterator[str], on_page: Callable[[], None]) -> None:
        number = 1
        while page := list(islice(lines, _PAGE)):
            self._search(engine, "".join(page), number)
            number += len(page)
            on_page()

    def _search(self, engine: Engine, text: str, number: int) -> None:
        read_lines(engine, Text(text.encode("utf-8", "replace"), number - 1), self.text)

    def observe(self, observer: Observer, names: Sequence[str], page: Page) -> None:
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

    def _note(self, name: str, page: Page, hit: Hit) -> None:
        lines = self.places.setdefault((name, hit.path, hit.claim.partition(" ")[0]), [])
        line = page[hit.cell][0]
        if len(lines) < FIRST and line not in lines:
            lines.append(line)

    def findings(self, target: str, file: str, options: Options) -> list[Finding]:
        """The verdicts; a column stands as the path ``$.column``, as a member of a record would."""
        found = findings_of(
            target,
            file,
            self.partials,
            min_confidence=options.min_confidence,
            entities=options.entities,
        )
        above = self.text.chosen(target, file, options.min_confidence)
        return [*above] + [
            replace(
                finding,
                kind="file",
                table=None,
                column=None,
                file=file,
                path=f"$.{finding.column}{(finding.path or '$')[1:]}",
                lines=tuple(self.places.get((finding.column or "", finding.path, finding.entity), ())),
            )
            for finding in found
        ]


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


@dataclass(slots=True)
class Text:
    """One stretch of lines, as :func:`read_lines` wants it."""

    data: bytes
    line: int
    encoding: str = "utf-8"

    @property
    def bytes_read(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Block]:
        from piiguard.detect import Block

        yield Block(self.data, self.line, 0, len(self.data))
