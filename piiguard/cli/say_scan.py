"""What is said of a scan: what was read, what was found, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from piiguard.cli.say import many, say
from piiguard.errors import ScanError

if TYPE_CHECKING:
    from piiguard.scan import ScanReport
    from piiguard.scan.baseline import Suppression

__all__ = [
    "ALMIGHTY",
    "EMPTY_TARGET",
    "FOLLOW_ONE_FILE",
    "SAMPLE_OR_FULL",
    "following",
    "no_table",
    "scan_summary",
    "suppression_expired",
]


def following(target: str) -> None:
    """All that was there has been read."""
    say(f"{target}: read to its end, waiting for more lines; Ctrl-C ends")


def scan_summary(report: ScanReport, known: frozenset[str]) -> None:
    """What was read and found, and what was not read and why."""
    for error in report.errors[:_MOST_ERRORS]:
        say(error.message if error.place == error.target else f"{error.place}: {error.message}")
    if len(report.errors) > _MOST_ERRORS:
        say(f"{len(report.errors) - _MOST_ERRORS} more places could not be read: the report lists them")
    for message, places in _noted(report).items():
        shown = ", ".join(places[:_MOST_NOTED])
        more = f" and {len(places) - _MOST_NOTED} more" if len(places) > _MOST_NOTED else ""
        say(f"{shown}{more}: {message}")
    tables = sum(target.tables or 0 for target in report.targets)
    rows = sum(target.rows_read or 0 for target in report.targets)
    lines = sum(target.lines_read or 0 for target in report.targets)
    parts = [many(tables, "table"), many(rows, "row")] if tables else []
    parts += [many(lines, "line")] if lines or not tables else []
    fresh = sum(f.id not in known for f in report.unprotected)
    old = f", {len(report.unprotected) - fresh} known" if known else ""
    say(f"read {', '.join(parts)}: {fresh} unprotected{old}")


def _noted(report: ScanReport) -> dict[str, list[str]]:
    """The places that each note concerns."""
    places: dict[str, list[str]] = {}
    for note in report.notes:
        places.setdefault(note.message, []).append(note.place)
    return places


_MOST_ERRORS = 20
_MOST_NOTED = 3
FOLLOW_ONE_FILE = "--follow takes one plain file, which is not compressed"
ALMIGHTY = "this account may do anything on the server; one that may only read is safer: docs/scanning.md"
EMPTY_TARGET = "a target is empty"
SAMPLE_OR_FULL = "--sample and --full exclude each other"


def no_table(globs: Sequence[str]) -> ScanError:
    """A misspelt glob would look like a clean database."""
    return ScanError(
        f"no table matches {', '.join(globs)}",
        source=globs[0],
        hint="a table outside the default schema is schema.table; scan without --tables lists what is there",
    )


def suppression_expired(suppression: Suppression) -> None:
    """A suppression whose day has passed no longer hides anything."""
    say(f"suppression of {suppression.entity} in {suppression.place} expired on {suppression.expires}")
