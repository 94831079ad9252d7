"""``piiguard subject correct``: the plan first, then the new value in every place of the old one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.ask import confirm
from piiguard.cli.discreet import discreet
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.options import trail_option, yes_option
from piiguard.cli.say import hint, many, say
from piiguard.cli.subject_asked import (
    accept_option,
    asked_for,
    keyring_of,
    loaded_findings,
    manifest_of,
    subject_options,
)

if TYPE_CHECKING:
    from piiguard.subjects.correcting.changes import Correction
    from piiguard.subjects.correcting.wording import Wording
    from piiguard.subjects.identifiers import Identifier

__all__ = ["correct"]

_VALUES = ("old", "new")


@click.command("correct")
@subject_options
@click.option(
    "--what",
    required=True,
    type=click.Choice(["iin", "phone", "email", "text"]),
    help="What the value is: an identifier, however it is spelled, or a text that is all of a cell.",
)
@click.option("--dry-run", is_flag=True, help="Say where the old value stands; change nothing.")
@trail_option
@accept_option
@yes_option
def correct(
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    what: str,
    dry_run: bool,
    accept_unread: tuple[str, ...],
    trail: Path | None,
    yes: bool,
) -> int:
    """Put a right value in place of a wrong one, in every row of one person; nobody else's rows change.

    The old and the new value are asked for, or read from standard input as old=… and new=… beside the lines that name the person.
    Encrypted columns are encrypted and indexed again. Each database is one transaction, taken back unless a search then finds
    the new value there and not the old one. It can be run again. Exit code 4: rows that may be another person's were left, or the old value in a
    spelling that the new one cannot have.

    \b
    piiguard subject correct postgresql://dba@db/crm --by iin --what phone
    printf 'iin=%s\\nold=%s\\nnew=%s\\n' … | piiguard subject correct sqlite:///crm.db --what phone --yes
    """
    from piiguard.subjects import correct_subject

    manifest = manifest_of(manifest_file)
    identifiers, wording = _asked(by, what)

    def agreed(planned: Sequence[Correction]) -> bool:
        for one in planned:
            _say(one)
        rows = sum(place.rows for one in planned for place in one.places)
        if dry_run or not rows:
            return False
        confirm(f"correct this person's value: {many(rows, 'cell')} change", yes=yes)
        return True

    planned: list[Correction] = []

    def noted(found: Sequence[Correction]) -> bool:
        planned.extend(found)
        return agreed(found)

    done = correct_subject(
        targets,
        identifiers,
        wording,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=keyring_of(keyring_file, manifest),
        accept_unread=accept_unread,
        trail=trail,
        agreed=noted,
    )
    if done:
        rows = sum(place.rows for one in done for place in one.places)
        say(f"{many(rows, 'cell')} corrected, and a search after it found the new value in each")
    return EXIT_INCOMPLETE if any(one.undecided or one.left for one in planned) else 0


def _asked(by: Sequence[str], what: str) -> tuple[list[Identifier], Wording]:
    """Who it is, and the two values: hidden lines on a terminal, else standard input; never an argument."""
    from piiguard.subjects.correcting.wording import Wording
    from piiguard.subjects.identifiers import read

    if sys.stdin.isatty():
        identifiers = asked_for(by)
        old, new = (
            click.prompt(f"piiguard: the {which} value", hide_input=True, err=True) for which in _VALUES
        )
    else:
        given: dict[str, str] = {}
        rest = []
        for line in sys.stdin:
            name, equals, value = line.partition("=")
            if equals and name.strip().lower() in _VALUES:
                given[name.strip().lower()] = value.rstrip("\r\n")
            else:
                rest.append(line)
        if given.keys() != set(_VALUES):
            raise click.UsageError(
                "write old=… and new=… to standard input, beside the lines that name the person"
            )
        old, new = given["old"], given["new"]
        identifiers = read(rest, by[0] if len(by) == 1 else None)
        if not identifiers:
            raise click.UsageError("no identifier was given: write kind=value lines to standard input")
    wording = Wording(what, old, new)
    if wording.new_one is not None and wording.new_one.doubtful:
        say(f"{what}: the check digit of the new value is not right: it is written as it is")
        hint("compare it with the document of the person")
    return identifiers, wording


def _say(planned: Correction) -> None:
    for place in planned.places:
        beside = f", with {', '.join(map(discreet, place.beside))}" if place.beside else ""
        say(
            f"{planned.target}: {discreet(f'{place.table}.{place.column}')}: {many(place.rows, 'row')}{beside}"
        )
    for place in planned.left:
        say(
            f"{planned.target}: {discreet(f'{place.table}.{place.column}')}: {many(place.rows, 'row')} in which the old value is"
            " spelled as the new one cannot be: it stays there"
        )
    if planned.undecided:
        say(
            f"{planned.target}: {many(planned.undecided, 'row')} may be another person's and stay as they are"
        )
    if not planned.places and not planned.left:
        say(f"{planned.target}: the old value does not stand in the person's rows")
