"""Reads the leaked file, as a scan reads it, and hands on what it holds, page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piiguard.detect import Block
from piiguard.detect.escapes import Shown
from piiguard.read import Blocks, Column, Counting, Sink
from piiguard.read.header import begin
from piiguard.read.listing import listed
from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part
from piiguard.subjects.breach.values import Finder, Value

__all__ = ["read_leaked"]

Take = Callable[[Iterable[Value]], None]


def read_leaked(target: str, finder: Finder, take: Take, form: str = "") -> Iterator[tuple[str, str]]:
    """Hand what the files of a target hold to ``take``; yields the places that were not read, and why."""
    from piiguard.read.file import FileSource

    listing = listed(target)
    if not (listing.files or listing.left):
        yield target, "no file matches"
    for task in FileSource(target, listing).tasks(ReadOptions(sample=None, form=form)):
        part, before = Part(), finder.engine.timeouts.total()
        task.read(_Reader(finder, take), part, None)
        for place, why in part.unread:
            yield place or task.place, why
        if finder.engine.timeouts.total() > before:
            yield task.place, "a pattern gave up on some of its text"


@dataclass(slots=True)
class _Reader:
    """Takes rows and lines from the readers."""

    finder: Finder
    take: Take
    settled: Collection[tuple[str, str | None]] = ()

    @property
    def engine(self) -> Any:
        return self.finder.engine

    def lines(
        self, part: Part, blocks: Blocks, name: str, *, start: int = 0, sink: Sink | None = None
    ) -> None:
        """Look through the lines of a stream."""
        part.encoding = blocks.encoding
        for block in blocks:
            self._block(block)

    def text(self, own: Lines, text: str, number: int) -> None:
        """Look through a text."""
        data = text.encode("utf-8", "replace")
        self._block(Block(data, number - 1, 0, len(data)))

    def _block(self, block: Block) -> None:
        shown = Shown.of(block.data, block.seen, block.until)
        self.take(self.finder.lines(shown.data, shown.seen, shown.until))

    def numbered(self, part: Part, table: str = "") -> Counting:
        """What looks through the rows of a table in a file."""

        def count(names: Sequence[str], page: Sequence[tuple[int, Sequence[object]]]) -> None:
            for at, name in enumerate(names):
                cells = [row[at] if at < len(row) else None for _, row in page]
                self.take(self.finder.column(name, cells))

        return count

    def rows(
        self,
        part: Part,
        columns: Sequence[Column],
        *,
        place: str = "",
        keys: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        sink: Sink | None = None,
    ) -> None:
        """Look through a page of rows."""
        for name, cells in columns:
            self.take(self.finder.column(name, cells))

    def header(self, rows: Sequence[Any], width: int) -> tuple[list[str], int]:
        return begin(self.engine, rows, width)

    def expect(self, rows: int | None) -> None:
        """Nothing is settled."""

    def is_large(self, rows: int) -> bool:
        return False

    def skim(self, part: Part, pages: Any, labels: Any = None) -> frozenset[tuple[str, str | None]]:
        return frozenset()

    def skimmed(self, places: Collection[tuple[str, str | None]]) -> None:
        """Nothing is settled."""

    def step(self, part: Part) -> None:
        """Nobody waits for it."""
