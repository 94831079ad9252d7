"""The texts of a column's cells by JSON path, and what is found in one."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from piiguard import detect
from piiguard.detect import leaves
from piiguard.detect.mask import mask

__all__ = ["Hit", "Sink", "Texts", "example", "spread", "unrepeated", "without_json"]

_MOST_PATHS = 1000


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


def unrepeated(group: Texts) -> tuple[list[str], list[list[int]]]:
    """Each different text once, and its cells: what a page repeats is searched once."""
    cells: dict[str, list[int]] = {}
    for cell, text in zip(group.cells, group.texts, strict=True):
        cells.setdefault(text, []).append(cell)
    return list(cells), list(cells.values())


def without_json(plain: Texts, texts: dict[str | None, Texts]) -> Texts:
    """Spread the cells that are JSON over their paths; return the others."""
    rest = Texts()
    for cell, text in zip(plain.cells, plain.texts, strict=True):
        tree = leaves.as_json(text)
        if tree is None:
            rest.add(cell, text)
        else:
            spread(cell, tree, texts)
    return rest


def spread(cell: int, tree: object, texts: dict[str | None, Texts]) -> None:
    """Put each leaf of a JSON value under its path."""
    for path, text in leaves.leaves(tree):
        place = path if path in texts or len(texts) < _MOST_PATHS else "$.*"
        texts.setdefault(place, Texts()).add(cell, text)


def example(entity: str, values: list[str]) -> tuple[int, str]:
    """Choose a value by its checksum, whose rank alone is kept: then no split of the input changes the choice."""
    sums = [zlib.crc32(text.encode("utf-8", "surrogatepass")).bit_length() for text in values]
    least = min(sums)
    shapes = (mask(entity, text) for text, bits in zip(values, sums, strict=True) if bits == least)
    return 32 - least, max(shapes)
