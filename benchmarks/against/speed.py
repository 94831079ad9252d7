"""The rows of the plan: logs, files, a table, start-up and records, each against 0.1.0."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.against import inputs
from benchmarks.against.goals import at_least, at_most, speed, times
from benchmarks.against.workers import Failed, Spent, Worker, children, interleaved
from benchmarks.harness import Harness

__all__ = ["Row", "Versions", "rows"]

Row = tuple[str, str, str, str, str]
LOGS = {
    "numbers.log": ("log, numbers, 10 % of lines hit", 2.5),
    "clean.log numbers": ("log, numbers, nothing in it", 2.5),
    "all.log": ("log, all entities, 10 % of lines hit", 2.5),
    "clean.log all": ("log, all entities, nothing in it", 4),
    "orders.log": ("the same, `order_id=` and eight digits on each line", 4),
}
STARTS = ("scan", "redact")
SHARE = 1 / 3
RECORDS = 2_000  # in one step of the engine


@dataclass(frozen=True, slots=True)
class Versions:
    """Both versions, the inputs they read, and the paths that they are imported from."""

    harness: Harness
    folder: Path
    there: Worker
    here: Worker
    paths: tuple[Path, Path]

    def both(self, step: str, other: str | None = None) -> tuple[Spent, Spent]:
        """Run a step of each; ``other`` is what 0.1.0 does instead."""
        old, new = interleaved(self.harness.rounds, (self.there, other or step), (self.here, step))
        return old, new

    def own(self, *steps: str) -> list[Spent]:
        """Run steps of this version alone."""
        return interleaved(self.harness.rounds, *((self.here, step) for step in steps))


def rows(versions: Versions) -> Iterator[Row]:
    """Measure everything, row by row."""
    for part in (_logs, _shapes, _files, _table, _starts, _records, _redacted):
        try:
            yield from part(versions)
        except Failed as reason:
            yield str(reason), "-", "-", "-", "not measured"


def _logs(versions: Versions) -> Iterator[Row]:
    for step, (work, goal) in LOGS.items():
        size = (versions.folder / step.partition(" ")[0]).stat().st_size
        old, new = versions.both(step)
        yield _row(work, size, "MB/s", old, new, goal)


def _row(work: str, amount: float, unit: str, old: Spent, new: Spent, goal: float, more: float = 1) -> Row:
    """One row; ``more`` says how much more of the work the new version was given."""
    ratio = old.median * more / new.median
    shown = speed(amount / more, old.median, unit), speed(amount, new.median, unit)
    return work, *shown, times(ratio), at_least(goal, ratio)


def _shapes(versions: Versions) -> Iterator[Row]:
    """Clean lines of each kind alone, and those with order numbers."""
    files = [*sorted((versions.folder / "shapes").glob("*.log")), versions.folder / "orders.log"]
    steps = [f"shape {file.stem}" if file.parent.name == "shapes" else file.name for file in files]
    spent = versions.own(*steps)
    speeds = [file.stat().st_size / 1e6 / each.median for file, each in zip(files, spent, strict=True)]
    share = min(speeds) / max(speeds)
    shown = f"{min(speeds):.1f} to {max(speeds):.1f} MB/s", f"slowest {share:.2f} of fastest"
    goal = "no shape slower than a third of the fastest" + ("" if share >= SHARE else ": **missed**")
    yield f"{len(speeds)} shapes of clean lines, all entities", "", *shown, goal


def _files(versions: Versions) -> Iterator[Row]:
    size = versions.harness.size
    few, many, rows_of_csv = size(inputs.FEW), size(inputs.MANY), size(inputs.CSV)
    old, new = versions.both("few.jsonl")
    yield _row(f"JSON lines, dense, {few:,} lines", few, "lines/s", old, new, 6)
    (long,) = versions.own("many.jsonl")
    work = f"JSON lines, dense, {many:,} lines (0.1.0, which reads line by line: {few:,})"
    yield _row(work, many, "lines/s", old, long, 30, many / few)
    old, new = versions.both("customers.csv")
    yield _row(f"CSV, {rows_of_csv:,} rows", rows_of_csv, "rows/s", old, new, 2)


def _table(versions: Versions) -> Iterator[Row]:
    from benchmarks.scan.databases import URL, filled
    from piiguard import database

    count = versions.harness.size(inputs.TABLE)
    engine = database.open_engine(URL)
    try:
        filled(engine, count)
    except Exception as reason:  # noqa: BLE001 - whatever a driver says of a server that is not there
        yield f"PostgreSQL, {type(reason).__name__}", "-", "-", "-", "not measured"
        return
    try:
        base = versions.both("stream")
        for step, named, goal in (("table numbers", "numbers", 0.3), ("table all", "everything", 0.25)):
            shares = [one.median / each.median for one, each in zip(base, versions.both(step), strict=True)]
            work = f"PostgreSQL, {count:,} rows of six columns, `--full`, {named}, speed to streaming"
            shown = f"{shares[0]:.2f}", f"{shares[1]:.2f}", times(shares[1] / shares[0])
            yield work, *shown, at_least(goal, shares[1], "")
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("drop schema piiguard_bench cascade")
        engine.dispose()


def _starts(versions: Versions) -> Iterator[Row]:
    for command in STARTS:
        run = [sys.executable, "-P", "-m", "piiguard", command, str(versions.folder / "two-lines.log")]
        seconds = [
            [children(run, path) for path in versions.paths] for _ in range(versions.harness.rounds + 1)
        ]
        old, new = (Spent(one) for one in zip(*seconds[1:], strict=True))
        shown = f"{old.median:.2f} s", f"{new.median:.2f} s", times(old.median / new.median)
        yield f"`piiguard {command}` of two lines", *shown, at_most(0.6, new.median, " s")


def _records(versions: Versions) -> Iterator[Row]:
    bare = versions.both("bare")
    for step, work, goal in (("clean record", "clean", 20), ("leaking record", "two values", 120)):
        old, new = (
            (each.median - alone.median) / RECORDS * 1e6
            for each, alone in zip(versions.both(step), bare, strict=True)
        )
        told = f"`RedactingFilter`, a record of 200 characters, {work}: what the filter adds"
        yield told, f"{old:.1f} µs", f"{new:.1f} µs", times(old / new), at_most(goal, new, " µs")


def _redacted(versions: Versions) -> Iterator[Row]:
    scan, redact = versions.own("all.log", "redact")
    share = scan.median / redact.median
    size = (versions.folder / "all.log").stat().st_size
    shown = speed(size, redact.median, "MB/s"), f"{share:.2f} of the scan"
    yield "redaction of the log with all entities", "", *shown, at_least(0.8, share, "")
