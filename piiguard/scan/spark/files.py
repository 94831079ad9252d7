"""Scans files by path or glob on any file system that Spark knows: Parquet, CSV and JSON lines as columns,
anything else as lines of text.

Text is cut at byte offsets by Spark. A worker counts lines from the start of its stretch; the driver adds what
stands before.
"""

from __future__ import annotations

import os
import re
import urllib.parse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from piiguard import clock
from piiguard.confidence import at_least
from piiguard.errors import ScanError
from piiguard.scan.arrow import UNREADABLE, head_of, outcome_of, settle_head, table_of
from piiguard.scan.engines import make_observer
from piiguard.scan.finding import Failure, ScanReport
from piiguard.scan.lines import LineStatistics
from piiguard.scan.listing import listed
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, report_of, unread_outcome
from piiguard.scan.spark import frames, workers
from piiguard.scan.spark.workers import FilePart
from piiguard.scan.tables import Part

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["scan_files"]

COLUMNAR = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
_AT_ONCE = 2000
"""Files of one Spark job: what the driver holds at a time is bounded, and a damaged file repeats only its job."""

_FAILED = re.compile(r"while reading (?:the )?(?:parquet )?file (\S+?)[.:]?(?:\s|$)", re.IGNORECASE)


def scan_files(spark: SparkSession, target: str, options: Options) -> ScanReport:
    """Scan everything a target names; a file that cannot be read is listed and the rest is scanned."""
    started, outcomes = clock.stamp(), list[Outcome]()
    by_kind: dict[str, list[str]] = defaultdict(list)
    names, left = _names(spark, target)
    for uri, name in names.items():
        by_kind[COLUMNAR.get(os.path.splitext(name)[1].lower(), "text")].append(uri)
    for kind, uris in sorted(by_kind.items()):
        chunks = [{uri: names[uri] for uri in chunk} for chunk in _chunks(uris)]
        if kind == "text":
            outcomes += [done for chunk in chunks for done in _lines_of(spark, target, chunk, options)]
        else:
            outcomes.append(_columns_of(spark, kind, target, chunks, options))
    outcomes += [unread_outcome(target, place, why) for place, why in left]
    columnar = all(kind != "text" for kind in by_kind)
    return report_of(target, "database" if columnar else "file", started, outcomes)


