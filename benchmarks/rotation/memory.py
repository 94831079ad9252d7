"""The peak memory of a piece of work, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection


def peak_megabytes(work: Callable[[], None], before: Callable[[], None]) -> float:
    """The highest resident set while ``work`` ran in a fork, whose parent is small."""
    before()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(work, theirs))
    process.start()
    peak = float(ours.recv())
    process.join()
    return peak


def _measure(work: Callable[[], None], pipe: Connection) -> None:
    work()
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
