"""Reads CSV and TSV files by column: values are judged as those of a table, not line by line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, TypeVar

from piiguard.detect.headers import hints
from piiguard.detect.leaves import place_of
from piiguard.detect.numbers import is_rounded_in
from piiguard.read import Examiner, Sink
from piiguard.read.dialect import Row, dialect_of, rows
from piiguard.read.opened import Counted, FileTask, encoding_of, suffix_of
from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part

__all__ = ["DELIMITERS", "FIRST", "SheetTask", "count_rows", "is_sheet", "lines_of", "read_sheet"]

_PAGE = 1000
_HEAD = 1 << 16
FIRST = 200
"""Lines that say what table it is."""
_LONGEST = 1 << 22
"""Characters of a line, or of a page of rows, that are held at once."""
DELIMITERS = {"tsv": "\t"}
ROUNDED = "a spreadsheet has rounded long numbers: their last digits are not there to be searched"
_Item = TypeVar("_Item")


def is_sheet(name: str) -> bool:
    """Whether the name says so, with or without compression.

    >>> is_sheet("clients.csv"), is_sheet("export.TSV.gz"), is_sheet("app.log")
    (True, True, False)
    """
    return suffix_of(name) in (".csv", ".tsv")


class SheetTask(FileTask):
    """A sheet, read to its end, a page of rows at a time; what stands above the table, or is none, is text."""

    __slots__ = ()

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        read_sheet(self.options, examiner, stream, part)


def read_sheet(options: ReadOptions, examiner: Examiner, stream: BinaryIO, part: Part) -> None:
    """Read a stream by column, to its end."""
    counted, own = Counted(stream), Lines()
    source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
    part.lines[0], part.encoding = own, encoding_of(source, options.encoding)
    _Sheet(examiner, part, own, counted).read(source, DELIMITERS.get(options.form, ""))
    own.end = part.bytes = counted.read_bytes
    own.whole = True


@dataclass(slots=True)
class _Sheet:
    """How far one sheet was read."""

    examiner: Examiner
    part: Part
    own: Lines
    counted: Counted

    def read(self, source: io.BufferedReader, delimiter: str) -> None:
        lines = self._lines(source)
        head = _taken(lines, FIRST, len)
        dialect = dialect_of(head, delimiter)
        lines = chain(head, lines)
        if dialect is None:
            self._read_text(lines)
            return
        table = rows(chain([""], islice(lines, 1, None)) if dialect.said else lines, dialect)
        count_rows(self.examiner, self.part, self.own, table, dialect.width, self._step)

    def _lines(self, source: io.BufferedReader) -> Iterator[str]:
        encoding = "utf-8-sig" if self.part.encoding == "utf-8" else self.part.encoding
        for line in lines_of(source, encoding, "replace"):
            self.own.count += 1
            yield line.replace("\0", "")

    def _read_text(self, lines: Iterator[str]) -> None:
        number = 1
        while page := _taken(lines, _PAGE, len):
            self._search("".join(page), number)
            number += len(page)
            self._step()

    def _search(self, text: str, number: int) -> None:
        self.examiner.text(self.own, text, number)

    def _step(self) -> None:
        self.own.end = self.part.bytes = self.counted.read_bytes
        self.examiner.step(self.part)


def _taken(items: Iterator[_Item], most: int, size: Callable[[_Item], int]) -> list[_Item]:
    """So many of the next items; fewer where they are large, so that a page of them is not."""
    taken, held = [], 0
    for item in islice(items, most):
        taken.append(item)
        held += size(item)
        if held >= _LONGEST:
            break
    return taken


def _signs(row: Row) -> int:
    return sum(map(len, row[1]))


def count_rows(
    examiner: Examiner, part: Part, own: Lines, table: Iterator[Row], width: int, step: Callable[[], None]
) -> None:
    """Count the rows of a table by column; what stands above it is text, and so is each of its names.

    ``step`` is called after every page.
    """
    above = _taken(table, FIRST, _signs)
    names, start = examiner.header(above, width)
    for number, row in above[: start - bool(names)]:
        examiner.text(own, " ".join(row), number)
    for number, row in above[start - bool(names) : start]:
        for name in row:
            examiner.text(own, name, number)
    table, count = chain(above[start:], table), examiner.numbered(part)
    while page := _taken(table, _PAGE, _signs):
        widest = max(len(row) for _, row in page)
        names += [str(number) for number in range(len(names) + 1, widest + 1)]
        _tell_rounded(part, names, page)
        count(names, page)
        step()


def _tell_rounded(part: Part, names: Sequence[str], page: Sequence[Row]) -> None:
    """Name columns of personal data whose numbers have lost their last digits; of others it is a note."""
    for _, row in page:
        if "E+" not in (line := "\t".join(row)) and "e+" not in line:
            continue
        for name, cell in zip(names, row, strict=False):
            if is_rounded_in(cell):
                if hints(name):
                    part.fail(ROUNDED, place_of("", name, None))
                else:
                    part.note(ROUNDED)


def lines_of(source: io.BufferedReader, encoding: str, errors: str = "surrogateescape") -> Iterator[str]:
    """The lines with their ends, a very long one in pieces: joined they are what was read."""
    text = io.TextIOWrapper(source, encoding, errors, newline="")
    while line := text.readline(_LONGEST):
        yield line
