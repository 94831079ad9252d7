"""Runs tasks in processes. It knows no task: only that there is a function that reads one.

A process that dies takes those with it that were read beside it in the pool; they are tried once more, each alone, so that
the one that kills its process is known by name and the others are read.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

__all__ = ["Read", "run"]

Task = TypeVar("Task")
Result = TypeVar("Result")
Read = Callable[[Task, Callable[[], bool]], Result]
"""Reads a task, and asks now and then whether it is to stop; a function of a module, for processes find it by name."""


def run(read: Read[Task, Result], tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Result | None]]:
    """Read the tasks in so many processes; each comes when it is done, in any order, with None where its process died.

    An interrupt stops what runs, gives what came of it, and is raised again.
    """
    died: list[Task] = []
    for task, result in _shared(read, tasks, jobs):
        if result is None:
            died.append(task)
        else:
            yield task, result
    for task in died:
        yield from _shared(read, [task], 1)


def _shared(
    read: Read[Task, Result], tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, Result | None]]:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), context, _start, (stop,))
    try:
        futures: dict[Future[Any], Task] = {pool.submit(_run, read, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures.pop(future), _result(future)
        except KeyboardInterrupt:
            # what runs stops at its next page and says how far it came
            stop.set()
            for future in [f for f in futures if f.cancel()]:
                del futures[future]
            for future, task in futures.items():
                if (result := _result(future)) != _NOT_BEGUN:
                    yield task, result
            raise
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


_NOT_BEGUN = "not begun"
_stop: list[Any] = []


def _start(stop: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and tells us
    _stop[:] = [stop]


def _run(read: Any, task: Any) -> Any:
    stopped = _stop[0].is_set
    return _NOT_BEGUN if stopped() else read(task, stopped)
