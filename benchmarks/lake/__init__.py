"""A gigabyte of Parquet and a set of logs, scanned by Spark and by the local scanner: findings, time, memory."""

from __future__ import annotations

import gzip
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Harness
from benchmarks.scan.logs import log
from piiguard.demo.people import People
from piiguard.scan import Options, ScanReport
from piiguard.scan.targets import scan_target

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ROWS = 144_000
FILES = 24
LOG = 2_500_000
"""Bytes of each log."""
COPIES = 8
POOL = 50_000
PAYLOAD = 7_000
"""Bytes of each row that mean nothing, as pictures and blobs do in a warehouse."""
NOTES = (
    "сабаққа келді",
    "оплата по частям",
    "жауап күтеміз",
    "перенести на вторник",
    "no answer, call later",
)


def run(harness: Harness) -> None:
    """Write both, scan each both ways, compare every field of every finding."""
    from piiguard.scan.spark import spark_session

    spark = spark_session("local[2,4]")
    with tempfile.TemporaryDirectory() as folder:
        lake, logs = Path(folder) / "lake", Path(folder) / "logs"
        write_lake(lake, harness.size(ROWS))
        write_logs(logs, harness.size(LOG))
        rows = [
            *_both_ways("Parquet", f"{lake}/*.parquet", lake),
            *_both_ways("logs", str(logs), logs),
        ]
    spark.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    harness.section(
        "lake",
        "Spark and the local scanner on a lake",
        ("input", "GB", "scan", "wall time", "MB/s", "findings"),
        rows,
        packages=("pyspark", "pyarrow"),
        notes=(
            f"{harness.size(ROWS):,} rows of twelve columns in {FILES} Parquet files, and {COPIES} logs, half of them "
            "compressed. Every field of every finding is equal, which is asserted. Peak memory of this process, which "
            f"is the local scanner and Spark's driver: {peak:.0f} MB."
        ),
    )


def _both_ways(name: str, target: str, folder: Path) -> Iterator[tuple[object, ...]]:
    from piiguard.scan.spark import scan_on_spark

    size = sum(file.stat().st_size for file in folder.iterdir())
    local, alone = _timed(lambda: scan_target(target, Options()))
    found, together = _timed(lambda: scan_on_spark(target, Options()))
    if _comparable(local) != _comparable(found):
        raise AssertionError("Spark and the local scanner differ")
    for scan, seconds in (("local, one process", alone), ("Spark, local[2]", together)):
        yield (
            name,
            f"{size / 1e9:.2f}",
            scan,
            f"{seconds:.0f} s",
            f"{size / seconds / 1e6:.1f}",
            len(found.findings),
        )


def write_logs(folder: Path, size: int) -> None:
    """Application logs, a tenth of the lines with personal data; every second one compressed."""
    folder.mkdir()
    for number in range(COPIES):
        text = log(size, personal=0.1, names=True, seed=number)
        if number % 2:
            (folder / f"app-{number}.log.gz").write_bytes(gzip.compress(text))
        else:
            (folder / f"app-{number}.log").write_bytes(text)


def write_lake(lake: Path, rows: int) -> None:
    """Parquet files of people, with payments and blobs; one note in fifty holds a phone or an IIN."""
    import numpy as np
    import pyarrow.parquet as pq

    lake.mkdir()
    dice = np.random.default_rng(5)
    columns = {name: np.array(values, dtype=object) for name, values in _pool().items()}
    for part in range(FILES):
        pq.write_table(_table(columns, rows // FILES, dice), lake / f"part-{part:02}.parquet")


def _pool() -> dict[str, list[str]]:
    people = People(random.Random(5))
    found = [people.person() for _ in range(POOL)]
    return {
        "full_name": [p.full_name for p in found],
        "iin": [p.iin for p in found],
        "phone": [p.international_phone for p in found],
        "email": [p.email for p in found],
        "address": [p.address for p in found],
        "note": [_note(number, p.written_phone, p.iin) for number, p in enumerate(found)],
    }


def _note(number: int, phone: str, iin: str) -> str:
    plain = NOTES[number % len(NOTES)]
    if number % 50:
        return f"{plain}, {number % 97}"
    return f"{plain}, тел. {phone}" if number % 100 else f"ИИН {iin} уточнён"


def _table(pool: dict[str, np.ndarray[Any, Any]], rows: int, dice: np.random.Generator) -> pa.Table:
    import pyarrow as pa

    chosen = dice.integers(0, POOL, rows)
    started = 1_767_225_600_000_000  # 2026-01-01, in microseconds
    moments = started + dice.integers(0, 2 * 10**13, rows)
    blobs = dice.bytes(rows * PAYLOAD)
    made: dict[str, pa.Array] = {name: pa.array(values[chosen]) for name, values in pool.items()}
    made |= {
        "id": pa.array(dice.integers(10**9, 10**10, rows)),
        "amount": pa.array(dice.integers(1, 10**8, rows) / 100),
        "created": pa.array(moments, type=pa.timestamp("us")),
        "status": pa.array(dice.integers(0, 5, rows)),
        "attempts": pa.array(dice.integers(0, 9, rows)),
        "payload": pa.array([blobs[at : at + PAYLOAD] for at in range(0, rows * PAYLOAD, PAYLOAD)]),
    }
    return pa.table(made)


def _timed(run: Callable[[], ScanReport]) -> tuple[ScanReport, float]:
    started = time.perf_counter()
    return run(), time.perf_counter() - started


def _comparable(report: ScanReport) -> list[dict[str, Any]]:
    return sorted(_fields(report), key=lambda fields: str(fields["id"]))


def _fields(report: ScanReport) -> Iterator[dict[str, Any]]:
    return (finding.to_dict() for finding in report.findings)
