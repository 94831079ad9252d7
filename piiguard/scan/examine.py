"""Takes rows and lines from the readers, and counts what they hold into a part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice, repeat, zip_longest
from typing import TYPE_CHECKING, Any

from piiguard.confidence import MEDIUM, least_score
from piiguard.detect.escapes import Shown
from piiguard.detect.mask import mask
from piiguard.read import Blocks, Column, Counting, Sink
from piiguard.read.dialect import Row
from piiguard.read.header import begin
from piiguard.read.part import FIRST, MOST_PATHS, REST, Lines, Part, merge_into
from piiguard.scan import hashes, jsonpath, settle
from piiguard.scan.engines import chosen_engine, observer_of
from piiguard.scan.finding import Match
from piiguard.scan.observe import Observer, Place
from piiguard.scan.options import Options
from piiguard.scan.remembered import Barren
from piiguard.scan.sketch import IDENTIFIERS, Sketch
from piiguard.scan.statistics import Partials
from piiguard.scan.texts import Hit
from piiguard.scan.words import NAMES, WORDS

if TYPE_CHECKING:
    from piiguard.detect import Block, Engine

__all__ = ["Examiner", "name_every"]

_NAMES_SCORED = 20_000
"""About so many cells of a column are scored as whole names: the verdict is settled long before."""
_DENSE = 5 * FIRST
NAME_EVERY = 8
"""Where nobody knows how many rows there will be, one in so many."""


class Examiner:
    """Counts with one engine; every process of a scan has its own. ``step`` is called with a part after every page."""

    def __init__(
        self,
        options: Options,
        step: Callable[[Part], None] = lambda part: None,
        engine: Engine | None = None,
    ) -> None:
        self.options, self.step = options, step
        self.engine = engine or chosen_engine(options)
        self.cells = observer_of(self.engine, options)
        """what judges single cells"""
        self.member: Callable[[str, Part, str], Any] = lambda place, part, name: part
        """what becomes of a part of a file that holds others, as soon as it is read"""
        self._least = least_score(options.min_confidence)
        self._barren = Barren()

    @property
    def settled(self) -> Collection[Place]:
        """Columns in which there is nothing to look for but numbers and addresses of mail."""
        return self.cells.settled

    @settled.setter
    def settled(self, places: Collection[Place]) -> None:
        self.cells.settled = places

    def expect(self, rows: int | None) -> None:
        """Begin another table, of so many rows; of a stream nobody knows."""
        self.cells.settled = ()
        self.cells.name_every = NAME_EVERY if rows is None else name_every(rows)

    def is_large(self, rows: int) -> bool:
        """Whether it is worth its cost to skim a table of so many rows first, and to cut it."""
        return self.options.sample is None and rows >= settle.LARGE

    def skim(
        self, part: Part, pages: Iterable[Sequence[Column]], labels: Mapping[str, str] | None = None
    ) -> frozenset[Place]:
        """Settle by a few rows which columns hold words of one kind; what they say about words goes into ``part``.

        No more names are scored after it.
        """
        if self.cells.entities.isdisjoint(WORDS):
            return frozenset()
        self.cells.settled, self.cells.name_every = (), 1
        found: Partials = {}
        for page in pages:
            for name, cells in page:
                self.cells.observe(name, cells, found, label=(labels or {}).get(name, ""))
        known = settle.told(found, thorough=self.options.thorough)
        merge_into(part.table(), known)
        self.cells.name_every, self.cells.settled = 0, settle.places(known)
        return settle.places(known)

    def skimmed(self, places: Collection[Place]) -> None:
        """Go on with a table that somebody else has skimmed."""
        self.cells.name_every, self.cells.settled = 0, places

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
        """Count the rows of a page; each match also goes to ``sink``, with its table and column, and the row's key."""
        partials = part.table()
        for name, cells in columns:
            take = None if sink is None else partial(_matched, sink, place, name, keys)
            self.cells.observe(name, cells, partials, label=(labels or {}).get(name, ""), sink=take)
        hashes.prove(dict(columns), partials)
        part.rows += len(columns[0][1]) if columns else 0
        self.step(part)

    def numbered(self, part: Part, table: str = "") -> Counting:
        """What counts the rows of a table in a file, as they come: nobody knows how many there will be."""
        return _Numbered(self.cells, part, table, thorough=self.options.thorough).count

    def lines(
        self, part: Part, blocks: Blocks, name: str, *, start: int = 0, sink: Sink | None = None
    ) -> None:
        """Count the lines of a stream that begins at the byte ``start`` of a file; each match also goes to ``sink``."""
        part.encoding = blocks.encoding
        own = part.lines[start] = Lines(start)
        before = part.bytes
        for block in blocks:
            self._block(own, block, name, sink)
            own.count = block.line + block.data.count(b"\n", 0, block.until)
            if block.until == len(block.data) and not block.data.endswith(b"\n"):
                own.count += 1
            part.bytes, own.end = before + blocks.bytes_read, start + blocks.bytes_read
            self.step(part)
        own.whole = True

    def text(self, own: Lines, text: str, number: int, sink: Sink | None = None) -> None:
        """Count a text that begins on the line of this number, among the lines of a file that is a table otherwise."""
        from piiguard.detect import Block

        data = text.encode("utf-8", "replace")
        self._block(own, Block(data, number - 1, 0, len(data)), "", sink)

    def header(self, rows: Sequence[Row], width: int) -> tuple[list[str], int]:
        """The names of a table's columns, and how many of its first rows stand above the data."""
        return begin(self.engine, rows, width)

    def _block(self, own: Lines, block: Block, name: str, sink: Sink | None = None) -> None:
        if block in self._barren:
            return
        late, none = self.engine.timeouts.total(), True
        shown = Shown.of(block.data, block.seen, block.until)
        for number, text, matches in self.engine.lines(shown.data, shown.seen, shown.until):
            none = False
            shift = block.column if number == 0 else 0
            seen: set[tuple[str | None, str]] = set()
            found = shown.placed(number, text, matches)
            paths = jsonpath.paths(shown.written.get(number, text), [start for _, start, _ in found])
            for (match, start, end), path in zip(found, paths, strict=True):
                value = text[match.start : match.end]
                masked = mask(match.entity, value)
                if masked == value:
                    continue  # somebody has masked it
                breaks = text.count("\n", match.start, match.end)
                first, begin = shown.at(number, start)
                last, finish = (number + breaks, end) if breaks else shown.at(number, end, behind=True)
                line = block.line + first + 1
                place = (path, match.entity)
                tally = own.tally(*place)
                if match.entity in IDENTIFIERS and match.score >= MEDIUM:
                    tally.persons = tally.persons or Sketch()
                    tally.persons.add(match.entity, (value,), self.options.key)
                if place not in seen:
                    seen.add(place)
                    tally.add(line, match.score, masked)
                else:
                    tally.best = max(tally.best, (match.score, masked))
                if sink and match.score >= self._least:
                    sink(
                        Match(
                            target=name, entity=match.entity, score=round(match.score, 2),
                            start=begin + shift * (first == number), end=finish + shift * (last == number),
                            masked=masked, file=name, line=line,
                            end_line=line + last - first if last > first else None, path=path,
                        )
                    )  # fmt: skip
        if none and late == self.engine.timeouts.total():  # what was cut short is tried again
            self._barren.add(block)


