"""The progress of a scan on standard error: a bar on a terminal, else a line a minute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from piiguard import clock
from piiguard.cli.minutes import Minutes, far
from piiguard.cli.say import many, say
from piiguard.names import shown
from piiguard.read import Extent

if TYPE_CHECKING:
    from rich.progress import Progress

    from piiguard.scan.progress import Overall

__all__ = ["scan_progress"]

_MEGABYTE = 1_000_000


@contextmanager
def scan_progress(name: Callable[[str], str]) -> Iterator[Overall]:
    """Shows place, units done, units in all (-1: unknown), and their name: in bars, or each minute in a line.

    What is done of all places stands beside it, where the source says how many there are. ``name`` says how a place is shown.
    """
    if not sys.stderr.isatty():
        yield _Lines(name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        yield _Bars(name, bar)


class _Whole:
    """How much is done of all that there is; what was known before is nothing that was to be done."""

    def __init__(self, extent: Extent) -> None:
        self.extent, self.places = extent, 0
        self._ended = 0
        self._reading: dict[str, int] = {}

    @property
    def several(self) -> bool:
        return self.extent.places > 1

    @property
    def done(self) -> int:
        return self._ended + sum(self._reading.values())

    def read(self, place: str, done: int, total: int) -> None:
        self._reading[place] = min(done, total) if total > 0 else 0

    def ended(self, place: str, amount: int, *, fresh: bool) -> None:
        self._reading.pop(place, None)
        self.places += 1
        if fresh:
            self._ended += amount
        else:
            self.extent = replace(self.extent, amount=self.extent.amount - amount)

    def __str__(self) -> str:
        return f"{self.places:,} of {many(self.extent.places, 'place')}"


_UNKNOWN = Extent(0, 0, "")


class _Bars:
    """A bar for the place that is read, and one for all of them."""

    def __init__(self, name: Callable[[str], str], bar: Progress) -> None:
        self._name, self._bar = name, bar
        self._task = bar.add_task("", total=None, speed="")
        self._of_all = bar.add_task("", total=None, speed="", visible=False)
        self._whole = _Whole(_UNKNOWN)
        self._began: dict[str, float] = {}

    def begin(self, extent: Extent) -> None:
        self._whole = _Whole(extent)
        self._bar.reset(self._of_all, visible=self._whole.several)
        self._draw()

    def __call__(self, place: str, done: int, total: int, unit: str) -> None:
        if place not in self._began:
            self._began[place] = clock.monotonic()
            described = shown(self._name(place), 50)
            self._bar.reset(self._task, total=total if total > 0 else None, description=described)
        seconds = max(clock.monotonic() - self._began[place], 0.001)
        speed = f"{done / seconds / 1e6:.1f} MB/s" if unit == "bytes" else f"{done / seconds:,.0f} {unit}/s"
        self._bar.update(self._task, completed=done, speed=speed)
        self._whole.read(place, done, total)
        self._draw()

    def ended(self, place: str, amount: int, *, fresh: bool) -> None:
        self._began.pop(place, None)
        self._whole.ended(place, amount, fresh=fresh)
        self._draw()

    def _draw(self) -> None:
        whole = self._whole
        if whole.several:
            self._bar.update(
                self._of_all, completed=whole.done, total=whole.extent.amount or None, description=str(whole)
            )


class _Lines:
    """For a log: which place is read, how far it is, and how far all of them are."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self._name, self._minutes = name, Minutes()
        self._began: dict[str, Minutes] = {}
        self._whole, self._since = _Whole(_UNKNOWN), Minutes()

    def begin(self, extent: Extent) -> None:
        self._whole, self._since = _Whole(extent), Minutes()

    def __call__(self, place: str, done: int, total: int, unit: str) -> None:
        own = self._began.setdefault(place, Minutes())
        self._whole.read(place, done, total)
        if self._minutes.passed():
            say(f"{far(self._name(place), done, total, unit, own.seconds)}; {self._all()}")

    def ended(self, place: str, amount: int, *, fresh: bool) -> None:
        self._began.pop(place, None)
        self._whole.ended(place, amount, fresh=fresh)

    def _all(self) -> str:
        whole = self._whole
        if not whole.several:
            return f"{many(whole.places + len(self._began), 'place')} so far"
        done, amount, unit = whole.done, whole.extent.amount, whole.extent.unit
        if unit == "bytes" and amount >= _MEGABYTE:
            done, amount, unit = done // _MEGABYTE, amount // _MEGABYTE, "MB"
        return (
            far(f"in all {whole}", done, amount, unit, self._since.seconds) if amount else f"in all {whole}"
        )
