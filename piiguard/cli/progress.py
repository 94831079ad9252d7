"""The progress of a job on standard error: a bar on a terminal, else a line a minute."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from piiguard.cli.discreet import discreet
from piiguard.cli.minutes import Minutes, far
from piiguard.cli.say import say
from piiguard.names import shown
from piiguard.protect.watch import Watch

if TYPE_CHECKING:
    from rich.progress import Task, TaskID
    from rich.text import Text

    from piiguard.protect.outcome import Tally

__all__ = ["progress"]


@contextmanager
def progress() -> Iterator[Watch]:
    """A bar with rows a second and the time that remains; without a terminal a line a minute."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    with _Bar() as bar:
        yield bar


class _Lines(Watch):
    """For a log: how far it is, each minute."""

    def begin(self, phase: str, table: str, columns: Sequence[str], rows: int) -> None:
        self._what, self._rows, self._done = f"{phase} {table}.{','.join(columns)}", rows, 0
        self._minutes = Minutes()

    def step(self, tally: Tally) -> None:
        self._done += tally.changed + tally.missed + tally.failed
        if self._minutes.passed():
            say(far(self._what, self._done, self._rows, "rows", self._minutes.seconds))

    def note(self, what: str, place: str) -> None:
        _say_note(what, place)


class _Bar(Watch):
    """One line per phase."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
        from rich.text import Text

        class Speed(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(f"{int(task.finished_speed or task.speed or 0):,} rows/s")

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            Speed(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task: TaskID | None = None

    def begin(self, phase: str, table: str, columns: Sequence[str], rows: int) -> None:
        self._task = self._progress.add_task(
            shown(discreet(f"{phase} {table}.{','.join(columns)}")), total=rows or None
        )

    def step(self, tally: Tally) -> None:
        if self._task is not None:
            self._progress.advance(self._task, tally.changed + tally.missed + tally.failed)

    def note(self, what: str, place: str) -> None:
        _say_note(what, place)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def _say_note(what: str, place: str) -> None:
    """Something around a table that a person should know."""
    say(_NOTES[what].format(place))


_NOTES = {
    "follow": "waiting until the newest keyring is loaded by {}",
    "not-noted": "not noted in the audit trail: {}",
    "triggers": "{}: these triggers fire for every row",
}
