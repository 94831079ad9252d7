"""A file that is read for what it holds: its members, its texts and its tables, and how much may come out of it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, BinaryIO, cast

from piiguard.errors import ScanError
from piiguard.read import Examiner, Sink
from piiguard.read.kinds import kind_of
from piiguard.read.listing import is_excluded
from piiguard.read.opened import FileTask
from piiguard.read.options import EXCLUDED
from piiguard.read.part import Lines, LineTally, Part
from piiguard.read.sources import Source

__all__ = ["BOMB", "LEAST", "MOST_MEMBERS", "RATIO", "READING", "SLOW", "Budget", "Holder"]

LEAST = 1 << 30
"""Bytes that any file may hold."""
RATIO = 200
"""A larger one may hold so many times its own bytes: logs are packed to a tenth, and rarely to a hundredth."""
MOST_MEMBERS = 20_000
READING = 3600.0
"""Seconds that reading all pictures of one file may take."""
_DEEPEST = 8
BOMB = "not opened: it would grow more than 200 times, as a bomb does; unpack it, and scan the folder"
SLOW = "not read: reading the pictures of this file takes longer than an hour"
_TOO_DEEP = f"not opened: more than {_DEEPEST} archives lie in each other"
_SPENT = "not read to its end: more comes out of the file than is opened here; unpack it, and scan the folder"


@dataclass(slots=True)
class Budget:
    """What may still come out of one file, with all that lies in its members."""

    bytes: int
    members: int = MOST_MEMBERS
    reading: float = field(default_factory=lambda: READING)

    @classmethod
    def of(cls, task: FileTask, source: Source) -> Budget:
        """That of a file by its size, as far as it has one."""
        return cls(max(LEAST, RATIO * max(task.weight, source.size)))

    def take(self, count: int) -> None:
        """Raises: :class:`ScanError` when that is too much."""
        self.bytes -= count
        if self.bytes < 0:
            raise ScanError(_SPENT, source="", hint="")


class Metered(io.RawIOBase):
    """A stream whose bytes are taken from a budget."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._budget.take(len(data))
        buffer[: len(data)] = data
        return len(data)


@dataclass(slots=True)
class Holder:
    """What takes out of a file what its reader finds in it; ``again`` reads members that hold others."""

    task: FileTask
    examiner: Examiner
    part: Part
    sink: Sink | None
    budget: Budget
    again: Callable[..., bool]
    depth: int = 0
    _names: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def member(self, name: str) -> Iterator[tuple[str, Part]]:
        """The place of a member, and the part to read it into; two of one name are numbered."""
        self._names[name] += 1
        count = self._names[name]
        place = f"{self.task.place}!{name}" + (f" ({count})" if count > 1 else "")
        part = Part(hindrance=self.part.hindrance or "packed")
        try:
            yield place, part
        finally:
            self.part.bytes += part.bytes
            self.part.members[place] = self.examiner.member(place, part, name)
            self.examiner.step(self.part)

    def fail(self, name: str, why: str) -> None:
        """Name a member that is not read."""
        with self.member(name) as (_, part):
            part.fail(why)

    def file(self, name: str, stream: BinaryIO) -> None:
        """Read a member as the file that it is."""
        with self.member(name) as (place, part):
            if is_excluded(place, self.task.options.exclude):
                part.leave(EXCLUDED)
            elif self.depth >= _DEEPEST:
                part.fail(_TOO_DEEP)
            else:
                kind = kind_of(name, self.task.options, by_line=self.sink is not None)
                again = partial(self.again, outer=self)
                kind(place, options=self.task.options, fetched=stream, within=again).read(
                    self.examiner, part, self.sink
                )

    def inside(self, task: FileTask, part: Part) -> Holder:
        """What takes out of a member, from the same budget."""
        return Holder(task, self.examiner, part, self.sink, self.budget, self.again, self.depth + 1)

    def metered(self, stream: BinaryIO) -> BinaryIO:
        """The stream, counted."""
        return cast(BinaryIO, io.BufferedReader(Metered(stream, self.budget), 1 << 16))

    def text(self, place: str, part: Part, data: bytes, number: int = 0) -> None:
        """Search a text in UTF-8. All its lines have this ``number``, of a page or a letter, or else their own."""
        self.lines(place, part, cast(BinaryIO, io.BytesIO(data)), number)

    def lines(self, place: str, part: Part, stream: BinaryIO, number: int = 0) -> None:
        """The same from a stream."""
        from piiguard.detect import BlockReader

        reader = BlockReader(stream, "utf-8")
        if not number:
            self.examiner.lines(part, reader, place, start=part.behind, sink=self.sink)
            return
        page = Part()
        sink = self.sink
        take = (lambda match: sink(replace(match, line=number, end_line=None))) if sink else None
        self.examiner.lines(page, reader, place, sink=take)
        own, found = part.lines.setdefault(0, Lines(whole=True)), page.text
        for spot, tally in found.tallies.items():
            own.tallies.setdefault(spot, LineTally()).merge(replace(tally, lines=(number,)))
        own.count, own.end = own.count + found.count, own.end + page.bytes
        part.bytes, part.encoding = part.bytes + page.bytes, "utf-8"
