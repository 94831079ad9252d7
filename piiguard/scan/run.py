"""The only loop over tasks: here, in processes or elsewhere; each place is read, judged, noted and reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import ParamSpec

from piiguard import clock
from piiguard.errors import PiiguardError, internal
from piiguard.manifest import Manifest
from piiguard.read import Defining, Measured, Sink, Source, Task, memory
from piiguard.read.part import Part
from piiguard.scan import members, pool
from piiguard.scan.examine import Examiner
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.gathered import Gathered
from piiguard.scan.journal import Journal
from piiguard.scan.ledger import report_of
from piiguard.scan.matches import Behind, reported
from piiguard.scan.options import Options
from piiguard.scan.outcome import judged
from piiguard.scan.progress import Overall, Progress

__all__ = ["Elsewhere", "read", "run"]

DIED = "the process that read it died"
DEFECT = "not read to its end: {}; this is a defect of piiguard, report it"
TIMED_OUT = "a pattern took too long on some of it, which was not searched for it"

_AT_ONCE = 10_000

P = ParamSpec("P")
Elsewhere = Callable[[Sequence[Task], Options], Iterator[tuple[Task, Part | None]]]
"""Reads tasks on other machines; None for one whose reader died."""


def run(
    source: Source,
    options: Options,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
    journal: Journal | None = None,
    elsewhere: Elsewhere | None = None,
    jobs: int | None = None,
) -> ScanReport:
    """Read all tasks of a source and report what they hold; every match behind a finding also goes to ``sink``.

    What a journal knows is taken from there. An interrupt ends it with what there is. The source is closed.
    """
    scan = _Scan(source, options, manifest, progress, sink, journal if source.noted else None)
    try:
        return scan.run(elsewhere, options.jobs if jobs is None else jobs)
    except _CallerFailed as failed:
        raise failed.error from None
    finally:
        source.close()


class _CallerFailed(Exception):
    """What takes the matches, or what is told how far it is, failed: no fault of the source, whose reader lets this pass."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _guarded(call: Callable[P, None]) -> Callable[P, None]:
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again, behind the reader
            raise _CallerFailed(error) from None

    return called


