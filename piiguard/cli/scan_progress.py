"""The progress of a scan on standard error: a bar on a terminal, else a line a minute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from piiguard import clock
from piiguard.cli.minutes import Minutes, far
from piiguard.cli.say import many, say
from piiguard.names import shown

__all__ = ["scan_progress"]


@contextmanager
def scan_progress(name: Callable[[str], str]) -> Iterator[Callable[[str, int, int, str], None]]:
    """Shows place, units done, units in all (-1: unknown), and their name: in a bar, or each minute in a line.

    ``name`` says how a place is shown.
    """
    if not sys.stderr.isatty():
        yield _Lines(name).show
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
        task = bar.add_task("", total=None, speed="")
        began: dict[str, float] = {}

        def show(place: str, done: int, total: int, unit: str) -> None:
            if place not in began:
                began[place] = clock.monotonic()
                bar.reset(task, total=total if total > 0 else None, description=shown(name(place), 50))
            seconds = max(clock.monotonic() - began[place], 0.001)
            speed = (
                f"{done / seconds / 1e6:.1f} MB/s" if unit == "bytes" else f"{done / seconds:,.0f} {unit}/s"
            )
            bar.update(task, completed=done, speed=speed)

        yield show


class _Lines:
    """For a log: which place is read, how far it is, and how many were begun before it."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self._name, self._minutes = name, Minutes()
        self._begun: dict[str, Minutes] = {}

    def show(self, place: str, done: int, total: int, unit: str) -> None:
        own = self._begun.setdefault(place, Minutes())
        if self._minutes.passed():
            say(
                f"{far(self._name(place), done, total, unit, own.seconds)}; {many(len(self._begun), 'place')} so far"
            )
