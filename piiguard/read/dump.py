"""Reads SQL dumps by table and column: ``COPY`` blocks, and ``INSERT`` statements of PostgreSQL, MySQL and SQLite.

What is neither (comments, definitions, functions, statements of another form) is read as lines of text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from piiguard.read import Counting, Examiner, Sink
from piiguard.read.opened import Counted, FileTask, encoding_of, suffix_of
from piiguard.read.part import Lines, Part
from piiguard.read.sql_rows import (
    CALL,
    INSERT,
    MOST,
    NAME,
    TABLE,
    Numbered,
    Value,
    copied,
    inserted,
    names_in,
    plain_name,
    unquoted,
)

__all__ = ["DumpTask", "is_dump"]

_PAGE = 1000
_HEAD = 1 << 16

_COPY = re.compile(rf"COPY ({TABLE}) \((.*)\) FROM stdin;\s*$", re.IGNORECASE)
_OPENING = re.compile(rf"(?:INSERT|REPLACE)(?: IGNORE)? INTO {TABLE}[^;]*$", re.IGNORECASE)
_MOST_HEAD = 50
"""Lines that the list of a statement's columns may have."""
_CREATE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({TABLE})\s*\(\s*$", re.IGNORECASE)
_COLUMN = re.compile(rf"\s+({NAME})\s+\S")
_ON_ONE_LINE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({TABLE})\s*\((.*)\)[^()]*$", re.IGNORECASE)
_PIECE = re.compile(rf"(?:[^,()']++|'(?:[^']++|'')*+'|{CALL})++")
_NO_COLUMN = re.compile(
    r"\s*(?:PRIMARY|UNIQUE|KEY|INDEX|FULLTEXT|SPATIAL|CONSTRAINT|CHECK|FOREIGN|EXCLUDE|PERIOD|LIKE)\b",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"-- (?:MySQL|MariaDB) dump|/\*!\d{5}", re.IGNORECASE)

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


@dataclass(slots=True)
class _Dump:
    """How far one dump was read and understood."""

    examiner: Examiner
    part: Part
    text: Lines = field(default_factory=Lines)
    _tables: dict[str, Counting] = field(default_factory=dict)
    _known: dict[str, list[str]] = field(default_factory=dict)
    _other: list[str] = field(default_factory=list)
    _first: int = 0
    """the number of the first of these other lines"""
    _escapes: bool = False
    _rows: list[tuple[int, list[Value]]] = field(default_factory=list)
    _under: tuple[str, list[str]] = ("", [])
    """the table and the columns of these rows"""

    def read(self, stream: BinaryIO, encoding: str) -> None:
        """Read the stream to its end, a page of rows at a time."""
        part, counted = self.part, Counted(stream)
        part.lines[0] = self.text
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        told = encoding == "auto" and _UTF_8.search(source.peek(_HEAD)[:_HEAD])
        part.encoding = "utf-8" if told else encoding_of(source, encoding)
        lines = Numbered(self._numbered(source))
        for number, line in lines:
            if copy := _COPY.match(line):
                self._end_text()
                self._pages(copy[1], names_in(copy[2]), copied(lines))
            elif insert := INSERT.match(line := _whole_head(line, lines)):
                self._end_text()
                self._insert(insert, number, line, lines)
            else:
                self._plain(number, line, lines)
            if counted.read_bytes != part.bytes:
                part.bytes = counted.read_bytes
                self.examiner.step(part)
        self._end_rows()
        self._end_text()
        self.text.whole = True

    def _numbered(self, source: io.BufferedReader) -> Iterator[tuple[int, str]]:
        encoding = "utf-8-sig" if self.part.encoding == "utf-8" else self.part.encoding
        # bytes of a binary column are no text of any encoding: they come back out as they were
        text = io.TextIOWrapper(source, encoding, "surrogateescape", newline="\n")
        whole = True
        while line := text.readline(MOST):
            yield self.text.count + 1, line
            whole = line.endswith("\n")
            self.text.count += whole
        self.text.count += not whole

    def _keep(self, number: int, line: str) -> None:
        """A line, or the rest of one, that is no data."""
        if not self._other:
            self._first = number
        self._other.append(line)

    def _plain(self, number: int, line: str, lines: Numbered) -> None:
        self._escapes = self._escapes or bool(_MYSQL.match(line))
        self._keep(number, line)
        if create := _CREATE.match(line):
            self._known[plain_name(create[1])] = self._columns(lines)
        elif len(line) < _HEAD and (create := _ON_ONE_LINE.match(line)):
            pieces = (_COLUMN.match(f" {piece.strip()} -") for piece in _PIECE.findall(create[2]))
            named = [piece for piece in pieces if piece and not _NO_COLUMN.match(piece[0])]
            self._known[plain_name(create[1])] = [unquoted(piece[1]) for piece in named]
        if len(self._other) >= _PAGE:
            self._end_text()

    def _columns(self, lines: Numbered) -> list[str]:
        """The columns of a definition, one to a line; all of it is text too."""
        names: list[str] = []
        for number, line in lines:
            self._keep(number, line)
            if line.lstrip().startswith(")"):
                break
            if (column := _COLUMN.match(line)) and not _NO_COLUMN.match(line):
                names.append(unquoted(column[1]))
        return names

    def _end_text(self) -> None:
        """Search the lines that were no data."""
        if self._other:
            self.examiner.text(self.text, "".join(self._other), self._first)
            self._other.clear()

    def _insert(self, insert: re.Match[str], number: int, line: str, lines: Numbered) -> None:
        table, names = insert[1], names_in(insert[2] or "")
        names = names or self._known.get(plain_name(table), [])
        escapes = self._escapes or "`" in insert[0]
        self._pages(table, names, inserted(line[insert.end() :], number, lines, escapes, self._keep))

    def _pages(self, table: str, names: list[str], rows: Iterator[tuple[int, list[Value]]]) -> None:
        """Gather rows into pages; a dump may have a statement for every row."""
        for row in rows:
            if (table, names) != self._under or len(self._rows) >= _PAGE:
                self._end_rows()
                self._under = table, names
            self._rows.append(row)

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


def _whole_head(line: str, lines: Numbered) -> str:
    """The line; where a statement has its columns or ``VALUES`` on the next ones, with those."""
    for _ in range(_MOST_HEAD if _OPENING.match(line) else 0):
        if len(line) > _HEAD or "values" in line.lower() or ";" in line:
            break
        if (following := next(lines, None)) is None:
            break
        line += following[1]
    return line
