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

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

__all__ = ["FIRST", "Counters", "Hindrance", "LineTally", "Lines", "Part", "Places", "merge_into"]

Hindrance = Literal["", "dots", "foreign", "view"]
"""Why no command encrypts a place as it stands: its name is read as another one, it lies elsewhere, or is computed."""
FIRST = 10
"""So many line numbers are kept for each entity."""

Places = dict[tuple[str | None, str], "LineTally"]
"""Tallies by JSON path and entity."""
Counters = dict[tuple[str, str | None], Any]
"""By column and JSON path: whatever counts there, as long as ``merge`` adds another of its class to it."""
Spot = tuple[str, str, str | None, str]
"""Table, column, JSON path and entity: where in a file of tables something stands."""


@dataclass(slots=True)
class LineTally:
    """The lines that hold one entity."""

    count: int = 0
    lines: tuple[int, ...] = ()
    best: tuple[float, str] = (0.0, "")
    """the highest score and the masked shape of that value"""

    def add(self, line: int, score: float, masked: str) -> None:
        if len(self.lines) < FIRST:
            self.lines = (*self.lines, line)
        self.count += 1
        self.best = max(self.best, (score, masked))

    def merge(self, other: Self) -> None:
        self.count += other.count
        self.lines = _first((*self.lines, *other.lines))
        self.best = max(self.best, other.best)


@dataclass(slots=True)
class Lines:
    """Lines that were read in one go, up to the byte ``end``; numbered from 1 for the first of them."""

    end: int = 0
    count: int = 0
    tallies: Places = field(default_factory=dict)
    whole: bool = False
    """whether it was read to its end, so that the lines behind it have numbers"""

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
            self.tallies.setdefault(place, LineTally()).merge(tally)
        self.end, self.count, self.whole = own.end, self.count + own.count, own.whole


@dataclass(slots=True)
class Part:
    """``unread`` are places inside the one that was asked for, and why they were not read; ``""`` is the place itself.

    ``total`` are the rows that there are, as far as the source knows; ``columns`` the counters of its tables by name, and a
    table that is the place itself is called ``""``; ``spots`` the first lines on which something of such a table stands.
    ``query`` and ``hindrance`` are those of its findings.
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
    query: str = ""
    hindrance: Hindrance = ""
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

    @property
    def line_count(self) -> int:
        return sum(lines.count for lines in self.lines.values())

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
        for start, lines in other.lines.items():
            self.lines[start] = lines.moved(0)
        self._join()
        for table, partials in other.columns.items():
            merge_into(self.table(table), partials)
        for spot, numbers in other.spots.items():
            self.spots[spot] = _first((*self.spots.get(spot, ()), *numbers))
        self.comments |= other.comments
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


def _first(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers))[:FIRST])


def merge_into(whole: Counters, part: Counters) -> Counters:
    """Add one part to what is there, and return it."""
    for place, counter in part.items():
        if place not in whole:
            whole[place] = type(counter)()
        whole[place].merge(counter)
    return whole
