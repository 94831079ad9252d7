"""``piiguard subject erase``: a plan first, then the erasure with its proof, then the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.ask import confirm
from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.job_options import needed_manifest
from piiguard.cli.options import load_manifest, yes_option
from piiguard.cli.say import many, say
from piiguard.cli.subject_asked import asked_for, keyring_of, loaded_findings, subject_options

if TYPE_CHECKING:
    from piiguard.report.messages import Language
    from piiguard.subjects import Receipt
    from piiguard.subjects.erase import Planned
    from piiguard.subjects.erasing.plan import Step

__all__ = ["erase", "say_plan"]


@click.command("erase")
@subject_options
@click.option("--plan", is_flag=True, help="Print every statement with placeholders; change nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be done to how many rows; change nothing.")
@click.option(
    "--leave-kept", is_flag=True, help="Erase the rest where rows are kept by law; those stay as they are."
)
@click.option(
    "--trail",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="PIIGUARD_TRAIL",
    metavar="FILE",
    help="The audit trail, where the keyring cannot be written.",
)
@click.option(
    "--tombstones",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where tombstones go, if not beside the keyring.",
)
@click.option(
    "--receipt",
    "receipt_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the receipt there as JSON too (mode 0600).",
)
@click.option(
    "--lang", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True, help="Of the receipt."
)
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@yes_option
def erase(
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    plan: bool,
    dry_run: bool,
    leave_kept: bool,
    trail: Path | None,
    tombstones: Path | None,
    receipt_file: Path | None,
    lang: Language,
    layout: str,
    yes: bool,
) -> int:
    """Destroy one person's data by the rules of the manifest, prove it by a search, and write the receipt.

    Each database is one transaction, in which the person is looked for again and which is taken back unless nothing is found
    after it. What is in the way is said before anything is changed: a table without a rule, a place that could not be
    searched, a file in which the person stands. It can be run again.

    \b
    piiguard subject erase postgresql://dba@db/crm --by iin --plan
    piiguard subject erase postgresql://dba@db/crm --by iin --receipt act.json --lang kk
    """
    from piiguard.files import new_file
    from piiguard.names import json_text
    from piiguard.report.person.receipt import receipt_text
    from piiguard.subjects import erase_subject

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    identifiers = asked_for(by)

    def agreed(planned: Sequence[Planned]) -> bool:
        for one in planned:
            say_plan(one)
        if plan:
            for one in planned:
                click.echo("\n".join(discreet(text) for text in one.plan.texts()))
        if plan or dry_run:
            return False
        rows = sum(len(step.rows) for one in planned for step in one.plan.steps if step.action != "keep")
        if rows:
            confirm(f"erase this person: {many(rows, 'row')} change", yes=yes)
        return True

    receipt = erase_subject(
        targets,
        identifiers,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=keyring_of(keyring_file, manifest),
        leave_kept=leave_kept,
        trail=trail,
        tombstones=tombstones,
        agreed=agreed,
    )
    if receipt is None:
        return 0
    made = receipt.to_dict()
    document = json_text(discreet_data(made), indent=1)
    if receipt_file is not None:
        with new_file(receipt_file, 0o600, durable=True) as file:
            file.write(f"{document}\n".encode())
    click.echo(document if layout == "json" else discreet(receipt_text(made, lang)))
    _say_done(receipt)
    return 0


_WORDS = {
    "delete": "delete",
    "null": "empty the values of",
    "pseudonym": "put pseudonyms into",
    "unlink": "empty the reference to the person in",
    "keep": "keep by law",
}


def say_plan(planned: Planned) -> None:
    """What would be done to how many rows of each table."""
    for step in planned.plan.steps:
        say(
            f"{planned.shown}: {step.table.place}: {_WORDS[step.action]} {many(len(step.rows), 'row')}{_more(step)}"
        )
    if planned.plan.unsure:
        say(
            f"{planned.shown}: {many(len(planned.plan.unsure), 'row')} may be another person's and stay as they are"
        )
    for place, table in planned.undeclared:
        say(
            f"{planned.shown}: {place} looks like a reference to {table}, but no foreign key says so: its rows stay"
        )
    if not planned.plan.steps:
        say(f"{planned.shown}: nothing of this person is there")


def _more(step: Step) -> str:
    law = (
        f" ({step.rule.law}{f', until {step.until}' if step.until else ''})"
        if step.action == "keep" and step.rule
        else ""
    )
    return f": {', '.join(step.columns)}" if step.columns else law


def _say_done(receipt: Receipt) -> None:
    say(f"{many(receipt.erased, 'row')} erased, and a search after it found nothing")
    if receipt.kept:
        say(f"{many(receipt.kept, 'row')} stay by law and are not blocked")
    if receipt.trail is None:
        say("no audit trail says so: without a keyring there is none")
