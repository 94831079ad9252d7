"""Reads a stream line by line through the engine, and remembers places and counts: again a monoid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, Self

from piiguard.confidence import Confidence, at_least, of_score
from piiguard.detect.escapes import Shown
from piiguard.detect.mask import mask
from piiguard.scan import jsonpath
from piiguard.scan.finding import Finding, Match

if TYPE_CHECKING:
    from piiguard.detect import Block, Engine

__all__ = ["FIRST", "LineStatistics", "LineTally", "Places", "read_lines"]

FIRST = 10
"""So many line numbers are kept for each entity."""

Places = dict[tuple[str | None, str], "LineTally"]
"""Tallies by JSON path and entity."""


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
        self.lines = tuple(sorted({*self.lines, *other.lines})[:FIRST])
        self.best = max(self.best, other.best)


@dataclass(slots=True)
class LineStatistics:
    """One file, or a part of it."""

    lines: int = 0
    bytes: int = 0
    places: Places = field(default_factory=dict)
    encoding: str = ""

    def merge(self, other: Self) -> Self:
        self.lines += other.lines
        self.bytes += other.bytes
        self.encoding = self.encoding or other.encoding
        for place, tally in other.places.items():
            self.places.setdefault(place, LineTally()).merge(tally)
        return self

    def shifted(self, lines: int) -> Self:
        """The same part, when so many lines stand before it."""
        moved = {
            place: replace(tally, lines=tuple(line + lines for line in tally.lines))
            for place, tally in self.places.items()
        }
        return replace(self, places=moved)

    def findings(self, target: str, file: str) -> list[Finding]:
        """What the file holds; a file has no columns, so the score of the best match speaks."""
        return [
            Finding(
                target=target,
                kind="file",
                entity=entity,
                confidence=of_score(tally.best[0]),
                score=round(tally.best[0], 2),
                matched=tally.count,
                examined=self.lines,
                protection="none",
                masked=tally.best[1],
                path=path,
                file=file,
                lines=tally.lines,
            )
            for (path, entity), tally in sorted(
                self.places.items(), key=lambda item: (item[0][0] or "", item[0][1])
            )
        ]

    def chosen(self, target: str, file: str, least: Confidence) -> tuple[Finding, ...]:
        """The findings that are certain enough."""
        found = self.findings(target, file)
        return tuple(finding for finding in found if at_least(finding.confidence, least))


class Blocks(Protocol):
    """What reads a stream: a :class:`piiguard.detect.BlockReader`, or a part of one."""

    encoding: str

    @property
    def bytes_read(self) -> int: ...

    def __iter__(self) -> Iterator[Block]: ...


def read_lines(
    engine: Engine,
    reader: Blocks,
    statistics: LineStatistics,
    *,
    sink: Callable[[Match], None] | None = None,
    name: str = "",
    on_block: Callable[[int], None] | None = None,
) -> None:
    """Read the blocks of one stream into ``statistics``; each match also goes to ``sink``."""
    statistics.encoding = reader.encoding
    for block in reader:
        shown = Shown.of(block.data, block.seen, block.until)
        for number, text, matches in engine.lines(shown.data, shown.seen, shown.until):
            line = block.line + number + 1
            shift = block.column if number == 0 else 0
            seen: set[tuple[str | None, str]] = set()
            starts = [shown.place(number, match.start) for match in matches]
            paths = jsonpath.paths(shown.written.get(number, text), starts)
            for match, start, path in zip(matches, starts, paths, strict=True):
                masked = mask(match.entity, text[match.start : match.end])
                place = (path, match.entity)
                tally = statistics.places.setdefault(place, LineTally())
                if place not in seen:
                    seen.add(place)
                    tally.add(line, match.score, masked)
                else:
                    tally.best = max(tally.best, (match.score, masked))
                if sink:
                    breaks = text.count("\n", match.start, match.end)
                    begin = text.rfind("\n", 0, match.end) + 1 if breaks else 0
                    end = shown.place(number + breaks, match.end - begin) + (0 if breaks else shift)
                    sink(
                        Match(
                            target=name,
                            entity=match.entity,
                            score=round(match.score, 2),
                            start=start + shift,
                            end=end,
                            masked=masked,
                            file=name,
                            line=line,
                            end_line=line + breaks if breaks else None,
                            path=path,
                        )
                    )
        statistics.lines = block.line + block.data.count(b"\n", 0, block.until)
        if block.until == len(block.data) and not block.data.endswith(b"\n"):
            statistics.lines += 1
        statistics.bytes = reader.bytes_read
        if on_block:
            on_block(reader.bytes_read)
