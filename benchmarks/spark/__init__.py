"""Spark against the local engine on the same files: what the engine costs inside workers, and per gigabyte."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Harness
from piiguard.demo.log import write_log
from piiguard.demo.people import People
from piiguard.scan import Options
from piiguard.scan.targets import scan_target

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 200_000
LINES = 200_000
PARTS = 4


def run(harness: Harness) -> None:
    """Write a lake and a log, scan both ways, compare processor time and findings."""
    from piiguard.scan.spark import spark_session

    spark = spark_session("local[2,4]")
    with tempfile.TemporaryDirectory() as folder:
        lake, log = Path(folder) / "lake", Path(folder) / "app.log"
        write_lake(lake, harness.size(ROWS))
        write_log(log, People(random.Random(7)), scale=harness.size(LINES) / 8000)
        rows = [_compare(spark, "Parquet", f"{lake}/*.parquet"), _compare(spark, "log", str(log))]
        rows += _growth(spark, lake)
    spark.stop()
    header = ["input", "MB", "local engine, s", "inside the workers, s", "ratio", "goal", "findings"]
    notes = (
        "Processor time. Inside the workers means the whole Python stage: Arrow batches in, engine, one parcel out; "
        "the first rows, which settle columns of Parquet, are looked at by the driver. What Spark adds outside is its start (10 to 30 s here) and the first job of each worker."
    )
    harness.section("spark", "Spark", header, rows, packages=["pyspark", "pyarrow"], notes=notes)


def write_lake(lake: Path, rows: int) -> None:
    """Parquet files of people, a seventh of the notes with personal data."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake.mkdir()
    people = People(random.Random(5))
    for part in range(PARTS):
        found = [people.person() for _ in range(rows // PARTS)]
        table = pa.table(
            {
                "id": list(range(len(found))),
                "full_name": [p.full_name for p in found],
                "iin": [p.iin for p in found],
                "phone": [p.international_phone for p in found],
                "note": [
                    f"тел. {p.written_phone}" if n % 7 == 0 else "сабаққа келді" for n, p in enumerate(found)
                ],
            }
        )
        pq.write_table(table, lake / f"part-{part}.parquet")


def _compare(spark: Any, name: str, target: str) -> tuple[object, ...]:
    options = Options()
    warm = scan_target(target, options)
    started = time.process_time()
    local = scan_target(target, options)
    seconds = time.process_time() - started
    inside, found = _on_spark(spark, target, options)
    inside, found = _on_spark(spark, target, options)  # the first one compiles the engine in each worker
    equal = found == sorted(f.id for f in local.findings) == sorted(f.id for f in warm.findings)
    megabytes = local.targets[0].bytes_read / 1e6
    return (
        name,
        f"{megabytes:.0f}",
        f"{seconds:.2f}",
        f"{inside:.2f}",
        f"{inside / seconds:.2f}",
        "≤ 1.1",
        f"{len(local.findings)}, {'equal' if equal else 'DIFFERENT'}",
    )


def _on_spark(spark: Any, target: str, options: Options) -> tuple[float, list[str]]:
    """Processor seconds of the Python stages, and the ids of the findings."""
    from piiguard.scan.spark import scan_on_spark, workers

    seconds = spark.sparkContext.accumulator(0.0)
    original = workers._reading
    workers._reading = lambda *given: _timed(original(*given), seconds)  # type: ignore[assignment]
    try:
        report = scan_on_spark(target, options)
    finally:
        workers._reading = original
    return float(seconds.value), sorted(f.id for f in report.findings)


def _timed(
    stage: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], seconds: Any
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def measured(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        started = time.process_time()
        yield from stage(batches)
        seconds.add(time.process_time() - started)

    return measured


def _growth(spark: Any, lake: Path) -> Iterator[tuple[object, ...]]:
    """Cost per added file: linear means that the ratio of cost to input stays the same."""
    options, files = Options(), sorted(lake.glob("*.parquet"))
    one = _seconds_of(spark, str(files[0]), options)
    for count in (2, PARTS):
        pattern = f"{lake}/part-[0-{count - 1}].parquet"
        ratio = _seconds_of(spark, pattern, options) / one
        yield f"Parquet, {count} files against 1", "", "", "", f"{ratio:.2f}", f"{count} is linear", ""


def _seconds_of(spark: Any, target: str, options: Options) -> float:
    return _on_spark(spark, target, options)[0]
