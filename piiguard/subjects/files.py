"""A person in files: each is read as a scan reads it, and what the engine finds is compared after normalization."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from piiguard.detect import Block
from piiguard.detect.escapes import Shown
from piiguard.detect.headers import hints
from piiguard.read import Blocks, Column, Counting, Sink
from piiguard.read.header import begin
from piiguard.read.listing import listed
from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part
from piiguard.subjects.found import KEYS, Place, Unsearched
from piiguard.subjects.identifiers import ENTITIES, Identifier
from piiguard.subjects.sought import Sought

__all__ = ["search_files"]

_Spot = tuple[str | None, str | None, Identifier]


def search_files(target: str, sought: Sought) -> tuple[list[Place], list[Unsearched]]:
    """The lines of the files of a target that hold an identifier, and what could not be read."""
    from piiguard.read.file import FileSource

    listing = listed(target)
    if not (listing.files or listing.left):
        return [], [Unsearched(target, target, "no file matches")]
    places: list[Place] = []
    unread: list[Unsearched] = []
    for task in FileSource(target, listing).tasks(ReadOptions(sample=None)):
        seeker, part = Seeker(sought), Part()
        task.read(seeker, part, None)
        unread += [Unsearched(target, place or task.place, why) for place, why in part.unread]
        for (column, path, one), lines in seeker.spots.items():
            named = tuple(str(line) for line in sorted(lines)[:KEYS])
            places.append(
                Place(
                    target,
                    len(lines),
                    named,
                    "value",
                    file=task.place,
                    column=column,
                    path=path,
                    entity=one.entity,
                )
            )
    return places, unread


@dataclass(slots=True)
class Seeker:
    """Takes rows and lines from the readers; ``spots`` are the lines by column, path and identifier."""

    sought: Sought
    spots: dict[_Spot, set[int]] = field(default_factory=dict)
    settled: Collection[tuple[str, str | None]] = ()
    rows_read: int = 0

    @property
    def engine(self) -> Any:
        return self.sought.engine

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
        shown = Shown.of(block.data, block.seen, block.until)
        for number, text, matches in self.engine.lines(shown.data, shown.seen, shown.until):
            for match in matches:
                for one in self.sought.equal(match.entity, text[match.start : match.end]):
                    self._note(None, None, one, block.line + number + 1)

    def numbered(self, part: Part, table: str = "") -> Counting:
        """What looks through the rows of a table in a file."""

        def count(names: Sequence[str], page: Sequence[tuple[int, Sequence[object]]]) -> None:
            for line, row in page:
                for name, cell in zip(names, row, strict=False):
                    self._cell(name, cell, line)

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
        for name, cells in columns:
            for number, cell in enumerate(cells, self.rows_read + 1):
                self._cell(name, cell, number)
        self.rows_read += len(columns[0][1]) if columns else 0

    def _cell(self, name: str, cell: object, line: int) -> None:
        kinds = {kind for kind, entity in ENTITIES.items() if entity in hints(name)}
        for path, one in self.sought.in_cell(cell, name, kinds):
            self._note(name, path, one, line)

    def _note(self, column: str | None, path: str | None, one: Identifier, line: int) -> None:
        self.spots.setdefault((column, path, one), set()).add(line)

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
