"""Reads SQL dumps by table and column: ``COPY`` blocks, and ``INSERT`` statements of PostgreSQL, MySQL and SQLite.

What is neither (comments, definitions, functions, statements of another form) is read as lines of text.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from piiguard.read import Counting, Examiner, Sink
from piiguard.read.opened import Counted, FileTask, encoding_of
from piiguard.read.part import Lines, Part
from piiguard.read.sheet import PRESSED

__all__ = ["DumpTask", "is_dump"]

_PAGE = 1000
_MOST = 1 << 24
"""Characters of a line, or of a statement's row, that are held at once."""
_HEAD = 1 << 16

_NAME = r'(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)'
_TABLE = rf"(?:{_NAME}\.)?{_NAME}"
_COPY = re.compile(rf"COPY ({_TABLE}) \((.*)\) FROM stdin;\s*$", re.IGNORECASE)
_INSERT = re.compile(
    rf"(?:INSERT|REPLACE)(?: IGNORE)? INTO ({_TABLE})\s*(?:\(([^()]*)\)\s*)?VALUES\s*", re.IGNORECASE
)
_OPENING = re.compile(rf"(?:INSERT|REPLACE)(?: IGNORE)? INTO {_TABLE}[^;]*$", re.IGNORECASE)
_MOST_HEAD = 50
"""Lines that the list of a statement's columns may have."""
_CALL = r"\((?:[^()']++|'(?:[^']++|'')*+')*+\)"
for _ in range(3):  # calls within calls, as replace(replace('…','\\r',char(13)),'\\n',char(10))
    _CALL = rf"\((?:[^()']++|'(?:[^']++|'')*+'|{_CALL})*+\)"