def _names(spark: SparkSession, target: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The files of a target: what Spark calls each, and what the report calls it; and what is left, with the reason."""
    if "://" not in target:
        listing = listed(target)
        return {_uri(name): name for name in listing.files}, listing.left
    try:
        found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(target)
        return {row["path"]: row["path"] for row in found.select("path").toLocalIterator()}, []
    except Exception as error:  # noqa: BLE001 - whatever the connector raises
        raise ScanError(
            f"{target}: Spark cannot list it: {type(error).__name__}",
            source=target,
            hint="check the path, and that the file system's connector is on Spark's class path",
        ) from None


def _uri(name: str) -> str:
    """A path as Spark wants it: blanks as they are, and no character taken for a glob."""
    path = os.path.abspath(name).replace(os.sep, "/")
    return "file://" + re.sub(r"([*?\[\]{}\\])", r"\\\1", path)


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _columns_of(
    spark: SparkSession, kind: str, target: str, chunks: Sequence[dict[str, str]], options: Options
) -> Outcome:
    """Files of columns count as one table, which has the target's name; Parquet is settled as it is locally."""
    whole, observer, failures = Part(), make_observer(options), list[Failure]()
    uris = [uri for chunk in chunks for uri in chunk]
    head = head_of(uris, partial(_first_rows, spark)) if kind == "parquet" else []
    settle_head(observer, head, whole)

    def read(uris: Sequence[str]) -> Part:
        return frames.part_of(_frame(spark, kind, uris), options, observer.name_every, observer.settled)

    for chunk in chunks:
        parts, failed = _all_that_can(read, target, chunk)
        failures += [failure for outcome in failed for failure in outcome.errors]
        for part in parts:
            whole.merge(part)
    return outcome_of(target, table_of(target), whole, options, failures=failures)


def _frame(spark: SparkSession, kind: str, uris: Sequence[str]) -> DataFrame:
    if kind == "csv":
        return spark.read.option("header", "true").csv(list(uris))
    if kind == "json":
        return spark.read.json(list(uris))
    return spark.read.parquet(*uris)


def _first_rows(spark: SparkSession, uri: str, count: int) -> pa.Table | None:
    try:
        return spark.read.parquet(uri).limit(count).toArrow()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, reading all of it says so
        return None


def _lines_of(spark: SparkSession, target: str, names: dict[str, str], options: Options) -> list[Outcome]:
    def read(uris: Sequence[str]) -> list[FilePart]:
        lines = spark.read.option("lineSep", "\n").text(list(uris))
        stretches = lines.selectExpr(
            "cast(value as binary) value", "_metadata.file_path file", "_metadata.file_block_start start"
        )
        rows = stretches.mapInArrow(workers.reading(options), workers.PARCEL).collect()
        return [workers.unpack(row) for row in rows]

    done, failures = _all_that_can(read, target, names)
    parts = [part for parts in done for part in parts]
    failed = {failure.place for failure in failures}
    return [*_by_file(parts, target, names, options, failed), *failures]


def _by_file(
    parts: Sequence[FilePart], target: str, names: dict[str, str], options: Options, failed: set[str]
) -> Iterator[Outcome]:
    by_file: dict[str, list[FilePart]] = defaultdict(list)
    known = {_plain(uri): name for uri, name in names.items()}
    for part in parts:
        by_file[known.get(_plain(part.file), part.file)].append(part)
    for name in known.values():
        if name not in failed:
            yield _joined(target, name, by_file.get(name, []), options)


def _joined(target: str, name: str, parts: list[FilePart], options: Options) -> Outcome:
    """One file from its stretches: each is moved down by the lines of those before it."""
    whole = LineStatistics()
    for part in sorted(parts, key=lambda part: part.start):
        whole.merge(part.statistics.shifted(whole.lines))
    found = tuple(f for f in whole.findings(target, name) if at_least(f.confidence, options.min_confidence))
    errors = tuple(Failure(target, name, part.error) for part in parts if part.error)
    return Outcome(name, whole.lines, whole.bytes, found, errors)


def _all_that_can(read: Any, target: str, names: dict[str, str]) -> tuple[list[Any], list[Outcome]]:
    """What ``read`` gives for all files; a file that Spark fails on is taken out and the rest read again."""
    left, failures = list(names), list[Outcome]()
    while left:
        try:
            return [read(left)], failures
        except Exception as error:  # noqa: BLE001 - Spark's errors have no common root that says "this file"
            culprit = _culprit(str(error), left)
            if culprit is None:
                return _one_by_one(read, target, names, left, failures)
            left.remove(culprit)
            failures.append(_failure(target, names[culprit]))
    return [], failures


def _one_by_one(
    read: Any, target: str, names: dict[str, str], left: list[str], failures: list[Outcome]
) -> tuple[list[Any], list[Outcome]]:
    done = []
    for uri in left:
        try:
            done.append(read([uri]))
        except Exception:  # noqa: BLE001 - as above; the message may quote the file
            failures.append(_failure(target, names[uri]))
    return done, failures


def _culprit(message: str, uris: Sequence[str]) -> str | None:
    plain = {_plain(uri): uri for uri in uris}
    return next((plain[found] for path in _FAILED.findall(message) if (found := _plain(path)) in plain), None)


def _failure(target: str, name: str) -> Outcome:
    return Outcome(name, 0, 0, (), (Failure(target, name, UNREADABLE),))


def _plain(uri: str) -> str:
    """Spark writes ``file:/a``, ``file:///a`` and both with or without percent signs; our globs are escaped."""
    return re.sub(r"^file:/+", "/", urllib.parse.unquote(re.sub(r"\\(.)", r"\1", uri)))
