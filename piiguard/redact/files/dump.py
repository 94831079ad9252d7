"""Clean copies of SQL dumps: each value is told by its column, and written as it was quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from piiguard.read.statements import Row, Statements, Syntax, Text, plain_name
from piiguard.redact.files.literal import Literal, literal
from piiguard.redact.files.page import clean_column
from piiguard.redact.files.tally import Tally
from piiguard.redact.files.text import clean_text
from piiguard.redact.redactor import Redactor

__all__ = ["clean_dump"]

_PAGE = 1000
Piece = Row | Syntax | Text


def clean_dump(lines: Iterator[str], redactor: Redactor, tally: Tally) -> Iterator[str]:
    """The text of a dump without personal data, a page of rows at a time; what is no data is redacted as text."""
    page = _Page(redactor, tally)
    for piece in Statements(enumerate(lines, 1)):
        if not page.takes(piece):
            yield page.text()
            page = _Page(redactor, tally)
        page.add(piece)
    yield page.text()


@dataclass(slots=True)
class _Page:
    """Rows of one table, and whatever stands between them."""

    redactor: Redactor
    tally: Tally
    pieces: list[Piece] = field(default_factory=list)
    _under: tuple[str, Sequence[str]] | None = None

    def takes(self, piece: Piece) -> bool:
        """Whether the next piece belongs to this page."""
        other = isinstance(piece, Row) and self._under not in (None, (piece.table, piece.names))
        return not other and len(self.pieces) < _PAGE

    def add(self, piece: Piece) -> None:
        if isinstance(piece, Row):
            self._under = piece.table, piece.names
        self.pieces.append(piece)

    def text(self) -> str:
        """All of it, clean."""
        rows = [piece for piece in self.pieces if isinstance(piece, Row)]
        written = iter(self._rows(rows))
        parts = []
        for kind, pieces in groupby(self.pieces, type):
            if kind is Row:
                parts += [next(written) for _ in pieces]
            else:
                joined = "".join(piece.text for piece in pieces)
                parts.append(clean_text(joined, self.redactor, self.tally) if kind is Text else joined)
        return "".join(parts)

    def _rows(self, rows: Sequence[Row]) -> list[str]:
        cells = [_literals(row) for row in rows]
        edits: list[list[tuple[Literal, str]]] = [[] for _ in rows]
        for place in range(max(map(len, cells), default=0)):
            known = rows[0].names
            name = known[place] if place < len(known) else str(place + 1)
            own = [
                (n, cell)
                for n, row in enumerate(cells)
                if place < len(row) and (cell := row[place]) and cell.says
            ]
            found = clean_column(
                self.redactor, self.tally, name, [cell.says for _, cell in own], plain_name(rows[0].table)
            )
            for number, cell in own:
                if new := found.get(cell.says):
                    edits[number].append((cell, cell.write(new)))
        return [_written(row, own) if own else row.text for row, own in zip(rows, edits, strict=True)]


def _literals(row: Row) -> list[Literal | None]:
    found, place = [], 0
    for cell in row.cells:
        found.append(literal(cell, place, row.escapes))
        place += len(cell) + 1 if isinstance(cell, str) else 0  # a tab parts the fields of COPY
    return found


def _written(row: Row, edits: Sequence[tuple[Literal, str]]) -> str:
    parts, done = [], row.start
    for cell, new in edits:
        parts += [row.source[done : cell.start], new]
        done = cell.end
    return "".join([*parts, row.source[done : row.end]])
