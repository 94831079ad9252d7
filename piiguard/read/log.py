"""Reads logs, and whatever else is text and no table, line by line: a file, a range of a large one, or one that grows."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from piiguard.read import Examiner, Sink, Task, ranges, sources, watched
from piiguard.read.growing import Growing
from piiguard.read.opened import FileTask, as_lines, peeked, told
from piiguard.read.part import Part
from piiguard.read.ranges import Range
from piiguard.read.sheet import read_sheet
from piiguard.read.tabular import is_tabular

__all__ = ["LogTask", "RangeTask"]


@dataclass(frozen=True, slots=True)
class LogTask(FileTask):
    """A file of lines. With ``waiting`` it is read on as it grows: that is called whenever nothing is new."""

    waiting: Callable[[], None] | None = None

    def cut(self, examiner: Examiner, part: Part, jobs: int) -> Sequence[Task]:
        """A task for each range of a large plain file."""
        if self.stream or jobs < 2:
            return [self]
        try:
            cut = ranges.cut(self.place, self.options, jobs, named=self.named)
        except OSError:  # whoever reads it says why
            return [self]
        own = {name: getattr(self, name) for name in ("total", "unit", "options", "named")}
        return [RangeTask(self.place, **own, range=each) for each in cut] or [self]

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        # single matches have places in lines, and so has what was said to be a log
        if sink is None and not self.options.form and is_tabular(peeked(stream), self.options.encoding):
            read_sheet(self.options, examiner, stream, part)
        else:
            as_lines(self, examiner, stream, part, sink)

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        if self.waiting is None:
            FileTask.read(self, examiner, part, sink)
        else:
            self._follow(examiner, part, sink, self.waiting)

    def _follow(self, examiner: Examiner, part: Part, sink: Sink | None, waiting: Callable[[], None]) -> None:
        """Read on, across rotation and truncation: a file that was replaced or cut is begun anew."""
        from piiguard.detect import BlockReader

        while True:
            with told(part, self.options.encoding), Growing(self.place, waiting) as stream:
                watch = watched.Watch(self.options.encoding, lambda: watched.tell(part))
                reader = BlockReader(watched.Seen(stream, watch), self.options.encoding)
                # what was read before is another file by now: between the two is a gap, and numbers begin anew
                start = max((lines.end + 1 for lines in part.lines.values()), default=0)
                examiner.lines(part, reader, self.place, start=start, sink=sink)
                if stream.unknown:
                    part.fail(stream.unknown)
                if stream.interrupted:
                    raise stream.interrupted
                continue
            return


@dataclass(frozen=True, slots=True)
class RangeTask(FileTask):
    """A range of a large plain file of lines."""

    range: Range = field(kw_only=True)

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        from piiguard.detect import BlockReader

        own = self.range
        with (
            told(part, self.options.encoding),
            io.BufferedReader(sources.regular(self.place, named=self.named)) as source,
        ):
            first, before = ranges.context(source, own.start)
            stream = ranges.Around(source, first, own)
            watch = watched.Watch(own.encoding, lambda: watched.tell(part))
            reader = BlockReader(watched.Seen(stream, watch), self.options.encoding)
            reader.encoding = own.guess or own.encoding
            clipped = ranges.Clipped(reader, stream, before, own, own.start - first)
            try:
                examiner.lines(part, clipped, self.place, start=own.start, sink=sink)
            finally:
                lines = part.lines[own.start]
                whole = replace(lines.moved(-before), count=max(lines.count - before, 0))
                part.lines[own.start] = replace(whole, end=own.end)
