"""What was read of a place so far: one carrier, which adds up in this process, in a pool and on Spark alike.

Parts of one table or file merge in whatever order they come, as long as no two of them read the same bytes or rows. Lines
are numbered from where their reader began; as soon as what stands before them is there, they are moved down by it.

>>> second = Part(lines={20: Lines(end=30, count=1, tallies={(None, "KZ_IIN"): LineTally(1, (1,))}, whole=True)})
>>> first = Part(lines={0: Lines(end=20, count=4, whole=True)})
>>> whole = second.merge(first)
>>> whole.lines[0].count, whole.lines[0].tallies[None, "KZ_IIN"].lines
(5, (5,))
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, TypeVar

__all__ = [
    "CROWDED",
    "FIRST",
    "MOST_PATHS",
    "REST",
    "Counters",
    "Hindrance",
    "LineTally",
    "Lines",
    "Part",
    "Places",
    "merge_into",
    "together",
]

Hindrance = Literal[
    "", "dots", "foreign", "view", "packed", "name", "mixed", "definition", "history", "object"
]
"""Why no command mends a place as it stands: its name is read as another one, it lies elsewhere, is computed, is packed
into a document or an archive, is the name itself, its text is of several encodings, or it stands in the definition of something, in the
history of a repository, or in a bucket, which is only read."""
FIRST = 10
"""So many line numbers are kept for each entity."""
MOST_PATHS = 10_000
"""Columns and JSON paths of one place that are told apart: whoever writes the JSON chooses how many there are."""
REST = "$..*"
"""All other paths together (RFC 9535): they are searched, but without their names, so that counts as unread."""
CROWDED = f"more than {MOST_PATHS:,} JSON paths: those behind them were searched as one, without their names"

Places = dict[tuple[str | None, str], "LineTally"]
"""Tallies by JSON path and entity."""
Counters = dict[tuple[str, str | None], Any]
"""By column and JSON path: whatever counts there, as long as ``merge`` adds another of its class to it."""
_Place = TypeVar("_Place")
Spot = tuple[str, str, str | None, str]
"""Table, column, JSON path and entity: where in a file of tables something stands."""


@dataclass(slots=True)
class LineTally:
    """The lines that hold one entity."""

    count: int = 0
    lines: tuple[int, ...] = ()
    best: tuple[float, str] = (0.0, "")
    """the highest score and the masked shape of that value"""
    persons: Any = field(default=None, compare=False)
    """what counts the values of an identifier, as the statistics of a column do"""

    def add(self, line: int, score: float, masked: str) -> None:
        if len(self.lines) < FIRST:
            self.lines = (*self.lines, line)
        self.count += 1
        self.best = max(self.best, (score, masked))

    def merge(self, other: Self) -> None:
        self.count += other.count
        self.lines = _first((*self.lines, *other.lines))
        self.best = max(self.best, other.best)
        self.persons = together(self.persons, other.persons)


@dataclass(slots=True)
class Lines:
    """Lines that were read in one go, up to the byte ``end``; numbered from 1 for the first of them."""

    end: int = 0
    count: int = 0
    tallies: Places = field(default_factory=dict)
    whole: bool = False
    """whether it was read to its end, so that the lines behind it have numbers"""

    def tally(self, path: str | None, entity: str) -> LineTally:
        """What counts there; of a path for which there is no room, that of the rest."""
        place = _roomy(self.tallies, (path, entity), (path and REST, entity))
        return self.tallies.setdefault(place, LineTally())

    def moved(self, down: int) -> Self:
        """The same lines, when so many stand before them."""
        moved = {
            place: replace(tally, lines=tuple(line + down for line in tally.lines))
            for place, tally in self.tallies.items()
        }
        return replace(self, tallies=moved)

    def bare(self) -> Self:
        """The same counts, without the numbers of lines."""
        return replace(self, tallies={place: replace(t, lines=()) for place, t in self.tallies.items()})

    def extend(self, other: Self) -> None:
        """Take in the lines that follow these."""
        own = other.moved(self.count)
        for place, tally in own.tallies.items():
            self.tally(*place).merge(tally)
        self.end, self.count, self.whole = own.end, self.count + own.count, own.whole


@dataclass(slots=True)
class Part:
    """``unread`` are places inside the one that was asked for, and why they were not read; ``""`` is the place itself.

    ``total`` are the rows that there are, as far as the source knows; ``columns`` the counters of its tables by name, and a
    table that is the place itself is called ``""``; ``spots`` the first lines on which something of such a table stands.
    ``query``, ``hindrance`` and ``base`` are those of its findings. ``members`` are by their places what the examiner made of the things
    that it holds; their bytes are among its own.
    """

    rows: int = 0
    bytes: int = 0
    total: int = 0
    encoding: str = ""
    lines: dict[int, Lines] = field(default_factory=dict)
    """by the byte at which each begins"""
    columns: dict[str, Counters] = field(default_factory=dict)
    spots: dict[Spot, tuple[int, ...]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    """what the source says about its columns"""
    unread: dict[tuple[str, str], None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    hindrance: Hindrance = ""
    base: tuple[str, ...] = ()
    complete: bool = True
    """False when an interrupt ended it"""
    left: bool = False
    """whether it need not be read, and was not"""

    def table(self, name: str = "") -> Counters:
        """The counters of one table, to be added to."""
        return self.columns.setdefault(name, {})

    def fail(self, reason: str, place: str = "") -> None:
        """Say why something of it was not read, once."""
        self.unread[place, reason] = None

    def note(self, message: str) -> None:
        """Say something about how it was read, which makes it no less complete."""
        self.notes[message] = None

    def leave(self, reason: str) -> None:
        """Say why it is not read, and need not be."""
        self.note(reason)
        self.left = True

    def gaps(self, place: str) -> Iterator[tuple[str, str]]:
        """The places in it that were not read, and why, where the examiner leaves members as they are."""
        yield from ((inside or place, why) for inside, why in self.unread)
        for name, member in self.members.items():
            yield from member.gaps(name)

    @property
    def crowded(self) -> bool:
        """Whether it has more JSON paths than are told apart."""
        places: list[Collection[tuple[str | None, ...]]] = [lines.tallies for lines in self.lines.values()]
        return any(REST in place for each in (*places, *self.columns.values()) for place in each)

    @property
    def line_count(self) -> int:
        return sum(lines.count for lines in self.lines.values())

    @property
    def behind(self) -> int:
        """The byte behind all its lines: each text begins where the one before ended, so only the last is asked.

        Those that have the number of their page stand first, under 0.
        """
        last = next(reversed(self.lines.values()), None)
        return max(last.end, self.lines[0].end if 0 in self.lines else 0) if last else 0

    @property
    def text(self) -> Lines:
        """All its lines together; behind a gap none has a number."""
        whole, known = Lines(whole=True), True
        for start, lines in sorted(self.lines.items()):
            known = known and whole.whole and start == whole.end
            whole.extend(lines if known else lines.bare())
        return whole

    def merge(self, other: Self) -> Self:
        """Add what another part of the same place gave; returns itself."""
        self.rows += other.rows
        self.bytes += other.bytes
        self.total = max(self.total, other.total)
        self.encoding = max(self.encoding, other.encoding)
        self.query = max(self.query, other.query)
        self.hindrance = max(self.hindrance, other.hindrance)
        self.base = max(self.base, other.base)
        for start, lines in other.lines.items():
            self.lines[start] = lines.moved(0)
        self._join()
        for table, partials in other.columns.items():
            merge_into(self.table(table), partials)
        for (table, column, path, entity), numbers in other.spots.items():
            spot = table, column, path if (column, path) in self.table(table) else REST, entity
            self.spots[spot] = _first((*self.spots.get(spot, ()), *numbers))
        self.comments |= other.comments
        self.members |= other.members
        self.unread |= other.unread
        self.notes |= other.notes
        self.complete = self.complete and other.complete
        self.left = self.left or other.left
        return self

    def _join(self) -> None:
        """Make one of lines that stand one behind the other."""
        last: Lines | None = None
        for start, lines in sorted(self.lines.items()):
            if last is not None and last.whole and last.end == start:
                last.extend(self.lines.pop(start))
            else:
                last = lines


def together(one: Any, other: Any) -> Any:
    """A counter that may not be there, and another: both are left as they are where both are there."""
    if one is None or other is None:
        return one if other is None else other
    whole = copy.copy(one)
    whole.merge(other)
    return whole


def _first(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers))[:FIRST])


def _roomy(places: Collection[_Place], place: _Place, rest: _Place) -> _Place:
    """The place itself, as long as there is room for it among ``places``; else where the rest is counted."""
    return place if place in places or len(places) < MOST_PATHS else rest


def merge_into(whole: Counters, part: Counters) -> Counters:
    """Add one part to what is there, and return it."""
    for (column, path), counter in part.items():
        place = _roomy(whole, (column, path), (column, path and REST))
        if place not in whole:
            whole[place] = type(counter)()
        whole[place].merge(counter)
    return whole
