"""The statements of an SQL dump that hold data: ``COPY`` blocks, and ``INSERT`` of PostgreSQL, MySQL and SQLite.

Nothing is lost: joined, the texts of all pieces are what was read. So a scan counts the values of the rows, and a
redaction writes others in their place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from piiguard.atomic import many
from piiguard.read.literals import CALL, Value, either_row, value_of

__all__ = ["MOST", "Numbered", "Row", "Statements", "Syntax", "Text", "plain_name"]

MOST = 1 << 24
"""Characters of a line, or of a statement's row, that are held at once."""
_HEAD = 1 << 16

_NAME = r'(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)'
_TABLE = rf"(?:{_NAME}\.){{0,2}}{_NAME}"
_COPY = re.compile(rf"COPY ({_TABLE}) \((.*)\) FROM stdin;\s*$", re.IGNORECASE)
_INSERT = re.compile(
    rf"(?:INSERT|REPLACE)(?: IGNORE)?(?: INTO)? ({_TABLE})\s*(?:\(([^()]*)\)\s*)?VALUES\s*", re.IGNORECASE
)
_OPENING = re.compile(rf"(?:INSERT|REPLACE)(?: IGNORE)?(?: INTO)? {_TABLE}[^;]*$", re.IGNORECASE)
_LARGE_OBJECT = re.compile(r"SELECT pg_catalog\.lowrite(?=\()", re.IGNORECASE)
"""How ``pg_dump`` writes a piece of a large object."""
_MOST_HEAD = 50
"""Lines that the list of a statement's columns may have."""
_CREATE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({_TABLE})\s*\(\s*$", re.IGNORECASE)
_COLUMN = re.compile(rf"\s+({_NAME})\s+\S")
_ON_ONE_LINE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?({_TABLE})\s*\((.*)\)[^()]*$", re.IGNORECASE)
_PIECE = re.compile(many(rf"[^,()']++|'(?:[^']++|'')*+'|{CALL}"))
_NO_COLUMN = re.compile(
    r"\s*(?:PRIMARY|UNIQUE|KEY|INDEX|FULLTEXT|SPATIAL|CONSTRAINT|CHECK|FOREIGN|EXCLUDE|PERIOD|LIKE)\b",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"-- (?:MySQL|MariaDB) dump|/\*!\d{5}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """Lines that are no data, from the line of this number on: comments, definitions, other statements."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Syntax:
    """What parts rows, and begins and ends a statement: there is nothing in it to be searched."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that begins on the line of this number; it is written in ``source[start:end]``, with what parts it from the last.

    ``cells`` are the fields of ``COPY``, or of another statement how each value was matched; ``escapes`` says whether
    a backslash is one there.
    """

    number: int
    table: str
    names: Sequence[str]
    source: str
    start: int
    end: int
    cells: Sequence[Any]
    escapes: bool = True

    @property
    def values(self) -> list[Value]:
        """What stands in the cells."""
        return [value_of(each, self.escapes) for each in self.cells]

    @property
    def text(self) -> str:
        return self.source[self.start : self.end]


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


class Statements:
    """The pieces of a dump, in their order; what its definitions say about columns is kept for the rows below."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = Numbered(lines)
        self._known: dict[str, list[str]] = {}
        self._escapes = False

    def __iter__(self) -> Iterator[Text | Syntax | Row]:
        for number, line in self._lines:
            if copy := _COPY.match(line):
                yield Syntax(line)
                yield from _copied(copy[1], _names(copy[2]), self._lines)
            elif insert := _INSERT.match(line := _whole_head(line, self._lines)):
                yield from self._insert(insert, number, line)
            elif (large := _LARGE_OBJECT.match(line)) and (row := either_row(line, large.end(), False)):
                end = row[0][-1].end()
                yield Row(number, "pg_largeobject", ("descriptor", "data"), line, 0, end, *row)
                yield from _text(number, line[end:])
            else:
                yield from self._plain(number, line)

    def _insert(self, insert: re.Match[str], number: int, line: str) -> Iterator[Text | Syntax | Row]:
        yield Syntax(insert[0])
        table, names = insert[1], _names(insert[2] or "")
        names = names or self._known.get(plain_name(table), [])
        escapes = self._escapes or "`" in insert[0]
        yield from _inserted(_Ahead(line[insert.end() :], number, self._lines), table, names, escapes)

    def _plain(self, number: int, line: str) -> Iterator[Text]:
        self._escapes = self._escapes or bool(_MYSQL.match(line))
        yield Text(number, line)
        if create := _CREATE.match(line):
            yield from self._columns(self._known.setdefault(plain_name(create[1]), []))
        elif len(line) < _HEAD and (create := _ON_ONE_LINE.match(line)):
            pieces = (_COLUMN.match(f" {piece.strip()} -") for piece in _PIECE.findall(create[2]))
            named = [piece for piece in pieces if piece and not _NO_COLUMN.match(piece[0])]
            self._known[plain_name(create[1])] = [_unquoted(piece[1]) for piece in named]

    def _columns(self, names: list[str]) -> Iterator[Text]:
        """The lines of a definition, one for each column; the names are added."""
        names.clear()
        for number, line in self._lines:
            yield Text(number, line)
            if line.lstrip().startswith(")"):
                break
            if (column := _COLUMN.match(line)) and not _NO_COLUMN.match(line):
                names.append(_unquoted(column[1]))


def _whole_head(line: str, lines: Numbered) -> str:
    """The line; where a statement has its columns or ``VALUES`` on the next ones, with those."""
    for _ in range(_MOST_HEAD if _OPENING.match(line) else 0):
        if len(line) > _HEAD or "values" in line.lower() or ";" in line:
            break
        if (following := next(lines, None)) is None:
            break
        line += following[1]
    return line


def _copied(table: str, names: Sequence[str], lines: Numbered) -> Iterator[Syntax | Row]:
    for number, line in lines:
        if line.startswith("\\."):
            yield Syntax(line)
            return
        yield Row(number, table, names, line, 0, len(line), line.rstrip("\r\n").split("\t"))


def _inserted(
    ahead: _Ahead, table: str, names: Sequence[str], escapes: bool
) -> Iterator[Text | Syntax | Row]:
    """The rows of one statement, over as many lines as it has; what is no row is text."""
    while True:
        sign = ahead.sign()
        yield from ahead.let_go()
        if sign == "(" and (row := either_row(ahead.text, ahead.place, escapes)):
            cells, own = row
            end = cells[-1].end()
            yield Row(ahead.number(end - 1), table, names, ahead.text, ahead.done, end, cells, own)
            ahead.place = ahead.done = end
            sign = ahead.sign()
            if sign == ",":
                ahead.place += 1
            elif sign not in (
                "",
                "(",
            ):  # the semicolon, a clause behind the rows, another statement on the line
                yield from ahead.rest(ahead.end_of_line())
                return
        elif sign not in ("", "(") or not ahead.read_on():
            yield from ahead.rest(len(ahead.text))
            return


def _text(number: int, text: str) -> Iterator[Text | Syntax]:
    """Blanks are no text to be searched."""
    if text:
        yield Text(number, text) if text.strip() else Syntax(text)


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
        self.done = 0
        """up to there it was given away"""
        self.passed = ""
        """what was let go of before that was done"""

    def sign(self) -> str:
        """The next character that is no blank; empty at the end of what was read."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.text[self.place : self.place + 1]

    def number(self, place: int) -> int:
        """The number of the line that this character is on; behind the last one, of the last line."""
        return self._read[min(bisect_right(self._ends, place), len(self._read) - 1)][0]

    def end_of_line(self) -> int:
        """Where the line ends; the lines behind it are handed back."""
        line = bisect_right(self._ends, self.place)
        self._lines.hand_back(self._read[line + 1 :])
        return self._ends[line]

    def rest(self, end: int) -> Iterator[Text | Syntax]:
        """What is left of the text up to there: it is no data of the statement."""
        begin = self.place + self.text.startswith(";", self.place)
        number = self.number(self.place)
        yield from self.let_go(self.text[self.done : begin])
        yield from _text(number, self.text[begin:end])

    def let_go(self, more: str = "") -> Iterator[Syntax]:
        """What was passed over, and more."""
        if passed := self.passed + more:
            self.passed = ""
            yield Syntax(passed)

    def read_on(self) -> bool:
        """Read as much again as is left; False where there is no more, or too much already."""
        size = len(self.text) - self.place
        if size >= MOST:
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
        self.passed += self.text[self.done : cut]
        self.done = max(self.done - cut, 0)
        self.text, self.place = self.text[cut:], self.place - cut
        self._read, self._ends = self._read[line:], [end - cut for end in self._ends[line:]]
        if not self._read:
            self._read, self._ends = [(self._last, "")], [0]
        self._last = self._read[-1][0]


def _names(columns: str) -> list[str]:
    return [_unquoted(name) for name in re.findall(_NAME, columns)]


def _unquoted(name: str) -> str:
    return name[1:-1] if name[0] in '"`[' else name


def plain_name(table: str) -> str:
    """A table as reports name it: without quotes, and without the schema that everything is in."""
    parts = [_unquoted(part) for part in re.findall(_NAME, table)]
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] in ("public", "main", "dbo") else parts)
