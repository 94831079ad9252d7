"""Several processes on one table, each with its own range of keys.

Threads would gain nothing: at a few bytes a value the interpreter's lock is never let go. A worker is a fork, so
it has the opened keyring without anybody handing key bytes around, and it opens a connection of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import JobError, PiiguardError
from piiguard.protect.batches.batch import Batches
from piiguard.protect.batches.checkpoint import Checkpoint, Spec, claim, parts
from piiguard.protect.batches.pace import Pace
from piiguard.protect.batches.run import run
from piiguard.protect.outcome import Tally
from piiguard.protect.refusal import Refusal
from piiguard.protect.transient import NotUnique
from piiguard.protect.watch import Watch

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

__all__ = ["can_fork", "run_parts"]


def can_fork(engine: sa.Engine) -> bool:
    """Whether more than one process makes sense: SQLite has one writer, and Windows cannot fork."""
    return "fork" in multiprocessing.get_all_start_methods() and engine.dialect.name != "sqlite"


def run_parts(
    engine: sa.Engine, plan: Batches, spec: Spec, pace: Pace, watch: Watch, workers: int
) -> tuple[Tally, bool]:
    """The table once over, by one process or by several; what this run did, and whether it went on."""
    points = _claimed(engine, plan, spec, workers if can_fork(engine) else 1)
    resumed = any(point.resumed for point in points)
    if len(points) == 1:
        done = run(engine, plan, points[0], pace, watch.step)
        return done.tally - points[0].tally, resumed
    return _together(engine, plan, points, pace, watch), resumed


def _claimed(engine: sa.Engine, plan: Batches, spec: Spec, workers: int) -> list[Checkpoint]:
    """Go on with the parts of an earlier run, or cut the table into new ones."""
    with connect(engine) as connection:
        if earlier := parts(connection, spec):
            return [claim(connection, spec, plan.key, part=part) for part in earlier]
        cuts = _cuts(connection, plan, workers)
        bounds = zip([None, *cuts], [*cuts, None], strict=True)
        return [
            claim(connection, spec, plan.key, part=part, low=low, high=high)
            for part, (low, high) in enumerate(bounds)
        ]


def _cuts(connection: sa.Connection, plan: Batches, workers: int) -> list[tuple[Any, ...]]:
    """Keys that cut the rows of interest into equal parts."""
    if workers == 1:
        return []
    columns = plan.key.columns
    rows = int(connection.scalar(sa.select(sa.func.count()).select_from(plan.table).where(plan.where)) or 0)
    found = []
    for part in range(1, workers):
        select = (
            sa.select(*columns)
            .where(plan.where)
            .order_by(*plan.key.order)
            .offset(rows * part // workers)
            .limit(1)
        )
        if (row := connection.execute(select).one_or_none()) is not None:
            found.append(tuple(row))
    return sorted(set(found), key=found.index)


def _together(
    engine: sa.Engine, plan: Batches, points: Sequence[Checkpoint], pace: Pace, watch: Watch
) -> Tally:
    context = multiprocessing.get_context("fork")
    # Without a lock: a worker that is killed while it holds one would keep all the others waiting.
    stop = context.RawValue("b", 0)
    workers: dict[Any, ForkProcess] = {}
    for point in points:
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(
            target=_work, args=(engine, plan, point, _shared(pace, len(points), stop), theirs)
        )
        worker.start()
        theirs.close()
        workers[ours] = worker
    try:
        return _gather(workers, pace, watch, stop)
    finally:
        stop.value = 1
        for worker in workers.values():
            worker.join()


def _shared(pace: Pace, workers: int, stop: Any) -> Pace:
    limits = pace.limits
    if limits.rows_per_second:
        limits = replace(limits, rows_per_second=limits.rows_per_second / workers)
    return Pace(limits, pace.lag, lambda: bool(stop.value), pace.started)


def _gather(workers: dict[Any, ForkProcess], pace: Pace, watch: Watch, stop: Any) -> Tally:
    """Add up what the workers tell; the first failure stops the others after their batch."""
    total, open_pipes = Tally(), set(workers)
    failure: PiiguardError | None = None
    while open_pipes:
        ready: list[Any] = wait(list(open_pipes), timeout=0.2)
        for pipe in ready:
            try:
                said: Any = pipe.recv()
            except EOFError:
                open_pipes.discard(pipe)
                workers[pipe].join()
                if workers[pipe].exitcode != 0 and failure is None:
                    failure = JobError(
                        "a worker process ended early", hint="run the same command again: it goes on"
                    )
                continue
            if isinstance(said, Tally):
                total += said
                watch.step(said)
            else:
                failure = failure or said
        if failure or pace.over():
            stop.value = 1
    if failure:
        raise failure
    return total


def _work(engine: sa.Engine, plan: Batches, point: Checkpoint, pace: Pace, pipe: Connection) -> None:
    """The child: it must not run the parent's clean-up, nor end the connections that it got by the fork."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine.dispose(close=False)
    code = 1
    try:
        run(engine, plan, point, pace, pipe.send)
        code = 0
    except PiiguardError as error:
        kind = next(one for one in (NotUnique, Refusal, JobError, PiiguardError) if isinstance(error, one))
        pipe.send(kind(str(error), hint=error.hint))
        code = 0
    except BaseException as error:  # noqa: BLE001 - the parent went away, or a defect: the type says enough
        _tell(pipe, error)
    finally:
        pipe.close()
        os._exit(code)


def _tell(pipe: Connection, error: BaseException) -> None:
    try:
        pipe.send(JobError(f"a worker process failed: {type(error).__name__}"))
    except OSError:
        return
