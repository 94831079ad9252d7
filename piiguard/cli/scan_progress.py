"""The progress bar of a scan, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from piiguard import clock
from piiguard.names import shown

__all__ = ["scan_progress"]


@contextmanager
def scan_progress(name: Callable[[str], str]) -> Iterator[Callable[[str, int, int, str], None]]:
    """A bar on standard error while a terminal watches: place, units done, units in all (-1: unknown), unit.

    ``name`` says how a place is shown.
    """
    if not sys.stderr.isatty():
        yield lambda place, done, total, unit: None
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
