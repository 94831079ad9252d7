"""Reads columns that come as Arrow batches: Parquet files here, and whatever Spark hands to its workers."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from piiguard import clock
from piiguard.errors import MissingExtra
from piiguard.manifest import Manifest
from piiguard.scan import hashes, memory, sources
from piiguard.scan.engines import make_observer
from piiguard.scan.finding import Failure, ScanReport
from piiguard.scan.observe import WORDS, Observer
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, report_of
from piiguard.scan.progress import Progress
from piiguard.scan.protection import findings_of, with_records
from piiguard.scan.settle import SAMPLE, places, told
from piiguard.scan.statistics import merge_into
from piiguard.scan.tables import Part

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NAME_EVERY",
    "PARQUET",
    "UNREADABLE",
    "head_of",
    "observe_batch",
    "outcome_of",
    "scan_parquet",
    "settle_head",
    "table_of",
]

PARQUET = ".parquet"
NAME_EVERY = 8
"""Of so many different texts one is scored as a whole name: a stream of batches does not tell its length."""
UNREADABLE = "cannot be read: damaged, or not of the format that its name says"
_ROWS = 10_000
_BATCH = 16 << 20  # bytes
_LIST = 4 << 20  # bytes
_BUFFER = 1 << 16  # bytes of each column: else a column's part of a row group is read whole
_HEAD_FILES = 10
"""Files that are opened for the first rows of a lake."""


def scan_parquet(
    target: str,
    files: Sequence[str],
    options: Options,
    *,
    named: bool = False,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
) -> ScanReport:
    """Scan Parquet files as one table, which has the target's name; all rows are read.

    ``named`` is a file that is the target itself, and may be a link.

    A file that cannot be read is listed, and nothing of it counts. Raises: :class:`MissingExtra` without pyarrow.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtra("spark", "pyarrow")
    started, whole, failures = clock.stamp(), Part(), list[Failure]()
    observer = make_observer(options)
    settle_head(observer, head_of(files, partial(_first_rows, named)), whole)
    for number, file in enumerate(files, 1):
        part = _read(file, observer, named=named)
        if isinstance(part, str):
            failures.append(Failure(target, file, part))
        else:
            whole.merge(part)
        if progress:
            progress(target, number, len(files), "files")
    outcome = outcome_of(target, table_of(target), whole, options, manifest, failures)
    return report_of(target, "database", started, [outcome])


def table_of(target: str) -> str:
    """What a lake of files is called as a table.

    >>> table_of("lake/students/*.parquet"), table_of("lake/students/"), table_of("students.parquet")
    ('students', 'students', 'students.parquet')
    """
    head, _, tail = target.rstrip("/").rpartition("/")
    return table_of(head) if "*" in tail and head else tail


def outcome_of(
    target: str,
    table: str,
    part: Part,
    options: Options,
    manifest: Manifest | None = None,
    failures: Sequence[Failure] = (),
) -> Outcome:
    """Judge the merged statistics of one table."""
    findings = findings_of(
        target,
        table,
        part.partials,
        manifest=manifest,
        min_confidence=options.min_confidence,
        entities=options.entities,
    )
    errors = (*(Failure(target, table, message) for message in part.errors), *failures)
    counted = tuple(with_records(finding, part.rows, part.rows) for finding in findings)
    return Outcome(table, part.rows, part.bytes, counted, errors)


def head_of(files: Sequence[str], read: Callable[[str, int], pa.Table | None]) -> list[pa.RecordBatch]:
    """The first rows of a lake, out of the first files that have any; all of them or none."""
    batches: list[pa.RecordBatch] = []
    left = SAMPLE
    for file in files[:_HEAD_FILES]:
        table = read(file, left)
        if table is not None:
            batches += table.to_batches()
            left -= table.num_rows
        if left <= 0:
            return batches
    return []


def settle_head(observer: Observer, head: Sequence[pa.RecordBatch], part: Part) -> None:
    """Settle by the first rows what needs no second look; what they say about words goes into ``part``.

    Where there are too few, every row is searched, and of so many texts one is scored as a whole name.
    """
    observer.name_every, observer.settled = NAME_EVERY, frozenset()
    if not head or observer.entities.isdisjoint(WORDS):
        return
    observer.name_every, first = 1, Part()
    for batch in head:
        observe_batch(observer, batch, first)
    known = told(first.partials)
    merge_into(part.partials, known)
    observer.name_every, observer.settled = 0, places(known)


def observe_batch(observer: Observer, batch: pa.RecordBatch, part: Part) -> None:
    """Add one batch to a part."""
    part.rows += batch.num_rows
    part.bytes += batch.nbytes
    lists: dict[str, list[Any]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            lists[name] = column.to_pylist()
            merge_into(part.partials, observer.observe(name, lists[name]))
        except Exception as error:  # noqa: BLE001 - a worker's log would repeat the message, which may hold a value
            problem = f"{name}: {type(error).__name__}"
            if problem not in part.errors:
                part.errors.append(problem)
    hashes.prove({name: values for name, values in lists.items() if values}, part.partials)


@contextmanager
def _opened(file: str, *, named: bool, rows: int) -> Iterator[Iterator[pa.RecordBatch]]:
    """The batches of a file, each of few bytes as the file says, and of so many rows at most, in bounded memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    before = pa.default_memory_pool()
    with memory.bounded(), sources.regular(file, named=named) as opened:
        _refuse_long_list(opened)
        pa.set_memory_pool(pa.system_memory_pool())  # others reserve more than they use
        try:
            with pq.ParquetFile(opened, buffer_size=_BUFFER) as source:
                fit = min(rows, _rows_of(source.metadata))
                yield source.iter_batches(batch_size=fit, use_threads=False)
        finally:
            pa.set_memory_pool(before)


def _rows_of(metadata: Any) -> int:
    """How many rows have ``_BATCH`` bytes on average."""
    size: int = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    rows: int = metadata.num_rows
    return max(1, _BATCH * max(rows, 1) // max(size, 1))


def _refuse_long_list(opened: IO[bytes]) -> None:
    """The list of columns and row groups takes fifty times its bytes once it is read."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(max(size - 8, 0))
    if int.from_bytes(opened.read(4), "little") > _LIST:
        raise MemoryError
    opened.seek(0)


def _first_rows(named: bool, file: str, count: int) -> pa.Table | None:
    import pyarrow as pa

    try:
        with _opened(file, named=named, rows=count) as batches:
            taken, left = [], count
            while left > 0 and (batch := next(batches, None)) is not None:
                taken.append(batch.slice(0, left))
                left -= batch.num_rows
    except (OSError, MemoryError, pa.ArrowException):
        return None  # reading all of it says so
    return pa.Table.from_batches(taken) if taken else None


def _read(file: str, observer: Observer, *, named: bool) -> Part | str:
    """What was read, or why nothing was."""
    import pyarrow as pa

    part = Part()
    try:
        with _opened(file, named=named, rows=_ROWS) as batches:
            for batch in batches:
                observe_batch(observer, batch, part)
    except MemoryError:
        return memory.TOO_MUCH
    except (OSError, pa.ArrowException):
        return UNREADABLE
    return part
