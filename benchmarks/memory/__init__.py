"""What a scan holds in memory, however much there is to read: a log of 10 GB, a table of 10 million rows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from benchmarks.harness import Harness
from benchmarks.scan import databases, logs
from piiguard import database

LOG = 10_000_000_000
ROWS = 10_000_000
UNIT = 100_000_000
GOAL = 300


@dataclass(frozen=True, slots=True)
class Peak:
    """The largest process, and all of them at one time, in megabytes; processor seconds of all."""

    largest: int
    together: int
    seconds: float


def run(harness: Harness) -> None:
    """Scan both from the command line, as a user would."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.log")
        size = write_log(path, harness.size(LOG))
        for jobs in (1, 2):
            peak = scanned(str(path), "--jobs", str(jobs))
            what = f"log of {size / 1e9:.1f} GB, {jobs} process{'es' * (jobs > 1)}"
            rows.append(row(what, peak, f"{size / 1e6 / peak.seconds:.1f} MB"))
    engine = database.open_engine(databases.URL)
    try:
        held = filled(engine, harness.size(ROWS))
        peak = scanned(databases.URL, "--full", "--tables", "piiguard_bench.*")
        rows.append(row(f"table of {held:,} rows, `--full`", peak, f"{held / peak.seconds:,.0f} rows"))
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("drop schema if exists piiguard_bench cascade"))
        engine.dispose()
    harness.section(
        "memory",
        "Memory of a scan",
        ("input", "largest process", "all processes at a time", "per processor second", "goal"),
        rows,
        packages=("presidio-analyzer", "hyperscan", "psycopg"),
        notes=(
            "`piiguard scan` with all entities. In the log 2 % of the lines hold personal data, names and addresses "
            "among them; the table is that of `python -m benchmarks scan`, ten times over. Resident memory, looked at "
            "twice a second; pages that processes share are counted for each."
        ),
    )


def row(what: str, peak: Peak, speed: str) -> tuple[object, ...]:
    """One line of the table."""
    return what, f"{peak.largest} MB", f"{peak.together} MB", speed, f"≤ {GOAL} MB"


def write_log(path: Path, size: int) -> int:
    """Write copies of one stretch of log, each of another year."""
    unit = logs.log(min(size, UNIT), personal=0.02, names=True)
    with path.open("wb") as file:
        for year in count(2020):
            if file.tell() >= size:
                return file.tell()
            file.write(unit.replace(b"2026-", b"%d-" % year))
    raise AssertionError


def filled(engine: sa.Engine, wanted: int) -> int:
    """Fill the table of the other benchmark with copies of a tenth of the rows; returns how many there are."""
    databases.filled(engine, wanted // 10)
    columns = ", ".join(databases.COLUMNS)
    copied = columns.replace("email", ":copy || email").replace("note", "note || :copy")
    table = "piiguard_bench.customers"
    with engine.begin() as connection:
        for copy in range(9):
            insert = f"insert into {table} ({columns}) select {copied} from {table} where id <= :first"
            connection.execute(sa.text(insert), {"copy": str(copy), "first": wanted // 10})
    with engine.begin() as connection:
        connection.execute(sa.text(f"analyze {table}"))
        return int(connection.execute(sa.text(f"select count(*) from {table}")).scalar_one())


def scanned(*arguments: str) -> Peak:
    """Run ``piiguard scan`` and watch it."""
    command = [sys.executable, "-m", "piiguard", "scan", *arguments, "--format", "json"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen: dict[int, tuple[int, float]] = {}
    together = 0
    while started.poll() is None:
        now = {process: used(process) for process in family(started.pid)}
        together = max(together, sum(resident for resident, _ in now.values()))
        for process, (resident, seconds) in now.items():
            seen[process] = (max(resident, seen.get(process, (0, 0.0))[0]), seconds)
        time.sleep(0.5)
    if started.returncode not in (0, 3):
        raise RuntimeError(f"the scan ended with {started.returncode}")
    largest = max(resident for resident, _ in seen.values())
    return Peak(largest >> 10, together >> 10, sum(seconds for _, seconds in seen.values()))


def family(process: int) -> Sequence[int]:
    """A process and all below it, as Linux lists them."""
    try:
        own = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return ()
    return (process, *(below for child in own.split() for below in family(int(child))))


def used(process: int) -> tuple[int, float]:
    """Kilobytes that are resident, and processor seconds."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0.0
    resident = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), "0")
    return int(resident), (int(ticks[11]) + int(ticks[12])) / 100
