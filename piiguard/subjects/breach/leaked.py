"""Reads the leaked file, as a scan reads it, and hands on what it holds, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from piiguard.detect.escapes import Shown
from piiguard.read.listing import listed
from piiguard.read.whole import walk
from piiguard.subjects.breach.values import Finder, Value

__all__ = ["read_leaked"]

Take = Callable[[Iterable[Value]], None]


def read_leaked(target: str, finder: Finder, take: Take, form: str = "") -> Iterator[tuple[str, str]]:
    """Hand what the files of a target hold to ``take``; yields the places that were not read, and why."""
    listing = listed(target)
    if not (listing.files or listing.left):
        yield target, "no file matches"

    def take_lines(shown: Shown, line: int) -> None:
        take(finder.lines(shown.data, shown.seen, shown.until))

    def take_column(name: str, cells: Sequence[object], numbers: Sequence[int]) -> None:
        take(finder.column(name, cells))

    before = finder.engine.timeouts.total()
    for task, part in walk(target, listing, finder.engine, take_lines, take_column, form):
        yield from part.gaps(task.place)
        if why := finder.closed():
            yield task.place, why
        if (now := finder.engine.timeouts.total()) > before:
            yield task.place, "a pattern gave up on some of its text"
            before = now
