"""Reads CSV and TSV files by column: values are judged as those of a table, not line by line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from piiguard.read import Examiner, Sink
from piiguard.read.dialect import dialect_of, rows
from piiguard.read.opened import Counted, FileTask, encoding_of, suffix_of
from piiguard.read.part import Lines, Part

__all__ = ["DELIMITERS", "SheetTask", "is_sheet", "lines_of"]

_PAGE = 1000
_HEAD = 1 << 16
_FIRST = 200
"""Lines that say what table it is."""
_LONGEST = 1 << 22
"""Characters of a line that are held at once."""
DELIMITERS = {"tsv": "\t"}


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
        counted, own = Counted(stream), Lines()
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        part.lines[0], part.encoding = own, encoding_of(source, self.options.encoding)
        _Sheet(examiner, part, own, counted).read(source, DELIMITERS.get(self.options.form, ""))
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
        head = list(islice(lines, _FIRST))
        dialect = dialect_of(head, delimiter)
        lines = chain(head, lines)
        if dialect is None:
            self._read_text(lines)
            return
        table = rows(chain([""], islice(lines, 1, None)) if dialect.said else lines, dialect)
        above = list(islice(table, _FIRST))
        names, start = self.examiner.header(above, dialect.width)
        for number, row in above[: start - bool(names)]:
            self._search(" ".join(row), number)
        table, count = chain(above[start:], table), self.examiner.numbered(self.part)
        while page := list(islice(table, _PAGE)):
            widest = max(len(row) for _, row in page)
            names += [str(number) for number in range(len(names) + 1, widest + 1)]
            count(names, page)
            self._step()

    def _lines(self, source: io.BufferedReader) -> Iterator[str]:
        encoding = "utf-8-sig" if self.part.encoding == "utf-8" else self.part.encoding
        for line in lines_of(source, encoding, "replace"):
            self.own.count += 1
            yield line.replace("\0", "")

    def _read_text(self, lines: Iterator[str]) -> None:
        number = 1
        while page := list(islice(lines, _PAGE)):
            self._search("".join(page), number)
            number += len(page)
            self._step()

    def _search(self, text: str, number: int) -> None:
        self.examiner.text(self.own, text, number)

    def _step(self) -> None:
        self.own.end = self.part.bytes = self.counted.read_bytes
        self.examiner.step(self.part)


def lines_of(source: io.BufferedReader, encoding: str, errors: str = "surrogateescape") -> Iterator[str]:
    """The lines with their ends, a very long one in pieces: joined they are what was read."""
    text = io.TextIOWrapper(source, encoding, errors, newline="")
    while line := text.readline(_LONGEST):
        yield line
