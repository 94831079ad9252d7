"""``piiguard subject replay``: who was erased, and is there again after a backup was restored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.ask import confirm
from piiguard.cli.discreet import discreet_data
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.job_options import needed_manifest
from piiguard.cli.options import (
    keyring_option,
    load_manifest,
    manifest_option,
    open_keyring,
    trail_option,
    yes_option,
)
from piiguard.cli.say import hint, many, say
from piiguard.cli.subject_act import say_plan
from piiguard.cli.subject_asked import accept_option, loaded_findings

if TYPE_CHECKING:
    from piiguard.subjects.acting.act import Planned

__all__ = ["replay"]


@click.command("replay")
@click.argument("targets", nargs=-1, required=True, metavar="URL...")
@keyring_option
@manifest_option
@click.option(
    "--findings",
    "findings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The document of a scan (--format json): what its columns hold is known.",
)
@click.option("--dry-run", is_flag=True, help="Say who is there again; change nothing.")
@click.option(
    "--leave-kept", is_flag=True, help="Erase the rest where rows are kept by law; those stay as they are."
)
@trail_option
@click.option(
    "--tombstones",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The tombstones, where they do not lie beside the keyring.",
)
@accept_option
@yes_option
def replay(
    targets: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    dry_run: bool,
    leave_kept: bool,
    accept_unread: tuple[str, ...],
    trail: Path | None,
    tombstones: Path | None,
    yes: bool,
) -> int:
    """Erase again who was erased before, in databases that were restored from a backup.

    Tombstones lie beside the keyring, and must not be restored with the database. Receipts go to standard output, one JSON
    document a line. Exit code 4 says that somebody is left: an erasure without an IIN, or one that had not ended.

    \b
    piiguard subject replay postgresql://dba@db/crm --yes > receipts.ndjson
    """
    from piiguard.names import json_text
    from piiguard.subjects import replay_subjects

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))

    def agreed(planned: Sequence[Planned]) -> bool:
        for one in planned:
            say_plan(one)
        if dry_run:
            return False
        confirm("erase this person again", yes=yes)
        return True

    done = replay_subjects(
        targets,
        manifest=manifest,
        keyring=open_keyring(keyring_file, manifest),
        findings=loaded_findings(findings_file),
        leave_kept=leave_kept,
        accept_unread=accept_unread,
        trail=trail,
        tombstones=tombstones,
        agreed=agreed,
    )
    for receipt in done.receipts:
        click.echo(json_text(discreet_data(receipt.to_dict())))
    people = len(done.receipts) + done.declined
    say(
        f"{many(done.graves, 'erasure')} with tombstones: {people} there again, {len(done.receipts)} erased again"
    )
    if done.unsure:
        say(
            f"{many(done.unsure, 'erasure')} without an IIN: a phone or an address is there, and may be another's by now: left"
        )
        hint("piiguard subject find shows whose it is; piiguard subject erase erases them")
    if done.unfinished:
        say(
            f"{many(done.unfinished, 'erasure')} had not ended: nobody knows whether these people were erased"
        )
        hint("the audit trail names the receipts: run piiguard subject erase for them again")
    if done.foreign:
        say(
            f"{many(done.foreign, 'tombstone')} of another key match nothing any more: replay was ended for them"
        )
    return EXIT_INCOMPLETE if done.unsure or done.unfinished or done.declined else 0
