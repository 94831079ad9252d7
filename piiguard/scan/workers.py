"""Reads with several processes: each has an engine and connections of its own, and sends back statistics.

Ranges of one table's keys are parts of one sum: their statistics merge in whatever order they come.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard import database
from piiguard.scan import files, tables
from piiguard.scan.engines import make_engine, make_observer
from piiguard.scan.finding import Failure
from piiguard.scan.observe import Observer, Place
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome
from piiguard.scan.relation import Relation
from piiguard.scan.stretches import Stretch, StretchPart
from piiguard.scan.tables import Part, Span

__all__ = ["TableTask", "read_files", "read_tables"]

DIED = "the process that read it died"


@dataclass(frozen=True, slots=True)
class TableTask:
    """A relation, or a range of its keys."""

    relation: Relation
    span: Span | None = None
    settled: frozenset[Place] | None = None


def read_tables(
    url: str | sa.URL, tasks: Sequence[TableTask], options: Options
) -> Iterator[tuple[TableTask, Part]]:
    """Read the tasks in as many processes as the options say; yields each when it is done, in any order."""
    for task, part in _run(_read_table, tasks, options, url):
        yield task, part if part is not None else Part(errors=[DIED])


def read_files(
    target: str, tasks: Sequence[str | Stretch], options: Options
) -> Iterator[tuple[str | Stretch, Outcome | StretchPart]]:
    """Scan files, or stretches of them, in as many processes as the options say; in any order."""
    for task, read in _run(_read_file, tasks, options, target):
        yield task, read if read is not None else _died(target, task)


def _died(target: str, task: str | Stretch) -> Outcome | StretchPart:
    if isinstance(task, Stretch):
        return StretchPart(task, errors=[DIED])
    return Outcome(task, 0, 0, (), (Failure(target, task, DIED),))


def _run(
    function: Any, tasks: Sequence[Any], options: Options, source: str | sa.URL
) -> Iterator[tuple[Any, Any]]:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(options.jobs, context, _start, (source, options, stop))
    try:
        futures: dict[Future[Any], Any] = {pool.submit(function, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures.pop(future), _result(future)
        except KeyboardInterrupt:
            # what runs stops at its next page and says how far it came
            stop.set()
            for future in [f for f in futures if f.cancel()]:
                del futures[future]
            for future in list(futures):
                yield futures[future], _result(future)
            raise
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


@dataclass(slots=True)
class _State:
    """What one process keeps between its tasks."""

    source: str | sa.URL
    options: Options
    stop: Any
    engine: sa.Engine | None = None
    observer: Observer | None = None


_states: list[_State] = []


def _start(source: str | sa.URL, options: Options, stop: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and tells us
    _states[:] = [_State(source, options, stop)]


def _read_table(task: TableTask) -> Part:
    state, part = _states[0], Part()
    if state.engine is None or state.observer is None:
        state.engine, state.observer = database.open_reader(state.source), make_observer(state.options)

    def on_page(part: Part) -> None:
        if state.stop.is_set():
            raise KeyboardInterrupt

    try:
        tables.read(state.engine, task.relation, state.observer, state.options, part,
                    span=task.span, known=task.settled, on_page=on_page)  # fmt: skip
    except KeyboardInterrupt:
        part.complete = False
    return part


def _read_file(task: str | Stretch) -> Outcome | StretchPart:
    state = _states[0]
    engine = make_engine(state.options.entities)

    def progress(*_: object) -> None:
        if state.stop.is_set():
            raise KeyboardInterrupt

    if isinstance(task, Stretch):
        part = StretchPart(task)
        with suppress(KeyboardInterrupt):
            files.scan_stretch(engine, state.options, part, progress)
        return part
    found: list[Outcome] = []
    with suppress(KeyboardInterrupt):
        files.scan_file(engine, str(state.source), task, state.options, found.append, progress=progress)
    return found[0]
