"""The account of a scan: what was asked for is either searched, or named as not searched with the reason."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from piiguard import clock
from piiguard.read import Kind
from piiguard.read.listing import NO_FILE
from piiguard.read.options import NO_TABLE
from piiguard.read.store.address import is_store
from piiguard.scan.finding import Failure, ScanReport, Target, Unread
from piiguard.scan.identity import identity
from piiguard.scan.outcome import Outcome
from piiguard.scan.people import People

__all__ = ["INTERRUPTED", "NO_FILE", "accepting", "join", "report_of", "unread"]

INTERRUPTED = "interrupted before the end"


def report_of(
    target: str, kind: Kind, started: str, outcomes: Sequence[Outcome], *, stopped: bool = False
) -> ScanReport:
    """Add up the outcomes of one target."""
    errors = [error for outcome in outcomes for error in outcome.errors]
    if stopped:
        errors.append(Failure(target, target, INTERRUPTED))
    units = sum(outcome.units for outcome in outcomes)
    total = sum(outcome.total for outcome in outcomes)
    read = Target(
        target,
        kind,
        tables=sum(map(_is_table, outcomes)) if kind == "database" else None,
        rows_read=units if kind == "database" else None,
        lines_read=units if kind == "file" else None,
        bytes_read=sum(outcome.bytes for outcome in outcomes),
        complete=not errors,
        rows_total=total if total > units else None,
        unread=_unread(errors),
    )
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    notes = tuple(note for outcome in outcomes for note in outcome.notes)
    people = People.all(outcome.people for outcome in outcomes)
    return ScanReport(started, clock.stamp(), (read,), findings, tuple(errors), notes=notes, people=people)


def _is_table(outcome: Outcome) -> bool:
    return not outcome.left and all(error.message != NO_TABLE for error in outcome.errors)


def unread(target: str, message: str = "not read: the scan was interrupted") -> ScanReport:
    """The report of a target that could not be read, or that an interrupt left no time for."""
    errors = (Failure(target, target, message.removeprefix(f"{target}: ")),)
    kind: Kind = "database" if "://" in target and not is_store(target) else "file"
    told = Target(target, kind, complete=False, unread=_unread(errors))
    return ScanReport(clock.stamp(), clock.stamp(), (told,), (), errors)


def _unread(errors: Iterable[Failure]) -> tuple[Unread, ...]:
    return tuple(Unread(error.place, error.message) for error in errors)


def accepting(report: ScanReport, globs: Collection[str], *, empty: bool = False) -> ScanReport:
    """The report, in which places that match one of the globs need not be searched; they are still named.

    With ``empty`` a glob need not have files.
    """

    def accepted(place: str, reason: str) -> bool:
        return (empty and reason in (NO_FILE, NO_TABLE)) or any(
            fnmatch.fnmatchcase(place, glob) for glob in globs
        )

    errors = tuple(error for error in report.errors if not accepted(error.place, error.message))
    left = {error.target for error in errors}
    targets = tuple(
        replace(
            target,
            complete=target.target not in left,
            unread=tuple(replace(each, accepted=accepted(each.place, each.reason)) for each in target.unread),
        )
        for target in report.targets
    )
    return replace(report, errors=errors, targets=targets)


def join(reports: Sequence[ScanReport]) -> ScanReport:
    """One report over several targets; those of one identity are told apart by their addresses.

    A glob of tables that one of them has need not have tables in the others.
    """
    reports = _without_globs_of_others(reports)
    every = Counter(identity(target.target) for report in reports for target in report.targets)
    return ScanReport(
        min((r.started for r in reports), default=clock.stamp()),
        max((r.finished for r in reports), default=clock.stamp()),
        tuple(t for r in reports for t in r.targets),
        tuple(replace(f, twin=every[identity(f.target)] > 1) for r in reports for f in r.findings),
        tuple(e for r in reports for e in r.errors),
        notes=tuple(n for r in reports for n in r.notes),
        people=People.all(r.people for r in reports if r.people),
    )


def _without_globs_of_others(reports: Sequence[ScanReport]) -> list[ScanReport]:
    """The reports without the globs that match a table of another one."""
    missed = [
        {error.place for error in report.errors if error.message == NO_TABLE}
        for report in reports
        if any(target.kind == "database" and target.tables is not None for target in report.targets)
    ]
    nowhere = set[str]().union(*missed).intersection(*missed)
    return [_without(report, nowhere) for report in reports]


def _without(report: ScanReport, nowhere: Collection[str]) -> ScanReport:
    errors = tuple(each for each in report.errors if each.message != NO_TABLE or each.place in nowhere)
    if len(errors) == len(report.errors):
        return report
    targets = (
        replace(
            target,
            complete=not any(error.target == target.target for error in errors),
            unread=tuple(each for each in target.unread if each.reason != NO_TABLE or each.place in nowhere),
        )
        for target in report.targets
    )
    return replace(report, errors=errors, targets=tuple(targets))
