"""Reads SQL dumps by table and column: ``COPY`` blocks, and ``INSERT`` statements of PostgreSQL, MySQL and SQLite.

What is neither (comments, definitions, functions, statements of another form) is read as lines of text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from piiguard.read import Counting, Examiner, Sink
from piiguard.read.literals import Value
from piiguard.read.opened import Counted, FileTask, encoding_of, suffix_of
from piiguard.read.part import Lines, Part
from piiguard.read.statements import MOST, Row, Statements, Text, plain_name

__all__ = ["DumpTask", "encoding_of_dump", "is_dump", "lines_of_dump"]

_PAGE = 1000
_HEAD = 1 << 16
_UTF_8 = re.compile(rb"SET NAMES utf8|client_encoding = '?utf-?8", re.IGNORECASE)
"""A dump says its encoding, and bytes of binary columns would mislead a guess."""


class DumpTask(FileTask):
    """A dump: each of its tables is judged as a sheet, and what is no table as lines of text."""

    __slots__ = ()

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        _Dump(examiner, part).read(stream, self.options.encoding)


def is_dump(name: str) -> bool:
    """Whether the name says so, with or without compression.

    >>> is_dump("crm.sql"), is_dump("crm.sql.gz"), is_dump("sql.log")
    (True, True, False)
    """
    return suffix_of(name) == ".sql"


def encoding_of_dump(source: io.BufferedReader, wanted: str) -> str:
    """The encoding of a dump that is about to be read: the one asked for, what it says itself, or what it looks like."""
    told = wanted == "auto" and _UTF_8.search(source.peek(_HEAD)[:_HEAD])
    return "utf-8" if told else encoding_of(source, wanted)


def lines_of_dump(source: io.BufferedReader, encoding: str) -> Iterator[str]:
    """The lines with their ends, a very long one in pieces: joined they are what was read."""
    # bytes of a binary column are no text of any encoding: they come back out as they were
    text = io.TextIOWrapper(source, encoding, "surrogateescape", newline="\n")
    while line := text.readline(MOST):
        yield line


@dataclass(slots=True)
class _Dump:
    """How far one dump was read and understood."""

    examiner: Examiner
    part: Part
    text: Lines = field(default_factory=Lines)
    _tables: dict[str, Counting] = field(default_factory=dict)
    _other: list[str] = field(default_factory=list)
    _first: int = 0
    """the number of the first of these other lines"""
    _rows: list[tuple[int, list[Value]]] = field(default_factory=list)
    _under: tuple[str, Sequence[str]] = ("", ())
    """the table and the columns of these rows"""

    def read(self, stream: BinaryIO, encoding: str) -> None:
        """Read the stream to its end, a page of rows at a time."""
        part, counted = self.part, Counted(stream)
        part.lines[0] = self.text
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        part.encoding = encoding_of_dump(source, encoding)
        for piece in Statements(self._numbered(source)):
            if isinstance(piece, Row):
                self._end_text()
                self._row(piece)
            elif isinstance(piece, Text):
                self._keep(piece)
            if counted.read_bytes != part.bytes:
                part.bytes = counted.read_bytes
                self.examiner.step(part)
        self._end_rows()
        self._end_text()
        self.text.whole = True

    def _numbered(self, source: io.BufferedReader) -> Iterator[tuple[int, str]]:
        encoding = "utf-8-sig" if self.part.encoding == "utf-8" else self.part.encoding
        whole = True
        for line in lines_of_dump(source, encoding):
            yield self.text.count + 1, line
            whole = line.endswith("\n")
            self.text.count += whole
        self.text.count += not whole

    def _keep(self, piece: Text) -> None:
        """Lines, or the rest of one, that are no data."""
        if not self._other:
            self._first = piece.number
        self._other.append(piece.text)
        if len(self._other) >= _PAGE:
            self._end_text()

    def _end_text(self) -> None:
        """Search the lines that were no data."""
        if self._other:
            self.examiner.text(self.text, "".join(self._other), self._first)
            self._other.clear()

    def _row(self, row: Row) -> None:
        """Gather rows into pages; a dump may have a statement for every row."""
        if (row.table, row.names) != self._under or len(self._rows) >= _PAGE:
            self._end_rows()
            self._under = row.table, row.names
        self._rows.append((row.number, row.values))

    def _end_rows(self) -> None:
        """Observe the rows gathered so far."""
        if not self._rows:
            return
        (table, names), page = self._under, self._rows
        self._rows = []
        width = max(len(row) for _, row in page)
        own = [*names, *(str(number) for number in range(len(names) + 1, width + 1))]
        name = plain_name(table)
        if name not in self._tables:
            self._tables[name] = self.examiner.numbered(self.part, name)
        self._tables[name](own, page)