class _Scan:
    """Collects outcomes as it goes, so that an interrupt finds a report to give."""

    def __init__(
        self,
        source: Source,
        options: Options,
        manifest: Manifest | None,
        progress: Progress | None,
        sink: Sink | None,
        journal: Journal | None,
    ) -> None:
        self.source, self.options, self.manifest, self.journal = source, options, manifest, journal
        self.progress, self.sink = _guarded(progress) if progress else None, _guarded(sink) if sink else None
        self.overall = progress if isinstance(progress, Overall) else None
        self.examiner = members.judging(Examiner(options), self.sink)
        self.parts: dict[str, Part] = {}
        self.marks: dict[str, str] = {}
        """what the places were when their reading began"""
        self.outcomes = Gathered(source)

    def run(self, elsewhere: Elsewhere | None, jobs: int) -> ScanReport:
        started, stopped = clock.stamp(), False
        tasks = self._fresh(self.source.tasks(self.options))
        try:
            if self.overall and isinstance(self.source, Measured):
                self.overall.begin(self.source.extent(self.options))
            if self.sink is None and (elsewhere or jobs > 1):
                for some in _batches(tasks):
                    self._spread(some, elsewhere, jobs)
            else:
                for task in tasks:
                    self._read(task)
        except KeyboardInterrupt:
            stopped = not self.source.idle
        if isinstance(self.source, Defining) and not stopped:
            from piiguard.scan import definitions  # a log is read without SQLAlchemy

            told = self.source.definitions(self.options)
            self.outcomes.told += definitions.searched(
                self.source.name, told, self.examiner, self.options, self.sink
            )
        named = members.folders(self.source, self.outcomes.folders, self.options, self.sink)
        outcomes = self.outcomes.every(named)
        return report_of(self.source.name, self.source.kind, started, outcomes, stopped=stopped)

    def _fresh(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """What is left to read."""
        for task in tasks:
            if self.journal:
                mark = self.marks[task.place] = self.journal.mark_of(task)
                if known := self.journal.find(self.source.name, task.place, mark):
                    self.outcomes.add(known)
                    self._ended(task, fresh=False)
                    continue
            yield task

    def _read(self, task: Task) -> None:
        """Read one place, here."""
        part = self.parts[task.place] = Part()
        self.examiner.step = lambda _: self._show(task, part)
        try:
            read(task, self.examiner, part, None if task.cells else self.sink)
        finally:
            found = self._judge(task)
        again = task.again(reported(found)) if self.sink and task.cells else None
        if again and self.sink:
            self._list(again, found, self.sink)

    def _list(self, task: Task, found: Sequence[Finding], sink: Sink) -> None:
        """Send the single matches of what was reported."""
        part = Part()
        read(task, self.examiner, part, Behind(found, sink))
        if part.unread:
            failed = [
                replace(error, message=f"its matches were not listed: {error.message}")
                for error in judged(self.source.name, "file", task.place, part, self.options).errors
            ]
            last = self.outcomes.told[-1]
            self.outcomes.told[-1] = replace(last, errors=(*last.errors, *failed))

    def _spread(self, tasks: Sequence[Task], elsewhere: Elsewhere | None, jobs: int) -> None:
        """Read ranges of places beside each other; a place is judged with its last one."""
        cut: list[Task] = []
        for task in tasks:
            part = self.parts[task.place] = Part()
            cut += task.cut(self.examiner, part, jobs) if task.shared else [task]
        left = Counter(task.place for task in cut)
        by_place = {task.place: task for task in tasks}
        try:
            for task, given in self._results(cut, elsewhere, jobs):
                whole = self.parts[task.place]
                if given is None:
                    whole.fail(DIED)
                else:
                    whole.merge(given)
                left[task.place] -= 1
                self._show(by_place[task.place], whole)
                if not left[task.place]:
                    self._judge(by_place[task.place])
        except KeyboardInterrupt:
            for place, part in list(self.parts.items()):
                if part.rows or part.lines:
                    part.complete = False
                    self._judge(by_place[place])
            raise

    def _results(
        self, tasks: Sequence[Task], elsewhere: Elsewhere | None, jobs: int
    ) -> Iterator[tuple[Task, Part | None]]:
        away = [task for task in tasks if task.shared]
        if not elsewhere and len(away) < 2:
            away = []  # sooner done than a process is started
        if away and elsewhere:
            yield from elsewhere(away, self.options)
        elif away:
            jobs_of = [(task, self.options) for task in away]
            yield from ((task, part) for (task, _), part in pool.run(read_there, jobs_of, jobs))
        for task in tasks:
            if not (away and task.shared):
                yield task, self._here(task)

    def _here(self, task: Task) -> Part:
        part = Part()
        whole = self.parts[task.place]

        def step(part: Part) -> None:
            self._show(task, part)

        self.examiner.step = step
        try:
            read(task, self.examiner, part, None)
        except KeyboardInterrupt:
            whole.merge(part)
            raise
        return part

    def _show(self, task: Task, part: Part) -> None:
        if self.progress:
            self.progress(task.place, part.rows if task.unit == "rows" else part.bytes, task.total, task.unit)

    def _ended(self, task: Task, *, fresh: bool = True) -> None:
        if self.overall:
            self.overall.ended(task.place, task.amount, fresh=fresh)

    def _manifest(self, task: Task) -> Manifest | None:
        return (
            _renamed(self.manifest, task.alias, task.place) if self.manifest and task.alias else self.manifest
        )

    def _judge(self, task: Task) -> list[Finding]:
        part = self.parts.pop(task.place)
        outcome = judged(
            self.source.name, self.source.kind, task.place, part, self.options, self._manifest(task)
        )
        if self.source.kind == "file":
            outcome = members.with_name(outcome, self.source.name, task.place, self.options, self.sink)
        self.outcomes.add(outcome)
        if self.journal:
            self.journal.note(self.source.name, outcome, self.marks[task.place])
        self._ended(task)
        return list(outcome.findings)


def _batches(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    """The tasks, so many at once that starting processes for them costs little, and that no list holds a million."""
    while some := list(islice(tasks, _AT_ONCE)):
        yield some


def _renamed(manifest: Manifest, alias: str, place: str) -> Manifest:
    columns = (replace(own, table=place) if own.table == alias else own for own in manifest.columns)
    return replace(manifest, columns=tuple(columns))


def read(task: Task, examiner: Examiner, part: Part, sink: Sink | None) -> None:
    """Read a task into ``part``, which holds what there is even when an interrupt ends this.

    A defect of ours costs the place that shows it one line, and no other place anything.
    """
    before = examiner.engine.timeouts.total()
    try:
        task.read(examiner, part, sink)
    except KeyboardInterrupt:
        part.complete = False
        raise
    except (PiiguardError, _CallerFailed):
        raise
    except MemoryError:
        part.fail(memory.TOO_MUCH)
    except Exception as error:  # noqa: BLE001 - of which nothing but its type and place is told
        part.fail(DEFECT.format(internal(error)))
    finally:
        if examiner.engine.timeouts.total() > before:
            part.fail(TIMED_OUT)


def read_there(job: tuple[Task, Options], stopped: Callable[[], bool] = lambda: False) -> Part:
    """Read a task in another process."""
    task, options = job
    part, examiner = Part(), _examiner(options, options.key)

    def step(part: Part) -> None:
        if stopped():
            raise KeyboardInterrupt

    examiner.step = step
    with suppress(KeyboardInterrupt):
        read(task, examiner, part, None)
    return part


@lru_cache(maxsize=2)
def _examiner(options: Options, key: bytes) -> Examiner:
    # The key is no part of the options' equality, and the processes of Spark outlive a scan.
    return members.judging(Examiner(options))
