"""What is said of a scan: what was read, what was found, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from piiguard.cli.say import about, hint, many, say
from piiguard.names import without_password

if TYPE_CHECKING:
    from piiguard.report.catalogues import Left
    from piiguard.scan import ScanReport
    from piiguard.scan.baseline import Suppression

__all__ = [
    "ALMIGHTY",
    "EMPTY_TARGET",
    "ENDED",
    "FOLLOW_NO_OBJECT",
    "FOLLOW_ONE_FILE",
    "JOBS_OF_SPARK",
    "MASTER_OF_SPARK",
    "NAME_OF_ONE",
    "NO_MATCHES_ON_SPARK",
    "NO_PICTURES_ON_SPARK",
    "NO_REPOSITORY_IN_STORE",
    "SAMPLE_OR_FULL",
    "SINCE_OR_RESUME",
    "SOURCE_OF_CODE",
    "beside_follow",
    "beside_history",
    "denied",
    "following",
    "left_out",
    "no_history",
    "not_for_documents",
    "only_for",
    "papers_written",
    "scan_summary",
    "suppression_expired",
]


def following(target: str) -> None:
    """All that was there has been read."""
    say(f"{target}: read to its end, waiting for more lines; Ctrl-C ends")


def papers_written(listed: str, *, kept: bool, used: bool) -> None:
    """Where the papers are, and what makes them whole."""
    say(f"{listed}: kept as it is" if kept else f"{listed}: fill in what is empty, and have it approved")
    if not used:
        hint(
            "given as --policy, it is what the papers are written with, and the scan ends with 3 once more is held than it lists"
        )


def left_out(left: Sequence[Left]) -> None:
    """What a catalogue is not told of, by the reason."""
    places: dict[str, list[str]] = {}
    for one in left:
        places.setdefault(one.why, []).append(one.place)
    for why, names in places.items():
        say(f"{_some(names)}: left out of the catalogue: {why}")


def denied(count: int) -> None:
    """What is on no list because of the baseline."""
    if count:
        say(f"left out, as the baseline says that it is no personal data: {many(count, 'finding')}")


def scan_summary(report: ScanReport, known: frozenset[str]) -> None:
    """What was read and found, and what was not read and why."""
    for error in report.errors[:_MOST_ERRORS]:
        say(f"{error.place}: {error.message.removeprefix(f'{error.place}: ')}")
    if len(report.errors) > _MOST_ERRORS:
        say(f"{len(report.errors) - _MOST_ERRORS} more places could not be read: the report lists them")
    for place in (place for place in report.unread if place.accepted):
        say(f"{place.place}: {place.reason}: accepted")
    from piiguard.read.options import NO_TABLE
    from piiguard.report.order import by_note

    for message, places in by_note(report.notes).items():
        say(f"{_some(places)}: {message}")
    tables = sum(target.tables or 0 for target in report.targets)
    rows = sum(target.rows_read or 0 for target in report.targets)
    lines = sum(target.lines_read or 0 for target in report.targets)
    total = sum(target.rows_total or target.rows_read or 0 for target in report.targets)
    sampled = f"{rows:,} of {about(total)} rows" if total > rows else many(rows, "row")
    databases = any(target.kind == "database" for target in report.targets)
    parts = [many(tables, "table"), sampled] if databases or tables else []
    files = any(target.kind == "file" for target in report.targets)
    parts += [many(lines, "line")] if lines or (files and not tables) else []
    fresh = sum(f.id not in known for f in report.unprotected)
    old = f", {len(report.unprotected) - fresh} known" if known else ""
    say(f"read {', '.join(parts)}: {fresh} unprotected{old}")
    if report.gone:
        say(f"{many(len(report.gone), 'known place')} {'is' if len(report.gone) == 1 else 'are'} gone")
    if not report.searched:
        say("there was nothing to search")
    if any(error.message == NO_TABLE for error in report.errors):
        hint("a table outside the default schema is schema.table; scan without --tables lists what is there")


def _some(places: Sequence[str]) -> str:
    more = f" and {len(places) - _MOST_NOTED} more" if len(places) > _MOST_NOTED else ""
    return ", ".join(places[:_MOST_NOTED]) + more


_MOST_ERRORS = 20
_MOST_NOTED = 3
ENDED = "the scan that it belongs to ended on {}: everything is read again"
FOLLOW_NO_OBJECT = (
    "--follow reads a file as it grows, and an object is written at once: scan again with --since"
)
NO_REPOSITORY_IN_STORE = "a bucket is no Git repository"
FOLLOW_ONE_FILE = "--follow takes one plain file, which is not compressed"
ALMIGHTY = "this account may do anything on the server; one that may only read is safer: docs/scanning.md"
EMPTY_TARGET = "a target is empty"
NO_MATCHES_ON_SPARK = "--engine spark counts where the data is and gives no single matches: leave out ndjson"
NO_PICTURES_ON_SPARK = "--ocr reads pictures on this machine: leave out --engine spark"
JOBS_OF_SPARK = "--jobs is for the processes of this machine; Spark has its own workers"
MASTER_OF_SPARK = "--master is of Spark: add --engine spark"
NAME_OF_ONE = "--name is for one target: scan each by itself, under a name of its own"
SINCE_OR_RESUME = "--since and --resume exclude each other: one begins anew, the other goes on"
SOURCE_OF_CODE = "--source says where sarif and junit show what lies in tables: add --format sarif or junit"
SAMPLE_OR_FULL = "--sample and --full exclude each other"


def beside_follow(option: str) -> str:
    """An option that has no meaning where a scan has no end."""
    return f"{option} cannot be kept beside --follow, which reads one growing file in this process, as ndjson"


def beside_history(option: str) -> str:
    """An option that needs files that are read elsewhere, or have no end."""
    return f"{option} cannot be kept beside --history, which reads a repository on this machine"


def no_history(target: str, why: str) -> str:
    """A target that is no repository, or whose history lies in another one."""
    return f"--history: {without_password(target)}: {why}"


def only_for(option: str, what: str) -> str:
    """An option that none of the targets can keep."""
    return f"{option} is for {what}, and no target has any"


def not_for_documents(option: str) -> str:
    """An option for text, of which a document has none that anybody could read otherwise."""
    return f"{option} is for text; a document says itself how it is to be read"


def suppression_expired(suppression: Suppression) -> None:
    """A suppression whose day has passed no longer hides anything."""
    say(f"suppression of {suppression.entity} in {suppression.place} expired on {suppression.expires}")
