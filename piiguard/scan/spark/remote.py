"""Files of a file system that only Spark can read: it fetches them, and the same tasks read what it fetched."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from piiguard.errors import ScanError
from piiguard.read import Kind, Task, members
from piiguard.read.kinds import kind_of
from piiguard.read.opened import FileTask
from piiguard.read.options import ReadOptions
from piiguard.read.parquet import PARQUET, UNREADABLE, table_of
from piiguard.read.part import Part
from piiguard.scan.options import Options
from piiguard.scan.spark.frames import part_of
from piiguard.scan.spark.workers import PARCEL, fetched, unpacked

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["RemoteSource", "remote_sources"]

_AT_ONCE = 100
"""Files of one Spark job: a damaged one repeats only its job."""


class RemoteSource:
    """Files of one kind; those of columns are one table, as they are locally."""

    noted = True
    root = ""
    idle = False

    def __init__(self, spark: SparkSession, name: str, kind: Kind, files: Sequence[str]) -> None:
        self._spark, self.name, self.kind, self._files = spark, name, kind, files

    def close(self) -> None:
        """The session goes on."""

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        if self.kind == "database":
            yield Task(table_of(self.name), unit="rows", cells=True)
            return
        for file in self._files:
            yield kind_of(file, options)(file, options=options, within=members.read)

    def elsewhere(self, tasks: Sequence[Task], options: Options) -> Iterator[tuple[Task, Part | None]]:
        """What the workers read of the files that Spark fetches."""
        if self.kind == "database":
            yield tasks[0], self._lake(options)
            return
        for at in range(0, len(tasks), _AT_ONCE):
            yield from self._fetched(tasks[at : at + _AT_ONCE], options)

    def _lake(self, options: Options) -> Part:
        whole = Part()
        for file in self._files:
            try:
                whole.merge(part_of(self._spark.read.parquet(file), options))
            except Exception:  # noqa: BLE001 - Spark's errors have no common root, and may quote the file
                whole.fail(UNREADABLE, file)
        return whole

    def _fetched(self, tasks: Sequence[Task], options: Options) -> Iterator[tuple[Task, Part | None]]:
        wanted = {task.place: task for task in tasks if isinstance(task, FileTask)}
        frame = self._spark.read.format("binaryFile").load([_escaped(path) for path in wanted])
        rows = frame.select("path", "content").mapInArrow(fetched(wanted, options), PARCEL)
        try:
            for row in rows.collect():
                yield tasks[row["number"]], unpacked(row)
        except Exception:  # noqa: BLE001 - as above
            if len(tasks) == 1:
                part = Part()
                part.fail(UNREADABLE)
                yield tasks[0], part
                return
            for task in tasks:
                yield from self._fetched([task], options)


def remote_sources(spark: SparkSession, target: str) -> list[RemoteSource]:
    """The sources of a path or glob. Raises: :class:`ScanError` when Spark cannot list it."""
    try:
        found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(target)
        files = sorted(row["path"] for row in found.select("path").toLocalIterator())
    except Exception as error:  # noqa: BLE001 - whatever the connector raises
        raise ScanError(
            f"{target}: Spark cannot list it: {type(error).__name__}",
            source=target,
            hint="check the path, and that the file system's connector is on Spark's class path",
        ) from None
    lake = [file for file in files if file.lower().endswith(PARQUET)]
    rest = [file for file in files if file not in set(lake)]
    made = [RemoteSource(spark, target, "database", lake)] if lake else []
    return made if made and not rest else [*made, RemoteSource(spark, target, "file", rest)]


def _escaped(path: str) -> str:
    """A path as Spark wants it: no character taken for a glob."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", urllib.parse.unquote(path))
