"""The texts of a column's cells by JSON path, and what is found in one."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from piiguard import detect
from piiguard.detect import leaves
from piiguard.detect.cell import said
from piiguard.detect.escapes import Spelled, is_spelled, is_spelled_in
from piiguard.detect.mask import mask
from piiguard.read.part import MOST_PATHS, REST, Counters

__all__ = ["ByPath", "Hit", "Said", "Sink", "Texts", "example", "spread", "without_json"]


_PIECE = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One match in one cell, for those who want every single one."""

    cell: int
    path: str | None
    claim: str
    start: int
    end: int
    score: float
    masked: str


Sink = Callable[[Hit], None]


@dataclass(slots=True)
class Texts:
    """The texts of one place in a batch, and the number of the cell that each comes from."""

    cells: Sequence[int] = ()
    texts: list[str] = field(default_factory=list)
    _joined: detect.page.Joined | None = None

    @property
    def joined(self) -> detect.page.Joined:
        """All of them at once; asked for when the last one is there."""
        if self._joined is None:
            self._joined = detect.page.Joined(self.texts)
        return self._joined

    def add(self, cell: int, text: str) -> None:
        if not isinstance(self.cells, list):
            self.cells = list(self.cells)
        self.cells.append(cell)
        self.texts.append(text)

    def only(self, places: Sequence[int]) -> Texts:
        """Some of them."""
        return Texts([self.cells[place] for place in places], [self.texts[place] for place in places])

    def pieces(self) -> Iterator[Texts]:
        """The same in pieces: one cell of JSON holds as many texts as its writer likes, all of one path."""
        if len(self.texts) <= _PIECE:
            yield self
            return
        for start in range(0, len(self.texts), _PIECE):
            part = slice(start, start + _PIECE)
            yield Texts(self.cells[part], self.texts[part])


@dataclass(slots=True)
class Said:
    """Cells as they are read where they are spelled in another way; ``places`` says that somebody asks for them."""

    places: bool
    _spelled: dict[tuple[int, str], Spelled] = field(default_factory=dict)

    def of(self, group: Texts, labelled: frozenset[str]) -> Texts:
        """The same cells; ``labelled`` are the entities that the name of the column is a label of."""
        if not is_spelled_in(group.joined.data):
            return group
        texts = []
        for cell, text in zip(group.cells, group.texts, strict=True):
            if is_spelled(text) and (spelled := said(text, labelled)).view.strip():
                text = spelled.view
                if self.places:
                    self._spelled[cell, text] = spelled
            texts.append(text)
        return Texts(group.cells, texts)

    def span(self, cell: int, text: str, start: int, end: int) -> tuple[int, int]:
        """Where a part of what a cell says is written in it."""
        spelled = self._spelled.get((cell, text))
        return spelled.span(start, end) if spelled else (start, end)


class ByPath(dict[str | None, Texts]):
    """The texts of a batch of one column by JSON path; ``known`` are the places of its table so far."""

    def __init__(self, column: str, known: Counters) -> None:
        super().__init__()
        self._column, self._known, self._room = column, known, MOST_PATHS - len(known)

    def add(self, path: str, cell: int, text: str) -> None:
        """Put a text under its path, or where there is no room for another one under that of the rest."""
        if path not in self and (self._column, path) not in self._known:
            path = path if self._room > 0 else REST
            self._room -= 1
        self.setdefault(path, Texts()).add(cell, text)


def without_json(plain: Texts, texts: ByPath) -> Texts:
    """Spread the cells that are JSON over their paths; return the others."""
    rest = Texts()
    for cell, text in zip(plain.cells, plain.texts, strict=True):
        tree = leaves.as_tree(text)
        if tree is None:
            rest.add(cell, text)
        else:
            spread(cell, tree, texts)
    return rest


def spread(cell: int, tree: object, texts: ByPath) -> None:
    """Put each leaf of a JSON value under its path."""
    for path, text in leaves.leaves(tree):
        texts.add(path, cell, text)


def example(entity: str, values: list[str]) -> tuple[int, str]:
    """Choose a value by its checksum, whose rank alone is kept: then no split of the input changes the choice."""
    sums = [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in values]
    least = min(sums).bit_length()
    shapes = (mask(entity, text) for text, each in zip(values, sums, strict=True) if not each >> least)
    return 32 - least, max(shapes)
