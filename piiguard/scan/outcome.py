"""What reading one table or file came to, and the report that outcomes add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from piiguard import clock
from piiguard.confidence import Confidence
from piiguard.scan.finding import Failure, Finding, Note, ScanReport, Target
from piiguard.scan.lines import FIRST, LineStatistics

__all__ = [
    "INTERRUPTED",
    "Outcome",
    "encoding_note",
    "extended",
    "join",
    "report_of",
    "unread",
    "unread_outcome",
]

INTERRUPTED = "interrupted before the end"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One table or file; ``units`` are rows or lines."""

    place: str
    units: int
    bytes: int
    findings: tuple[Finding, ...] = ()
    errors: tuple[Failure, ...] = ()
    complete: bool = True
    """False when an interrupt ended it"""
    notes: tuple[Note, ...] = ()


def unread_outcome(target: str, place: str, why: str) -> Outcome:
    """A place that was asked for and is left."""
    return Outcome(place, 0, 0, (), (Failure(target, place, why),))


def report_of(
    target: str,
    kind: Literal["database", "file"],
    started: str,
    outcomes: Sequence[Outcome],
    *,
    stopped: bool = False,
) -> ScanReport:
    """Add up the outcomes of one target."""
    errors = [error for outcome in outcomes for error in outcome.errors]
    if stopped:
        errors.append(Failure(target, target, INTERRUPTED))
    units = sum(outcome.units for outcome in outcomes)
    read = Target(
        target,
        kind,
        tables=len(outcomes) if kind == "database" else None,
        rows_read=units if kind == "database" else None,
        lines_read=units if kind == "file" else None,
        bytes_read=sum(outcome.bytes for outcome in outcomes),
        complete=not errors,
    )
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    notes = tuple(note for outcome in outcomes for note in outcome.notes)
    return ScanReport(started, clock.stamp(), (read,), findings, tuple(errors), notes=notes)


def encoding_note(target: str, file: str, encoding: str) -> tuple[Note, ...]:
    """What to say of a file that is not in UTF-8: a wrong guess explains words that were not found."""
    return () if encoding in ("", "utf-8", "ascii") else (Note(target, file, f"read as {encoding}"),)


def unread(target: str, message: str = "not read: the scan was interrupted") -> ScanReport:
    """The report of a target that could not be read, or that an interrupt left no time for."""
    return ScanReport(clock.stamp(), clock.stamp(), (), (), (Failure(target, target, message),))


def extended(report: ScanReport, more: LineStatistics, least: Confidence) -> ScanReport:
    """The report of one file, with what was found in the lines that were added to it since."""
    (target,) = report.targets
    known = {finding.id: finding for finding in report.findings}
    for finding in more.chosen(target.target, target.target, least):
        old = known.get(finding.id)
        known[finding.id] = finding if old is None else replace(
            max(old, finding, key=lambda each: each.score),
            matched=old.matched + finding.matched,
            lines=tuple(sorted({*old.lines, *finding.lines})[:FIRST]),
        )  # fmt: skip
    lines = (target.lines_read or 0) + more.lines
    read = replace(target, lines_read=lines, bytes_read=target.bytes_read + more.bytes)
    findings = tuple(replace(finding, examined=lines) for finding in known.values())
    return replace(report, finished=clock.stamp(), targets=(read,), findings=findings)


def join(reports: Sequence[ScanReport]) -> ScanReport:
    """One report over several targets."""
    return ScanReport(
        min((r.started for r in reports), default=clock.stamp()),
        max((r.finished for r in reports), default=clock.stamp()),
        tuple(t for r in reports for t in r.targets),
        tuple(f for r in reports for f in r.findings),
        tuple(e for r in reports for e in r.errors),
        notes=tuple(n for r in reports for n in r.notes),
    )
