"""``piiguard subject``: what is stored about one person, and the right to have it corrected, restricted and destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.options import yes_option
from piiguard.cli.say import hint, many, say
from piiguard.cli.subject_asked import (
    asked_for,
    keyring_of,
    loaded_findings,
    manifest_of,
    subject_options,
    widening,
)
from piiguard.cli.subject_correct import correct
from piiguard.cli.subject_erase import erase
from piiguard.cli.subject_map import map_
from piiguard.cli.subject_replay import replay
from piiguard.cli.subject_report import report
from piiguard.cli.subject_restrict import release, restrict

if TYPE_CHECKING:
    from piiguard.subjects import SubjectReport

__all__ = ["subject"]


@click.group()
def subject() -> None:
    """Find one person in databases and files, answer him, correct, restrict and destroy what is stored.

    Whom, is asked for or read from standard input, and never an argument: others on this machine see those.
    """


subject.add_command(correct)
subject.add_command(erase)
subject.add_command(map_)
subject.add_command(replay)
subject.add_command(report)
subject.add_command(restrict)
subject.add_command(release)


@subject.command("find")
@subject_options
@click.option(
    "--widen",
    is_flag=True,
    help="Also look for identifiers that stand in the person's rows; they are shown first.",
)
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@yes_option
def find(
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    widen: bool,
    layout: str,
    yes: bool,
) -> int:
    """Where one person's data lies: columns, JSON paths, rows by key, lines of files; never a value.

    Encrypted columns are searched by blind index, others by value, however it is spelled, and rows that hang on
    the person are reached along the foreign keys of the database. Rows that may be another person's are shown and not
    decided on. Nothing is changed. Exit code 3 says that something was found, 4 that a place could not be searched.

    \b
    piiguard subject find postgresql://reader@db/crm app.log --by iin
    echo phone=87011234567 | piiguard subject find sqlite:///crm.db --format json
    """
    from piiguard.names import json_text
    from piiguard.subjects import find_subject

    agree = widening(widen, yes)
    manifest = manifest_of(manifest_file)
    identifiers = asked_for(by)
    found = find_subject(
        targets,
        identifiers,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=keyring_of(keyring_file, manifest),
        widen=agree,
    )
    if layout == "json":
        click.echo(json_text(discreet_data(found.to_dict()), indent=1))
    else:
        click.echo(_table(found))
    _say(found)
    if not found.complete:
        return EXIT_INCOMPLETE
    return EXIT_FOUND if found.found else 0


def _table(report: SubjectReport) -> str:
    """One line for each place."""
    from piiguard.names import shown

    rows = [("TARGET", "PLACE", "WHAT", "VIA", "ROWS", "KEYS")]
    for place in report.places:
        where = place.file or f"{place.table}.{place.column}"
        keys = ", ".join(place.row_keys[:_KEYS]) + (", …" if place.rows > _KEYS else "")
        name = f"{place.column}@{where}" if place.file and place.column else where
        rows.append(
            (
                shown(discreet(place.target)),
                shown(discreet(f"{name} {place.path}" if place.path else name)),
                place.entity or "-",
                place.via,
                f"{place.rows:,}",
                shown(discreet(keys)),
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


_KEYS = 5


def _say(report: SubjectReport) -> None:
    """What was not searched, what is not decided, and what was not followed."""
    for one in report.unread:
        say(f"{one.target}: {one.place}: not searched: {one.reason}")
    for doubt in report.ambiguous:
        keys = ", ".join(doubt.row_keys[:_KEYS]) + (", …" if doubt.rows > _KEYS else "")
        by = f" by {', '.join(doubt.by)}" if doubt.by else ""
        say(f"{doubt.table}: {many(doubt.rows, 'row')} ({keys}){by}: {doubt.reason}")
    for _, place, table, count in report.shared:
        say(
            f"{place}: {many(count, 'row')} of the person with a reference to {table}, which others share: not followed"
        )
    for away in report.restricted:
        say(f"{away.table}: {many(away.rows, 'row')} of the person, restricted since {away.since}")
    for _, place, table in report.undeclared:
        say(f"{place}: it looks like a reference to {table}, but no foreign key says so: it is not followed")
    if report.unread:
        hint("an account that may read everything, and the keyring, make the search complete")
