"""``piiguard subject restrict`` and ``release``: the use of one person's data stops, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.job_options import needed_manifest
from piiguard.cli.options import load_manifest, open_keyring
from piiguard.cli.say import many, say
from piiguard.cli.subject_act import act_options, asking, hand_over
from piiguard.cli.subject_asked import asked_for, loaded_findings

if TYPE_CHECKING:
    from piiguard.report.messages import Language

__all__ = ["release", "restrict"]


@click.command("restrict")
@act_options
def restrict(receipt_file: Path | None, lang: Language, layout: str, **options: Any) -> int:
    """Stop the use of one person's data, which stays: its values are sealed elsewhere, or a flag column is set.

    How, says the manifest for each table (restrict = "seal", or the name of a column); a table that says nothing refuses it. Each
    database is one transaction, taken back unless what was sealed opens and a search finds nothing of it in place. It can be
    run again; piiguard subject release undoes it.

    \b
    piiguard subject restrict postgresql://dba@db/crm --by iin --plan
    piiguard subject restrict postgresql://dba@db/crm --by iin --receipt act.json --lang kk
    """
    from piiguard.subjects import restrict_subject

    receipt = _done(restrict_subject, "restrict this person", **options)
    if receipt is not None:
        hand_over(receipt, receipt_file, layout, lang)
        say(
            f"{many(receipt.restricted, 'row')} restricted, and a search after it found nothing of them in place"
        )
    return 0


@click.command("release")
@act_options
def release(receipt_file: Path | None, lang: Language, layout: str, **options: Any) -> int:
    """Put back what restrict has moved away, as it was, with blind indexes; flags get the value of before.

    A value that was written meanwhile in place of a sealed one is not written over: it is named, and nothing is changed. It can be run
    again.

    \b
    piiguard subject release postgresql://dba@db/crm --by iin --plan
    """
    from piiguard.subjects import release_subject

    receipt = _done(release_subject, "release this person", **options)
    if receipt is not None:
        hand_over(receipt, receipt_file, layout, lang)
        say(f"{many(receipt.released, 'row')} released, and each value was read again")
    return 0


def _done(
    act: Callable[..., Any],
    what: str,
    *,
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    plan: bool,
    dry_run: bool,
    accept_unread: tuple[str, ...],
    trail: Path | None,
    yes: bool,
) -> Any:
    """The receipt; None where it was only planned."""
    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    identifiers = asked_for(by)
    return act(
        targets,
        identifiers,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=open_keyring(keyring_file, manifest),
        accept_unread=accept_unread,
        trail=trail,
        agreed=asking(what, plan=plan, dry_run=dry_run, yes=yes),
    )
