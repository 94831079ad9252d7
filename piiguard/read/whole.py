"""What looks through whole files and judges nothing: each line and each cell is handed on as it comes.

A scan counts what it sees and may settle a column early (:mod:`piiguard.scan.examine`); who looks for one person, or for
what a leaked file holds, needs every value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piiguard.detect import Block
from piiguard.detect.escapes import Shown
from piiguard.read import Blocks, Column, Counting, Sink, Task
from piiguard.read.header import begin
from piiguard.read.listing import Listing
from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part

__all__ = ["Looking", "TakeColumn", "TakeLines", "walk"]


TakeLines = Callable[[Shown, int], None]
"""Takes a block of lines, of which the first has this number, from 1."""
TakeColumn = Callable[[str, Sequence[object], Sequence[int]], None]
"""Takes the name of a column, some of its cells, and the lines or rows they stand in; a row that is too short has None."""


@dataclass(slots=True)
class Looking:
    """What the readers of files hand rows and lines to: everything goes on to two functions."""

    engine: Any
    take_lines: TakeLines
    take_column: TakeColumn
    settled: Collection[tuple[str, str | None]] = ()
    rows_read: int = 0

    def lines(
        self, part: Part, blocks: Blocks, name: str, *, start: int = 0, sink: Sink | None = None
    ) -> None:
        """Look through the lines of a stream."""
        part.encoding = blocks.encoding
        for block in blocks:
            self._block(block)

    def text(self, own: Lines, text: str, number: int) -> None:
        """Look through a text that begins on the line of this number."""
        data = text.encode("utf-8", "replace")
        self._block(Block(data, number - 1, 0, len(data)))

    def _block(self, block: Block) -> None:
        self.take_lines(Shown.of(block.data, block.seen, block.until), block.line + 1)

    def numbered(self, part: Part, table: str = "") -> Counting:
        """What looks through the rows of a table in a file."""

        def count(names: Sequence[str], page: Sequence[tuple[int, Sequence[object]]]) -> None:
            numbers = [number for number, _ in page]
            for at, name in enumerate(names):
                self.take_column(name, [row[at] if at < len(row) else None for _, row in page], numbers)

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
        """Look through a page of rows, which are numbered as they come."""
        if not columns:
            return
        numbers = range(self.rows_read + 1, self.rows_read + len(columns[0][1]) + 1)
        for name, cells in columns:
            self.take_column(name, cells, numbers)
        self.rows_read = numbers.stop - 1

    def header(self, rows: Sequence[tuple[int, list[str]]], width: int) -> tuple[list[str], int]:
        """The names of the columns of a table, and after how many rows its data begins."""
        return begin(self.engine, rows, width)

    def expect(self, rows: int | None) -> None:
        """Nothing is settled."""

    def is_large(self, rows: int) -> bool:
        """Nothing is settled."""
        return False

    def skim(
        self, part: Part, pages: Iterable[Sequence[Column]], labels: Mapping[str, str] | None = None
    ) -> frozenset[tuple[str, str | None]]:
        """Nothing is settled."""
        return frozenset()

    def skimmed(self, places: Collection[tuple[str, str | None]]) -> None:
        """Nothing is settled."""

    def step(self, part: Part) -> None:
        """Nobody waits for it."""

    def member(self, place: str, part: Part, name: str) -> Part:
        """Nothing is made of it: what was not read stands in the part."""
        return part


def walk(
    target: str, listing: Listing, engine: Any, lines: TakeLines, column: TakeColumn, form: str = ""
) -> Iterator[tuple[Task, Part]]:
    """Read each file of a target through two functions: the task, and what was read of it."""
    from piiguard.read.file import FileSource

    for task in FileSource(target, listing).tasks(ReadOptions(sample=None, form=form)):
        part = Part()
        task.read(Looking(engine, lines, column), part, None)
        yield task, part
