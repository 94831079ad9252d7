"""What a table of delimited text looks like: its delimiter, its width, and where its rows begin.

Decided over the first rows together: a title, a comment or a short header says nothing of the rows below it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from piiguard.read.part import MOST_PATHS

__all__ = ["Dialect", "Row", "Span", "dialect_of", "rows", "spans", "unquoted", "whole_lines"]

Row = tuple[int, list[str]]
"""The number of the line that a row begins on, and its cells."""
Span = tuple[int, int, bool]
"""Where a cell begins and ends in the text of its row, and whether in quotation marks."""

_LINES = 200
"""Lines that are looked at."""
_MOST_CELL = 1 << 20
"""Characters in which a quotation mark must be closed; else it is a mark like any other."""
_MOST_CELLS = MOST_PATHS
"""Cells of a row; what is behind them stays in one."""
_PAGE, _MOST_PAGE = 1000, 1 << 20
"""Lines, and about so many characters of them, that are cut into cells at once."""
_SEP = re.compile(r"\ufeff?sep=(.)\s*$", re.IGNORECASE)
# where another sign parts the cells: decimals, and what parts the words of an address
_IN_CELLS = re.compile(r"(?<=\d),(?=\d)|,(?= )")
_TIGHT = re.compile(r",(?! )")
_DIGIT = re.compile("[0-9]")
_OFTEN = 0.8
_USUAL = ("\t", ";", "|", ",")
"""Delimiters that are tried, and known to be read alike."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """``width`` is the number of cells that most rows have; a table of one column has no delimiter."""

    delimiter: str
    width: int
    said: bool = False
    """whether the first line says so: ``sep=;``"""


def dialect_of(lines: Sequence[str], delimiter: str = "") -> Dialect | None:
    """The dialect of a table that begins with these lines; None where they are no table.

    >>> dialect_of(["id;sum", "1;2,5", "2;3,5"])
    Dialect(delimiter=';', width=2, said=False)
    >>> dialect_of(["One sentence.", "Another one, with a comma, or two.", "A third."]) is None
    True
    """
    said = _SEP.match(lines[0]) if lines else None
    text = [line for line in lines[bool(said) : _LINES] if line.strip()]
    if said or delimiter:
        delimiter = said[1] if said else delimiter
        return Dialect(delimiter, _width(text, delimiter)[1], bool(said))
    shares = {each: _width(text, each) for each in "\t;|,"}
    if any(shares[each][0] >= _OFTEN for each in "\t;|"):
        shares[","] = _width([_IN_CELLS.sub(".", line) for line in text], ",")
    # of those that cut the rows alike the one that cuts the row of names too: it knows no other sign of the cells
    best = max(shares, key=lambda each: (round(shares[each][0], 1), -shares[each][2], shares[each][1]))
    share, width, first = shares[best]
    if best == "," and not _TIGHT.search("\n".join(text)) and (first or _DIGIT.search(text[0])):
        return None  # sentences, or lines of addresses: nothing names the columns
    if share > 0.5:
        return Dialect(best, width)
    inside = sum(any(each in line for each in "\t;|,") for line in text)
    return None if inside > len(text) / 5 else Dialect("", 1)


def _width(lines: Sequence[str], delimiter: str) -> tuple[float, int, int]:
    """The share of rows that have the width above one that most have, this width, and how many rows stand above them."""
    # the last line may be cut off, and the table may begin below a title
    sizes = [len(row) for _, row in rows(iter(lines), Dialect(delimiter, 0))]
    wide = [(count, width) for width, count in Counter(sizes).items() if width > 1]
    if not wide:
        return 0.0, 1, 0
    count, width = max(wide)
    return count / max(1, len(sizes) - (len(sizes) > 1)), width, sizes.index(width)


def rows(lines: Iterator[str], dialect: Dialect) -> Iterator[Row]:
    """The rows, one after the other; blank lines are none. A quotation mark that is not closed swallows no rows."""
    reader = _Reader(lines, dialect)
    while page := reader.page():
        end = reader.number
        begin = end - len(page) + 1
        table = _at_once(page, dialect.delimiter)
        if table is None:
            reader.back(page)
            for number, line in _whole_lines(reader, end):
                cells = _cells(line.rstrip("\r\n"), dialect.delimiter)
                if any(map(str.strip, cells)):
                    yield number, cells
            continue
        for number, cells in enumerate(table, begin):
            if any(map(str.strip, cells)):
                yield number, cells


def _at_once(page: list[str], delimiter: str) -> list[list[str]] | None:
    """A row for each of these lines; None where a cell may go on over several, or a mark stands in an odd place.

    The strict reader of the standard library knows the same rules, and refuses what is decided here in another way.
    """
    if delimiter not in _USUAL:
        return None
    try:
        table = list(csv.reader(page, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return table if len(table) == len(page) and max(map(len, table)) <= _MOST_CELLS else None


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return _plain(line, delimiter)
    return [
        unquoted(line[start:end]) if quoted else line[start:end]
        for start, end, quoted in spans(line, delimiter)
    ]


def whole_lines(lines: Iterator[str], dialect: Dialect) -> Iterator[tuple[int, str]]:
    """The text of each row, and of each blank line, with the number of its first line: joined they are what was read."""
    return _whole_lines(_Reader(lines, dialect))


def _whole_lines(reader: _Reader, end: int | None = None) -> Iterator[tuple[int, str]]:
    """The same, of the rows that begin on a line up to this one."""
    while (end is None or reader.number < end) and (line := reader.next()) is not None:
        number = reader.number
        yield number, reader.whole(line) if '"' in line else line


def _plain(line: str, delimiter: str) -> list[str]:
    return line.split(delimiter, _MOST_CELLS) if delimiter else [line]


def _opened(line: str, place: int, delimiter: str) -> tuple[int, bool]:
    """Where the cell in quotation marks that begins there ends, and whether its end was seen.

    The end is the first mark that is not doubled; what follows it must be a delimiter or nothing: else -1.
    """
    at = place + 1
    while (mark := line.find('"', at)) >= 0:
        if line.startswith('""', mark):
            at = mark + 2
            continue
        behind = line[mark + 1 : mark + 2]
        return (mark + 1 if not behind or behind in ("\r", "\n", delimiter) else -1), True
    return len(line), False


def spans(line: str, delimiter: str) -> list[Span]:
    """Where the cells of a row stand in its text, and which of them in quotation marks, which belong to them.

    >>> spans('1,"a,b",c', ",")
    [(0, 1, False), (2, 7, True), (8, 9, False)]
    """
    cells: list[Span] = []
    place = 0
    while True:
        if line.startswith('"', place):
            end, seen = _opened(line, place, delimiter)
            if seen and end > 0:
                cells.append((place, end, True))
                if end >= len(line):
                    return cells
                place = end + len(delimiter)
                continue
        end = line.find(delimiter, place) if delimiter and len(cells) < _MOST_CELLS else -1
        if end < 0:
            return [*cells, (place, len(line), False)]
        cells.append((place, end, False))
        place = end + len(delimiter)


def unquoted(cell: str) -> str:
    """What a cell in quotation marks says."""
    return cell[1:-1].replace('""', '"')


def _open_end(line: str, delimiter: str) -> int:
    """Where a cell begins whose quotation mark is not closed in this text; -1: there is none."""
    place = 0
    while True:
        if line.startswith('"', place):
            end, seen = _opened(line, place, delimiter)
            if not seen:
                return place
            place = end if end > 0 else place
        place = line.find(delimiter, place) + 1 if delimiter else 0
        if not place:
            return -1


class _Reader:
    """Lines with their numbers; those that were read too early are read again."""

    def __init__(self, lines: Iterator[str], dialect: Dialect) -> None:
        self._lines, self._dialect = lines, dialect
        self._ahead: list[str] = []
        self._failed: Exception | None = None
        self.number = 0
        """of the last line that was read"""

    def page(self) -> list[str]:
        """The next lines; those in front of one that cannot be read come first, and then its reason."""
        page: list[str] = []
        held = 0
        if self._failed:
            raise self._failed
        try:
            while self._ahead and len(page) < _PAGE and held < _MOST_PAGE:
                page.append(self._ahead.pop())
                held += len(page[-1])
            for line in islice(self._lines, _PAGE - len(page) if held < _MOST_PAGE else 0):
                page.append(line)
                held += len(line)
                if held >= _MOST_PAGE:
                    break
        except Exception as reason:
            if not page:
                raise
            self._failed = reason
        self.number += len(page)
        return page

    def back(self, page: list[str]) -> None:
        """These lines are read again, one by one."""
        self._ahead.extend(reversed(page))
        self.number -= len(page)

    def _line(self) -> str | None:
        return self._ahead.pop() if self._ahead else next(self._lines, None)

    def next(self) -> str | None:
        self.number += 1
        return self._line()

    def whole(self, line: str) -> str:
        """The line, with those that the last of its cells goes on over."""
        delimiter = self._dialect.delimiter
        begin = _open_end(line, delimiter)
        while begin >= 0:
            more = self._to_the_mark(len(line) - begin)
            text = line + "".join(more)
            closed, seen = _opened(text, begin, delimiter)
            if not more or not seen or closed < 0 or self._are_rows(more[:-1]):
                self._ahead.extend(reversed(more))
                return line
            line, self.number = text, self.number + len(more)
            begin = _open_end(line, delimiter)
        return line

    def _to_the_mark(self, size: int) -> list[str]:
        """The next lines up to one with a mark that is not doubled."""
        more: list[str] = []
        while size < _MOST_CELL and (line := self._line()):
            more.append(line)
            size += len(line)
            if line.replace('""', "").count('"'):
                break
        return more

    def _are_rows(self, lines: list[str]) -> bool:
        """Whether a cell would hold nothing but whole rows."""
        width = self._dialect.width
        return (
            width > 2
            and bool(lines)
            and all(len(_plain(line, self._dialect.delimiter)) == width for line in islice(lines, _LINES))
        )