class _Numbered:
    """Counts rows that have line numbers; which of them are searched for words, they settle on their way."""

    def __init__(self, cells: Observer, part: Part, table: str, *, thorough: bool) -> None:
        self._cells, self._part, self._table = cells, part, table
        self._rhythm = settle.Rhythm(thorough)

    def count(self, names: Sequence[str], page: Sequence[tuple[int, Sequence[object]]]) -> None:
        partials = self._part.table(self._table)
        self._cells.name_every, self._cells.settled = 1, self._rhythm.now()
        lists: dict[str, Sequence[object]] = {}
        lines = {number for number, _ in page}
        columns = chain(zip_longest(*(row for _, row in page)), repeat((None,) * len(page)))
        told = chain(islice(names, MOST_PATHS), repeat(REST, max(0, len(names) - MOST_PATHS)))
        for name, column in zip(told, columns, strict=False):
            lists[name] = column
            found = self._cells.observe(name, lists[name], known=partials)
            for rows in (
                slice(_DENSE),
                slice(_DENSE, None),
            ):  # where something stands in each row, a few are enough
                if self._lacks_lines(found, lines):
                    note = partial(self._note, name, page[rows])
                    self._cells.observe(name, lists[name][rows], sink=note, known=partials)
            merge_into(partials, found)
        hashes.prove(lists, partials)
        self._part.rows += len(page)
        self._rhythm.read(len(page), partials)

    def _lacks_lines(self, found: Partials, lines: set[int]) -> bool:
        """Whether these rows hold an entity of which too few lines are known: only then is each match looked at."""
        known = (
            self._part.spots.get((self._table, name, path, claim.partition(" ")[0]), ())
            for (name, path), statistics in found.items()
            for claim in statistics.tallies
            if claim != NAMES
        )
        return any(len(spots) < FIRST and not lines.issubset(spots) for spots in known)

    def _note(self, name: str, page: Sequence[tuple[int, Sequence[object]]], hit: Hit) -> None:
        spot = self._table, name, hit.path, hit.claim.partition(" ")[0]
        lines, line = self._part.spots.get(spot, ()), page[hit.cell][0]
        if len(lines) < FIRST and line not in lines:
            self._part.spots[spot] = (*lines, line)


def _matched(sink: Sink, table: str, column: str, keys: Sequence[str], hit: Hit) -> None:
    sink(
        Match(
            target="", entity=hit.claim.partition(" ")[0], score=hit.score, start=hit.start, end=hit.end,
            masked=hit.masked, table=table, column=column, path=hit.path, row=keys[hit.cell] if keys else None,
        )
    )  # fmt: skip


def name_every(rows: int) -> int:
    """The power of two that leaves about ``_NAMES_SCORED`` cells of so many.

    >>> name_every(10_000), name_every(1_000_000)
    (1, 32)
    """
    return 1 << max(0, (rows // _NAMES_SCORED).bit_length() - 1)
