"""Runs a scan as the command line asked for it: one target after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli import say_scan
from piiguard.cli.exits import EXIT_FOUND
from piiguard.cli.say import say

if TYPE_CHECKING:
    from piiguard.manifest import Manifest
    from piiguard.scan import Match, Options, ScanReport
    from piiguard.scan.journal import Journal
    from piiguard.scan.progress import Progress

__all__ = ["Asked", "report_of"]


PAUSE = 0.5
"""Seconds between two looks at a file that grows."""


@dataclass(slots=True)
class Asked:
    """How to scan; ``journal`` is what an earlier scan covered, of this one or before it."""

    options: Options
    manifest: Manifest | None
    journal: Journal | None
    spark: bool
    master: str | None
    follow: bool

    @classmethod
    def of(cls, chosen: dict[str, Any], targets: Collection[str]) -> Asked:
        """What the options of the command say. Raises: ScanError for a journal of another scan, or where no picture can be read."""
        from piiguard.cli.options import load_manifest
        from piiguard.read import ocr
        from piiguard.scan.journal import Checkpoint, Journal

        options, manifest = _options(chosen), load_manifest(chosen["manifest_file"])
        if options.ocr:
            ocr.required()
        journal: Journal | None = None
        if chosen["since"]:
            journal = Checkpoint(chosen["since"], options, manifest, map(_named, targets))
        elif chosen["resume"]:
            journal = Journal(chosen["resume"], options, manifest)
            if journal.ended:
                say(f"{chosen['resume']}: {say_scan.ENDED.format(journal.ended)}")
        spark = chosen["engine"] == "spark"
        return cls(options, manifest, journal, spark, chosen["master"], chosen["follow"])

    def told(self, report: ScanReport) -> ScanReport:
        """The report with what its checkpoint covered and is gone: of a scan that looked everywhere."""
        from piiguard.scan.journal import Checkpoint

        narrowed = self.options.tables or self.options.exclude
        if not isinstance(self.journal, Checkpoint) or narrowed or not report.complete:
            return report
        return replace(report, notes=(*report.notes, *self.journal.gone))

    def done(self, code: int | None) -> None:
        """After a scan that covered everything: the checkpoint is renewed, and what was noted to resume it has ended."""
        if self.journal and code in (0, EXIT_FOUND):
            self.journal.end()


def _options(chosen: dict[str, Any]) -> Options:
    from piiguard.scan import Limits, Options

    timeout = chosen["statement_timeout"]
    if timeout is None:
        timeout = 0.0 if chosen["full"] else 60.0
    return Options(
        entities=chosen["entities"],
        sample=None if chosen["full"] else chosen["sample"],
        tables=chosen["tables"],
        exclude=chosen["exclude"],
        views=chosen["views"],
        min_confidence=chosen["min_confidence"],
        encoding=chosen["encoding"],
        raw=chosen["raw"],
        ocr=chosen["ocr"],
        form=chosen["form"] or "",
        history=chosen["history"],
        limits=Limits(statement=timeout),
        jobs=chosen["jobs"],
        thorough=chosen["thorough"],
    )


def report_of(
    targets: tuple[str, ...], asked: Asked, progress: Progress, sink: Callable[[Match], None] | None
) -> ScanReport:
    """Scan one target after the other; an interrupt ends them all. ``sink`` gets single matches."""
    from piiguard.cli.scan_output import ReportUnwritten
    from piiguard.errors import DatabaseError, PiiguardError, ScanError, internal
    from piiguard.scan.ledger import INTERRUPTED, join, unread

    reports: list[ScanReport] = []
    for target in targets:
        if any(error.message == INTERRUPTED for report in reports for error in report.errors):
            reports.append(unread(_named(target)))
            continue
        try:
            _warn_of_power(target)
            reports.append(_scanned(target, asked, progress, sink))
        except ReportUnwritten:
            raise
        except (DatabaseError, ScanError) as error:
            if len(targets) == 1:
                raise
            reports.append(unread(error.source, str(error)))  # the other targets are still worth a report
        except click.ClickException:
            raise
        except Exception as error:
            if len(targets) == 1:
                raise
            reports.append(
                unread(_named(target), str(error) if isinstance(error, PiiguardError) else internal(error))
            )
    return join(reports)


def _scanned(
    target: str, asked: Asked, progress: Progress, sink: Callable[[Match], None] | None
) -> ScanReport:
    how: dict[str, Any] = {"manifest": asked.manifest, "progress": progress, "journal": asked.journal}
    if asked.spark:
        from piiguard.scan.spark import scan_on_spark

        return scan_on_spark(target, asked.options, master=asked.master, **how)
    if asked.follow:
        from piiguard.scan.targets import scan_log

        return scan_log(target, asked.options, sink=sink, waiting=_waiting(target))
    from piiguard.scan import targets

    return targets.scan_target(target, asked.options, sink=sink, **how)


def _waiting(target: str) -> Callable[[], None]:
    """Says once that all has been read, and gives a growing file time."""
    said: list[str] = []

    def wait() -> None:
        if not said:
            said.append(target)
            say_scan.following(target)
        time.sleep(PAUSE)

    return wait


def _named(target: str) -> str:
    from piiguard.names import without_password
    from piiguard.read.store.address import is_store
    from piiguard.scan.targets import is_url

    if is_url(target):
        from piiguard.database import shown

        return shown(target)
    if is_store(target):
        return target
    return target if os.path.lexists(target) else without_password(target)


def _warn_of_power(target: str) -> None:
    """One line for an account that may do more than a scan ever needs; that it cannot connect, the scan says."""
    from piiguard.scan.targets import is_url

    if not is_url(target) or target.startswith("sqlite"):
        return
    from piiguard.database import connect, is_almighty, open_reader, shown
    from piiguard.errors import PiiguardError

    with suppress(PiiguardError):
        engine = open_reader(target)
        try:
            with connect(engine) as connection:
                if is_almighty(connection):
                    say(f"{shown(target)}: {say_scan.ALMIGHTY}")
        finally:
            engine.dispose()
