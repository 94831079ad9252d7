"""The sentences of ``piiguard redact``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from piiguard.cli.discreet import discreet
from piiguard.cli.say import hint, many, say
from piiguard.names import shown

if TYPE_CHECKING:
    from piiguard.redact.files.results import Result

__all__ = ["CHECK_NEEDS_OUTPUT", "NEEDS_FOLDER", "NO_BUCKETS", "SCOPE_OF_PSEUDONYMS", "table", "told"]

NO_BUCKETS = (
    "a bucket is only read, by scan: fetch its objects, redact the copies, and put these in their place"
)
NEEDS_FOLDER = "several files are redacted into a folder: add -o FOLDER"
_OF_NAMES = "give it another name: what its name or that of a folder says is not redacted"
_OF_COPIES = (
    "leave out --min-confidence and --entities; if that does not help, report it with the kind of file it was"
)
SCOPE_OF_PSEUDONYMS = "--pseudonym-scope is that of pseudonyms: add --operator pseudonym"
CHECK_NEEDS_OUTPUT = "what was written to standard output cannot be taken back: --check needs -o FILE"


def told(result: Result) -> None:
    """What became of one file, where there is more to it than a row of the table says."""
    if result.state == "redacted":
        counts = ", ".join(f"{entity} {count}" for entity, count in sorted(result.replaced.items()))
        say(
            f"{result.file}: {many(sum(result.replaced.values()), 'value')} replaced{f' ({counts})' if counts else ''}"
        )
    elif result.state == "left":
        say(f"{result.file}: no copy was written, for a scan of it found {_left(result)}")
        for named in sorted({each.named for each in result.left}):
            hint(_OF_NAMES if named else _OF_COPIES)
    elif result.reason:
        say(f"{result.file}: not redacted: {result.reason}")
    if result.withheld:
        say(
            f"{result.file}: {result.withheld} lines or cells were withheld because they could not be redacted"
        )
        hint("this is a defect of piiguard; report it with the kind of line it was")
    if result.timeouts:
        say(f"{result.file}: a pattern gave up {result.timeouts} times, so values may be left")
        hint("look at very long lines; --entities leaves the slow recognizer out")


def table(results: Sequence[Result]) -> None:
    """One line per file on standard output: what was replaced, and what was left."""
    rows = [("FILE", "REPLACED", "LEFT"), *map(_row, results)]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    for file, replaced, left in rows:
        click.echo(f"{file.ljust(widths[0])}  {replaced.rjust(widths[1])}  {left}".rstrip())


def _row(result: Result) -> tuple[str, str, str]:
    replaced = f"{sum(result.replaced.values()):,}" if result.copy else "-"
    return shown(discreet(result.file)), replaced, shown(discreet(_left(result)))


def _left(result: Result) -> str:
    doubts = [(result.withheld, "withheld"), (result.timeouts, "timeouts")]
    said = [f"{each.entity} {each.count} ({each.confidence})" for each in result.left]
    said += [f"{count} {what}" for count, what in doubts if count]
    return ", ".join([*said, *([result.reason] if result.reason else [])])
