"""Tells what a target is, and scans it: a database by its URL, an SQLite file by its head, else files."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from piiguard.errors import DatabaseError
from piiguard.manifest import Manifest
from piiguard.scan import arrow, sources
from piiguard.scan.databases import scan_database
from piiguard.scan.files import scan_listed, scan_log
from piiguard.scan.finding import Match, ScanReport
from piiguard.scan.journal import Journal
from piiguard.scan.listing import Listing, listed
from piiguard.scan.options import Options
from piiguard.scan.outcome import join, unread
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
    listing = listed(target)
    databases = [name for name in listing.files if sources.is_sqlite(name, named=listing.named)]
    tables = [name for name in listing.files if name.lower().endswith(arrow.PARQUET)]
    reports = []
    for name in databases:
        url = sa.URL.create("sqlite", database=name)
        try:
            reports.append(
                scan_database(url, options, manifest=manifest, progress=progress, sink=sink, journal=journal)
            )
        except DatabaseError as error:
            if listing.named:
                raise
            reports.append(unread(error.source, str(error)))  # the other files are still worth a report
    if tables:
        reports.append(
            arrow.scan_parquet(
                target, tables, options, named=listing.named, manifest=manifest, progress=progress
            )
        )
    # A log belongs to its database, and was read with it; a journal may hold what the database does not.
    logs = [f"{name}{end}" for name in databases for end in ("-wal", "-shm")]
    apart = frozenset([*databases, *tables, *logs])
    rest = Listing([name for name in listing.files if name not in apart], listing.left, listing.named)
    if rest.files or rest.left or not reports:
        reports.append(scan_listed(target, rest, options, progress=progress, sink=sink, journal=journal))
    return join(reports)
