"""``piiguard subject erase``: a plan first, then the erasure with its proof, then the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.job_options import needed_manifest
from piiguard.cli.options import load_manifest
from piiguard.cli.say import many, say
from piiguard.cli.subject_act import act_options, asking, hand_over
from piiguard.cli.subject_asked import asked_for, keyring_of, loaded_findings

if TYPE_CHECKING:
    from piiguard.report.messages import Language
    from piiguard.subjects import Receipt

__all__ = ["erase"]


@click.command("erase")
@act_options
@click.option(
    "--leave-kept", is_flag=True, help="Erase the rest where rows are kept by law; those stay as they are."
)
@click.option(
    "--tombstones",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where tombstones go, if not beside the keyring.",
)
def erase(
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    plan: bool,
    dry_run: bool,
    leave_kept: bool,
    accept_unread: tuple[str, ...],
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
    from piiguard.subjects import erase_subject

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    identifiers = asked_for(by)

    receipt = erase_subject(
        targets,
        identifiers,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=keyring_of(keyring_file, manifest),
        leave_kept=leave_kept,
        accept_unread=accept_unread,
        trail=trail,
        tombstones=tombstones,
        agreed=asking("erase this person", plan=plan, dry_run=dry_run, yes=yes),
    )
    if receipt is None:
        return 0
    hand_over(receipt, receipt_file, layout, lang)
    _say_done(receipt)
    return 0


def _say_done(receipt: Receipt) -> None:
    say(f"{many(receipt.erased, 'row')} erased, and a search after it found nothing")
    if receipt.kept:
        say(f"{many(receipt.kept, 'row')} stay by law and are not blocked")
    if receipt.restricted:
        say(f"{many(receipt.restricted, 'row')} stay by law and are restricted")