_CREATE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({_TABLE})\s*\(\s*$", re.IGNORECASE)
_COLUMN = re.compile(rf"\s+({_NAME})\s+\S")
_ON_ONE_LINE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({_TABLE})\s*\((.*)\)[^()]*$", re.IGNORECASE)
_PIECE = re.compile(rf"(?:[^,()']++|'(?:[^']++|'')*+'|{_CALL})++")
_CALLED = re.compile(r"(\w+)\s*\(.*?'((?:[^']|'')*)'", re.DOTALL)
_REPLACED = re.compile(r"'((?:[^']|'')*)'\s*,\s*char\((\d+)\)", re.IGNORECASE)
_NO_COLUMN = re.compile(
    r"\s*(?:PRIMARY|UNIQUE|KEY|INDEX|FULLTEXT|SPATIAL|CONSTRAINT|CHECK|FOREIGN|EXCLUDE|PERIOD|LIKE)\b",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"-- (?:MySQL|MariaDB) dump|/\*!\d{5}", re.IGNORECASE)

# Nothing that was read is given back: what follows a repeat here never begins with what it repeats.
_TEXT = r"'(?P<text>(?:[^']++|'')*+)'"
_ESCAPED = r"'(?P<text>(?:[^'\\]++|\\.|'')*+)'"
_QUOTED = r"\s*+(?P<kind>_binary\s*+|[A-Za-z]?){}(?:::[\w \".\[\]]++)?+"
_BARE = rf"(?P<bare>[^,'()]++(?:{_CALL})?+)"
_VALUES = {
    escapes: re.compile(rf"(?:{_QUOTED.format(text)}|{_BARE})\s*+(?P<end>[,)])", re.DOTALL)
    for escapes, text in ((False, _TEXT), (True, _ESCAPED))
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
_UTF_8 = re.compile(rb"SET NAMES utf8|client_encoding = '?utf-?8", re.IGNORECASE)
"""A dump says its encoding, and bytes of binary columns would mislead a guess."""
_RAW = re.compile(r"[\udc80-\udcff]")
"""Bytes that are no UTF-8, as they stand in a dump without ``--hex-blob``."""
_HEX = re.compile(r"(?:\\x|0[xX])((?:[0-9A-Fa-f]{2})+)")

Value = str | bytes | None


class Numbered:
    """Lines with their numbers; those that were read too early can be handed back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Numbered:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def hand_back(self, lines: Sequence[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


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
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in PRESSED else path).suffix == ".sql"


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
                self._pages(copy[1], _names(copy[2]), _copied(lines))
            elif insert := _INSERT.match(line := _whole_head(line, lines)):
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
        while line := text.readline(_MOST):
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
            self._known[_plain_name(create[1])] = self._columns(lines)
        elif len(line) < _HEAD and (create := _ON_ONE_LINE.match(line)):
            pieces = (_COLUMN.match(f" {piece.strip()} -") for piece in _PIECE.findall(create[2]))
            named = [piece for piece in pieces if piece and not _NO_COLUMN.match(piece[0])]
            self._known[_plain_name(create[1])] = [_unquoted(piece[1]) for piece in named]
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
                names.append(_unquoted(column[1]))
        return names

    def _end_text(self) -> None:
        """Search the lines that were no data."""
        if self._other:
            self.examiner.text(self.text, "".join(self._other), self._first)
            self._other.clear()

    def _insert(self, insert: re.Match[str], number: int, line: str, lines: Numbered) -> None:
        table, names = insert[1], _names(insert[2] or "")
        names = names or self._known.get(_plain_name(table), [])
        escapes = self._escapes or "`" in insert[0]
        self._pages(table, names, _inserted(line[insert.end() :], number, lines, escapes, self._keep))

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
        name = _plain_name(table)
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


def _copied(lines: Numbered) -> Iterator[tuple[int, list[Value]]]:
    for number, line in lines:
        if line.startswith("\\."):
            return
        yield number, [_cell(value) for value in line.rstrip("\r\n").split("\t")]


def _cell(value: str) -> Value:
    if value == "\\N":
        return None
    return _bytes_or_text(_BACKSLASH.sub(_escape, value) if "\\" in value else value)


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])


def _bytes_or_text(text: str) -> Value:
    if not text.isascii() and _RAW.search(text):
        return text.encode("utf-8", "surrogateescape")
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found else text


def _inserted(
    text: str, number: int, lines: Numbered, escapes: bool, keep: Callable[[int, str], None]
) -> Iterator[tuple[int, list[Value]]]:
    """The rows of one statement, over as many lines as it has; what is no row is kept as text."""
    ahead = _Ahead(text, number, lines)
    while True:
        sign = ahead.sign()
        if sign == "(" and (row := _either_row(ahead.text, ahead.place, escapes)):
            values, ahead.place = row
            yield ahead.number(ahead.place - 1), values
            sign = ahead.sign()
            if sign == ",":
                ahead.place += 1
            elif sign not in (
                "",
                "(",
            ):  # the semicolon, a clause behind the rows, another statement on the same line
                keep(ahead.number(ahead.place), ahead.rest_of_line().removeprefix(";"))
                return
        elif sign not in ("", "(") or not ahead.read_on():
            keep(ahead.number(ahead.place), ahead.text[ahead.place :])
            return


class _Ahead:
    """The text of a statement as far as it was read: from ``place`` on it is still to be understood.

    A row that goes on over many lines is tried again only when twice as much of it was read, so that it costs no
    more than its length. The lines that are then too many are handed back.
    """

    def __init__(self, text: str, number: int, lines: Numbered) -> None:
        self.text, self.place = text, 0
        self._lines = lines
        self._read = [(number, text)]
        self._ends = [len(text)]
        self._last = number

    def sign(self) -> str:
        """The next character that is no blank; empty at the end of what was read."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.text[self.place : self.place + 1]

    def number(self, place: int) -> int:
        """The number of the line that this character is on; behind the last one, of the last line."""
        return self._read[min(bisect_right(self._ends, place), len(self._read) - 1)][0]

    def rest_of_line(self) -> str:
        """The text up to the end of the line; the lines behind it are handed back."""
        line = bisect_right(self._ends, self.place)
        self._lines.hand_back(self._read[line + 1 :])
        return self.text[self.place : self._ends[line]]

    def read_on(self) -> bool:
        """Read as much again as is left; False where there is no more, or too much already."""
        size = len(self.text) - self.place
        if size >= _MOST:
            return False
        self._drop_lines()
        wanted, known = len(self.text) + size, len(self._read)
        parts, length = [self.text], len(self.text)
        while length <= wanted and (following := next(self._lines, None)):
            if parts[-1].rstrip().endswith(";") and _INSERT.match(following[1]):
                self._lines.hand_back([following])  # a row that is none takes no statement with it
                break
            self._read.append(following)
            parts.append(following[1])
            length += len(following[1])
            self._ends.append(length)
        self.text = "".join(parts)
        return len(self._read) > known

    def _drop_lines(self) -> None:
        """Let go of the lines that were understood."""
        line = bisect_right(self._ends, self.place)
        cut = self._ends[line - 1] if line else 0
        self.text, self.place = self.text[cut:], self.place - cut
        self._read, self._ends = self._read[line:], [end - cut for end in self._ends[line:]]
        if not self._read:
            self._read, self._ends = [(self._last, "")], [0]
        self._last = self._read[-1][0]


def _either_row(text: str, place: int, escapes: bool) -> tuple[list[Value], int] | None:
    """The row; where it is none by the dump's own rule for backslashes, by the other one."""
    row = _row(text, place, escapes)
    return row or (_row(text, place, not escapes) if "\\'" in text else None)


def _row(text: str, place: int, escapes: bool) -> tuple[list[Value], int] | None:
    """The values of the row that begins there and where it ends; None when its end is not there yet."""
    values: list[Value] = []
    place += 1
    while found := _VALUES[escapes].match(text, place):
        values.append(_value(found, escapes))
        place = found.end()
        if found["end"] == ")":
            return values, place
    return None


def _value(found: re.Match[str], escapes: bool) -> Value:
    if (bare := found["bare"]) is not None:
        bare = bare.strip()
        if bare.endswith(")") and (called := _CALLED.match(bare)):
            return _result(bare, called[2])
        return None if bare.upper() == "NULL" else _bytes_or_text(bare)
    text = found["text"].replace("''", "'")
    if escapes and "\\" in text:
        text = _BACKSLASH.sub(_escape, text)
    kind = found["kind"].strip().lower()
    if kind == "_binary":
        return text.encode("utf-8", "surrogateescape")
    if kind == "x" and len(text) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]*", text):
        return bytes.fromhex(text)
    return _bytes_or_text(text)


def _result(call: str, text: str) -> str:
    """What a call in place of a value gives: ``replace('a\\nb','\\n',char(10))``, ``to_date('1.2.03','D.M.RR')``."""
    for found in _REPLACED.finditer(call):
        text = text.replace(found[1], chr(min(int(found[2]), 0x7F)))
    return text.replace("''", "'")


def _names(columns: str) -> list[str]:
    return [_unquoted(name) for name in re.findall(_NAME, columns)]


def _unquoted(name: str) -> str:
    return name[1:-1] if name[0] in '"`[' else name


def _plain_name(table: str) -> str:
    """A table as reports name it: without quotes, and without the schema that everything is in."""
    parts = [_unquoted(part) for part in re.findall(_NAME, table)]
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] in ("public", "main", "dbo") else parts)
