"""Reads tasks on the workers of Spark: a task in, a part out, as in any other process.

What a worker runs is sent by name and arguments; the engine is compiled once in each worker process.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from piiguard.read import Task
from piiguard.read.opened import FileTask
from piiguard.read.part import Part
from piiguard.read.table import PASSWORD, TableTask
from piiguard.scan.options import Options
from piiguard.scan.run import Elsewhere, read_there

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    Stage = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

__all__ = ["PARCEL", "fetched", "on_workers", "parcel", "unpacked"]

PARCEL = "number long, part binary"
"""The schema of what a worker gives back: the task's number, and its pickled part."""
_AT_ONCE = 1000
"""Tasks of one Spark job: what the driver holds at a time is bounded."""


def on_workers(spark: SparkSession) -> Elsewhere:
    """What reads tasks there: files have to lie where every worker finds them under the same name."""

    def read(tasks: Sequence[Task], options: Options) -> Iterator[tuple[Task, Part | None]]:
        for at in range(0, len(tasks), _AT_ONCE):
            chosen = tasks[at : at + _AT_ONCE]
            stage = _reading([_without_password(task) for task in chosen], options)
            numbers = spark.range(0, len(chosen), 1, len(chosen))
            yield from _results(numbers, stage, chosen, partial(_alone, spark, options))

    return read


def _alone(spark: SparkSession, options: Options, task: Task) -> Part | None:
    """One task that was in a job that failed; None when it is the one."""
    stage = _reading([_without_password(task)], options)
    try:
        (row,) = spark.range(0, 1, 1, 1).mapInArrow(stage, PARCEL).collect()
    except Exception:  # noqa: BLE001 - Spark's errors have no common root, and may quote what was read
        return None
    return unpacked(row)


def _results(
    numbers: DataFrame, stage: Stage, tasks: Sequence[Task], alone: Callable[[Task], Part | None]
) -> Iterator[tuple[Task, Part | None]]:
    done: set[int] = set()
    try:
        for row in numbers.mapInArrow(stage, PARCEL).toLocalIterator():
            done.add(row["number"])
            yield tasks[row["number"]], unpacked(row)
    except Exception:  # noqa: BLE001 - a worker died as often as Spark tries; which task it was for, is not said
        for number, task in enumerate(tasks):
            if number not in done:
                yield task, alone(task)


def _without_password(task: Task) -> Task:
    """Local workers inherit the environment of this process; those of a cluster must be given it."""
    if not isinstance(task, TableTask):
        return task
    url = task.database.url
    if url.password is not None:
        os.environ[PASSWORD] = str(url.password)
    return replace(task, database=task.database.without_password())


def _reading(tasks: Sequence[Task], options: Options) -> Stage:
    """A stage that reads the tasks whose numbers it is given."""
    packed, key = [pickle.dumps(task) for task in tasks], options.key

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield parcel(number, _read(pickle.loads(packed[number]), replace(options, key=key)))  # noqa: S301

    return stage


def fetched(tasks: dict[str, FileTask], options: Options) -> Stage:
    """A stage that reads files whose bytes Spark has fetched, by their paths."""

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        numbers = {path: number for number, path in enumerate(tasks)}
        for batch in batches:
            for path, content in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                task = replace(tasks[path], fetched=io.BytesIO(content))
                yield parcel(numbers[path], _read(task, options))

    return stage


def _read(task: Task, options: Options) -> Part:
    try:
        return read_there((task, options))
    except Exception as error:  # noqa: BLE001 - Spark would log the message, which may hold a value
        part = Part()
        part.fail(f"not read to its end: {type(error).__name__}")
        return part


def parcel(number: int, part: Part) -> pa.RecordBatch:
    """A part, as a stage gives it back."""
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"number": [number], "part": [pickle.dumps(part)]})


def unpacked(row: Any) -> Part:
    """The part in a row that a stage gave; it comes from our own workers."""
    part: Part = pickle.loads(row["part"])  # noqa: S301
    return part
