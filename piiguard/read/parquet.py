"""Reads Parquet files: those of one target are one table, with a task for each file."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import IO, TYPE_CHECKING, Any

from piiguard.errors import MissingExtra
from piiguard.read import Column, Examiner, Kind, Left, Sink, Task, memory, sources
from piiguard.read.arrow import values_of
from piiguard.read.opened import mark_of
from piiguard.read.options import EXCLUDED, NO_TABLE, ReadOptions
from piiguard.read.part import Part

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PARQUET", "LakeTask", "ParquetSource", "columns_of", "table_of"]

PARQUET = ".parquet"
UNREADABLE = "cannot be read: damaged, or not of the format that its name says"
SKIMMED = 2_000
"""Rows by which columns of words are settled; of a lake with fewer every row is searched."""
_ROWS = 10_000
_BATCH = 16 << 20  # bytes
_LIST = 4 << 20  # bytes
_BUFFER = 1 << 16  # bytes of each column: else a column's part of a row group is read whole
_HEAD_FILES = 10
"""Files that are opened for the first rows of a lake."""


def table_of(target: str) -> str:
    """What a lake of files is called as a table.

    >>> table_of("lake/students/*.parquet"), table_of("lake/students/"), table_of("students.parquet")
    ('students', 'students', 'students.parquet')
    """
    head, _, tail = target.rstrip("/").rpartition("/")
    return table_of(head) if "*" in tail and head else tail


class ParquetSource:
    """The Parquet files of a target; ``named`` is one that is the target itself, and may be a link.

    Raises: :class:`MissingExtra` without pyarrow.
    """

    kind: Kind = "database"
    noted = True
    root = ""
    idle = False

    def __init__(self, name: str, files: Sequence[str], *, named: bool = False) -> None:
        if importlib.util.find_spec("pyarrow") is None:
            raise MissingExtra("spark", "pyarrow")
        self.name, self._files, self._named = name, tuple(files), named

    def close(self) -> None:
        """Nothing stays open."""

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        from piiguard.read.catalog import is_chosen

        table = table_of(self.name)
        alias = table.removesuffix(PARQUET)
        for glob in options.tables:
            if not is_chosen((table, alias), [glob]):
                yield Left(glob, why=NO_TABLE, shared=False)
        if not is_chosen((table, alias), options.tables):
            return
        if not is_chosen((table, alias), (), options.exclude):
            yield Left(table, why=EXCLUDED, excluded=True, shared=False)
        else:
            yield LakeTask(
                table, unit="rows", cells=True, alias=alias, files=self._files, named=self._named,
                options=options,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LakeTask(Task):
    """Some files of one table, and how many rows of it stand before each of them; ``settled`` are the columns of words.

    Of these two a task of the whole table finds out itself, and of ``total``.
    """

    files: tuple[str, ...] = ()
    options: ReadOptions = field(kw_only=True)
    named: bool = False
    before: tuple[int, ...] = ()
    settled: frozenset[tuple[str, str | None]] | None = None
    only: frozenset[str] | None = None

    @property
    def mark(self) -> str:
        return " ".join(_mark(file) for file in self.files)

    def cut(self, examiner: Examiner, part: Part, jobs: int) -> Sequence[Task]:
        """A task for each file."""
        begun = self._begun(examiner, part)
        return [
            replace(begun, files=(file,), before=(rows,))
            for file, rows in zip(begun.files, begun.before, strict=True)
        ]

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        begun = self if self.before else self._begun(examiner, part)
        if begun.settled is not None:
            examiner.skimmed(begun.settled)
        else:
            examiner.expect(begun.wanted)
        for file, before in zip(begun.files, begun.before, strict=True):
            read = Part()
            if why := begun._file(file, before, examiner, read, sink):
                part.fail(why, file)  # and nothing of it counts
            else:
                part.merge(read)
            examiner.step(part)

    @property
    def wanted(self) -> int:
        """How many rows of the table are read."""
        return min(self.total, self.options.sample or self.total)

    def again(self, columns: Mapping[str, str]) -> Task | None:
        return replace(self, only=frozenset(columns), settled=frozenset()) if columns else None

    def _begun(self, examiner: Examiner, part: Part) -> LakeTask:
        """The task, once it is known how many rows there are and what the first of them say."""
        sizes = {file: _count(file, named=self.named) for file in self.files}
        part.total = total = sum(sizes.values())
        before = tuple(accumulate(sizes.values(), initial=0))[:-1]
        begun = replace(self, total=total, before=before)
        if self.settled is None and begun.wanted >= SKIMMED:
            return replace(begun, settled=examiner.skim(part, list(self._head(sizes))))
        return begun

    def _head(self, sizes: dict[str, int]) -> Iterator[Sequence[Column]]:
        """The first rows, out of the first files that have any."""
        left = SKIMMED
        for file in [file for file, rows in sizes.items() if rows][:_HEAD_FILES]:
            with _quiet(), _opened(file, named=self.named, rows=left) as batches:
                for batch in batches:
                    yield columns_of(batch.slice(0, left), Part())
                    left -= batch.num_rows
                    if left <= 0:
                        return

    def _file(self, file: str, before: int, examiner: Examiner, part: Part, sink: Sink | None) -> str | None:
        """What was read of one file, or why nothing was."""
        import pyarrow as pa

        try:
            with _opened(file, named=self.named, rows=_ROWS, only=self.only) as batches:
                for batch in batches:
                    chosen = self._chosen(batch, before)
                    before += batch.num_rows
                    part.bytes += chosen.nbytes
                    examiner.rows(part, columns_of(chosen, part), place=self.place, sink=sink)
        except MemoryError:
            return memory.TOO_MUCH
        except (OSError, pa.ArrowException):
            return UNREADABLE
        return None

    def _chosen(self, batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
        """The rows of a batch that are of the sample, which is spread evenly over the table."""
        wanted, total = self.wanted, self.total
        if wanted >= total:
            return batch
        rows = range(before, before + batch.num_rows)
        return batch.take([r - before for r in rows if (r + 1) * wanted // total > r * wanted // total])


def columns_of(batch: pa.RecordBatch, part: Part) -> list[Column]:
    """The columns of a batch; of one that cannot be had, the part says so.

    Raises: MemoryError where its cells are too large together.
    """
    _refuse_large(batch)
    columns: list[Column] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            columns.append((name, values_of(column)))
        except Exception as error:  # noqa: BLE001 - the message may hold a value, and a worker's log would repeat it
            part.fail(f"{name}: {type(error).__name__}")
    return columns


def _refuse_large(batch: pa.RecordBatch) -> None:
    """A value that stands once in the file is a cell for each row; Arrow ends the process when it makes too many."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and _has_bytes(column.type.value_type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            size += pc.sum(lengths.cast(pa.int64())).as_py() or 0
    if size > memory.MOST // 2:
        raise MemoryError


