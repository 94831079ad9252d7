"""Tells what a target is, and scans it: a database by its URL, an SQLite file by its head, else files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from piiguard.manifest import Manifest
from piiguard.scan import arrow, sources
from piiguard.scan.databases import scan_database
from piiguard.scan.files import scan_log
from piiguard.scan.finding import Match, ScanReport
from piiguard.scan.journal import Journal
from piiguard.scan.options import Options
from piiguard.scan.outcome import join
from piiguard.scan.progress import Progress

__all__ = ["Progress", "is_url", "scan_target"]


def is_url(target: str) -> bool:
    """Whether this names a database and not a file.

    >>> is_url("sqlite:///crm.db"), is_url("C:/logs/app.log")
    (True, False)
    """
    return "://" in target


def scan_target(
    target: str,
    options: Options,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    sink: Callable[[Match], None] | None = None,
    journal: Journal | None = None,
) -> ScanReport:
    """Scan whatever the target names."""
    if is_url(target):
        return scan_database(
            target, options, manifest=manifest, progress=progress, sink=sink, journal=journal
        )
    if options.raw or target == sources.STDIN:
        return scan_log(target, options, progress=progress, sink=sink, journal=journal)
    files = list(sources.resolve(target))
    databases = [name for name in files if sources.is_sqlite(name)]
    tables = [name for name in files if name.lower().endswith(arrow.PARQUET)]
    reports = [
        scan_database(
            _sqlite_url(name), options, manifest=manifest, progress=progress, sink=sink, journal=journal
        )
        for name in databases
    ]
    if tables:
        reports.append(arrow.scan_parquet(target, tables, options, manifest=manifest, progress=progress))
    apart = frozenset([*databases, *tables])
    if len(apart) < len(files):
        reports.append(scan_log(target, options, progress=progress, sink=sink, journal=journal, skip=apart))
    return join(reports)


def _sqlite_url(name: str) -> str:
    return f"sqlite:///{Path(name).as_posix()}"
