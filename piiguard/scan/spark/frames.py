"""Scans any DataFrame, and so whatever Spark can read: JDBC, Iceberg, Delta, Hive."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from piiguard import clock
from piiguard.manifest import Manifest
from piiguard.scan.arrow import NAME_EVERY, outcome_of
from piiguard.scan.finding import ScanReport
from piiguard.scan.observe import Place
from piiguard.scan.options import Options
from piiguard.scan.outcome import report_of
from piiguard.scan.spark import workers
from piiguard.scan.tables import Part

if TYPE_CHECKING:
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
    options = options or Options()
    started = clock.stamp()
    outcome = outcome_of(name, name, part_of(df, options), options, manifest)
    return report_of(name, "database", started, [outcome])


def part_of(
    df: DataFrame, options: Options, name_every: int = NAME_EVERY, settled: Collection[Place] = ()
) -> Part:
    """The merged statistics of a frame: the workers' parts, added up in whatever order they come."""
    whole = Part()
    for row in df.mapInArrow(
        workers.observing(options, name_every, frozenset(settled)), workers.PARCEL
    ).collect():
        whole.merge(workers.unpack(row))
    return whole
