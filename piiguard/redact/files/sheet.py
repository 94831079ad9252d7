"""Clean copies of CSV and TSV: each cell is told by its column, and written as it was quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from piiguard.read.dialect import Dialect, dialect_of, spans, whole_lines
from piiguard.read.header import begin
from piiguard.redact.files.page import clean_column, replaced
from piiguard.redact.files.tally import Tally
from piiguard.redact.files.text import clean_text
from piiguard.redact.files.written import Edit, Written
from piiguard.redact.redactor import Redactor

__all__ = ["clean_sheet"]

_PAGE = 1000
_FIRST = 200
"""Lines that say what table it is."""
_UNITS = re.compile('""|\0')


def clean_sheet(lines: Iterator[str], delimiter: str, redactor: Redactor, tally: Tally) -> Iterator[str]:
    """The lines without personal data, a page of rows at a time; what stands above the table, or is none, is text."""
    head = list(islice(lines, _FIRST))
    dialect = dialect_of(head, delimiter)
    lines = chain(head, lines)
    if dialect is None:
        while page := "".join(islice(lines, _PAGE)):
            yield clean_text(page, redactor, tally)
        return
    if dialect.said:
        yield next(lines)
    yield from _Sheet(dialect, redactor, tally).pages(lines)


@dataclass(slots=True)
class _Row:
    """``cells`` as they are written, ``quoted`` where they stand in quotation marks, and the line's ``end``."""

    cells: list[str]
    quoted: Sequence[bool]
    end: str
    says: list[str]
    delimiter: str

    @classmethod
    def of(cls, line: str, delimiter: str) -> _Row:
        text = line.rstrip("\r\n")
        found = spans(text, delimiter)
        cells, quoted = [text[start:end] for start, end, _ in found], [each for *_, each in found]
        says = [
            _written(*each).says if '"' in each[0] or "\0" in each[0] else each[0]
            for each in zip(cells, quoted, strict=True)
        ]
        return cls(cells, quoted, line[len(text) :], says, delimiter)

    @property
    def blank(self) -> bool:
        return not any(map(str.strip, self.says))

    def _bare(self, new: str) -> str:
        """What needs no quotation marks: a value that was spelled with escapes may hold what parts cells."""
        return "".join("*" if sign in ('"', "\r", "\n", self.delimiter) else sign for sign in new)

    def edit(self, place: int, edits: Sequence[Edit]) -> None:
        cell, quoted = self.cells[place], self.quoted[place]
        new = _written(cell, quoted).with_edits(edits, _double if quoted else self._bare)
        self.cells[place] = f'"{new}"' if quoted else new


@dataclass(slots=True)
class _Sheet:
    dialect: Dialect
    redactor: Redactor
    tally: Tally

    def pages(self, lines: Iterator[str]) -> Iterator[str]:
        rows = (_Row.of(line, self.dialect.delimiter) for _, line in whole_lines(lines, self.dialect))
        head = list(islice(rows, _FIRST))
        names, above = self._begin(head)
        for row in head[: above - bool(names)]:
            yield clean_text(self._text(row), self.redactor, self.tally)
        for row in head[above - bool(names) : above]:
            self._clean_names(row)
            yield self._text(row)
        rest = chain(head[above:], rows)
        while page := list(islice(rest, _PAGE)):
            names += [
                str(number) for number in range(len(names) + 1, max(len(row.cells) for row in page) + 1)
            ]
            self._clean(names, page)
            yield "".join(map(self._text, page))

    def _begin(self, head: Sequence[_Row]) -> tuple[list[str], int]:
        """The names of the columns, and how many rows stand above the data, blank ones and that of the names included."""
        full = [place for place, row in enumerate(head) if not row.blank]
        names, start = begin(
            self.redactor.engine, [(place, head[place].says) for place in full], self.dialect.width
        )
        return names, full[start - 1] + 1 if start else 0

    def _clean_names(self, row: _Row) -> None:
        """The names are no values of a column: each is searched as text."""
        for place, name in enumerate(row.says):
            if found := self.redactor.matches(name):
                row.edit(place, replaced(self.redactor, self.tally, name, found))

    def _clean(self, names: Sequence[str], page: Sequence[_Row]) -> None:
        for place, name in enumerate(names):
            rows = [row for row in page if place < len(row.says) and row.says[place]]
            edits = clean_column(self.redactor, self.tally, name, [row.says[place] for row in rows])
            for row in rows if edits else ():
                if own := edits.get(row.says[place]):
                    row.edit(place, own)

    def _text(self, row: _Row) -> str:
        return self.dialect.delimiter.join(row.cells) + row.end


def _written(cell: str, quoted: bool) -> Written:
    return Written(cell[1:-1] if quoted else cell, _UNITS, _meant if quoted else _meant_bare)


def _meant(found: re.Match[str]) -> str:
    return '"' if found[0] == '""' else ""


def _meant_bare(found: re.Match[str]) -> str:
    return found[0].replace("\0", "")


def _double(new: str) -> str:
    return new.replace('"', '""')