def _has_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(texts or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _mark(file: str) -> str:
    try:
        now = os.stat(file)
    except OSError:
        return ""
    return mark_of(now)


def _count(file: str, *, named: bool) -> int:
    with _quiet(), _footer(file, named=named) as source:
        return int(source.metadata.num_rows)
    return 0


@contextmanager
def _quiet() -> Iterator[None]:
    """What is wrong with a file, reading all of it says."""
    import pyarrow as pa

    try:
        yield
    except (OSError, MemoryError, pa.ArrowException):
        return


@contextmanager
def _footer(file: str, *, named: bool) -> Iterator[Any]:
    """A file with its list of columns read, in bounded memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    before = pa.default_memory_pool()
    with memory.bounded(), sources.regular(file, named=named) as opened:
        _refuse_long_list(opened)
        pa.set_memory_pool(pa.system_memory_pool())  # others reserve more than they use
        try:
            with pq.ParquetFile(opened, buffer_size=_BUFFER) as source:
                yield source
        finally:
            pa.set_memory_pool(before)


@contextmanager
def _opened(
    file: str, *, named: bool, rows: int, only: frozenset[str] | None = None
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The batches of a file, each of few bytes as the file says, and of so many rows at most."""
    with _footer(file, named=named) as source:
        fit = min(rows, _rows_of(source.metadata))
        names = None if only is None else [name for name in source.schema_arrow.names if name in only]
        with closing(source.iter_batches(batch_size=fit, columns=names, use_threads=False)) as batches:
            yield batches


def _rows_of(metadata: Any) -> int:
    """How many rows have ``_BATCH`` bytes on average."""
    size: int = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    rows: int = metadata.num_rows
    return max(1, _BATCH * max(rows, 1) // max(size, 1))


def _refuse_long_list(opened: IO[bytes]) -> None:
    """The list of columns and row groups takes fifty times its bytes once it is read; one longer than its file is none."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(max(size - 8, 0))
    length, mark = int.from_bytes(opened.read(4), "little"), opened.read(4)
    if _LIST < length <= size and mark == b"PAR1":
        raise MemoryError
    opened.seek(0)
