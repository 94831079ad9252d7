"""Scans any DataFrame, and so whatever Spark can read: JDBC, Iceberg, Delta, Hive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from piiguard import clock
from piiguard.manifest import Manifest
from piiguard.read.parquet import columns_of
from piiguard.read.part import Part
from piiguard.scan.examine import Examiner
from piiguard.scan.finding import ScanReport
from piiguard.scan.ledger import report_of
from piiguard.scan.options import Options
from piiguard.scan.outcome import judged
from piiguard.scan.spark.workers import PARCEL, parcel, unpacked

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["part_of", "scan_dataframe"]


def scan_dataframe(
    df: DataFrame,
    options: Options | None = None,
    *,
    name: str = "dataframe",
    manifest: Manifest | None = None,
) -> ScanReport:
    """Scan every column of a DataFrame; ``name`` stands for target and table in the report.

    All rows are read, whatever ``options.sample`` says: take ``df.sample(…)`` for fewer. Nested columns are
    read by path, like JSON.
    """
    options, started = options or Options(), clock.stamp()
    outcome = judged(name, "database", name, part_of(df, options), options, manifest)
    return report_of(name, "database", started, [outcome])


def part_of(df: DataFrame, options: Options) -> Part:
    """The merged parts of a frame: they add up in whatever order they come."""
    whole = Part()
    for row in df.mapInArrow(_observing(options), PARCEL).toLocalIterator():
        whole.merge(unpacked(row))
    return whole


def _observing(
    options: Options,
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A stage that counts the rows of a partition into one part."""

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        part, examiner = Part(), Examiner(options)
        examiner.expect(None)
        for batch in batches:
            part.bytes += batch.nbytes
            try:
                examiner.rows(part, columns_of(batch, part))
            except Exception as error:  # noqa: BLE001 - a worker's log would repeat the message, which may hold a value
                part.fail(f"some rows: {type(error).__name__}")
        yield parcel(0, part)

    return stage
