"""How the commands of a person's rights are told whom they concern: asked for, or read; never an argument."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.ask import NEEDS_YES
from piiguard.cli.options import (
    keyring_option,
    load_manifest,
    manifest_option,
    open_keyring,
    require_scan_extra,
)
from piiguard.cli.say import hint, say
from piiguard.rights import restricts

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest
    from piiguard.subjects.identifiers import Identifier
    from piiguard.subjects.rows.findings import Column

__all__ = ["accept_option", "asked_for", "keyring_of", "loaded_findings", "subject_options", "widening"]

KINDS = ("iin", "phone", "email", "key")


accept_option = click.option(
    "--accept-unread",
    multiple=True,
    metavar="GLOB",
    help="Documents and pictures in these columns (table.column, repeatable) need not be searched where nobody can take them apart;"
    " they are named all the same.",
)


def subject_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The targets, and how a person is named."""
    for option in (
        click.option(
            "--findings",
            "findings_file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The document of a scan (--format json): what its columns hold is known.",
        ),
        manifest_option,
        keyring_option,
        click.option(
            "--by",
            multiple=True,
            type=click.Choice(KINDS),
            help="What the person is looked for by; the value is asked for, or read from standard input.",
        ),
        click.argument("targets", nargs=-1, required=True, metavar="URL|FILE..."),
    ):
        command = option(command)
    return command


def asked_for(by: Sequence[str]) -> list[Identifier]:
    """The identifiers: asked on a terminal, a hidden line for each kind; else read from standard input."""
    from piiguard.subjects.identifiers import Identifier, read

    if sys.stdin.isatty():
        if not by:
            raise click.UsageError(f"whom? name the kind of identifier: --by {'|'.join(KINDS)}")
        found = [
            Identifier.of(kind, click.prompt(f"piiguard: {kind}", hide_input=True, err=True)) for kind in by
        ]
    else:
        if len(by) > 1:
            raise click.UsageError("of several kinds write kind=value lines to standard input, without --by")
        found = read(sys.stdin, by[0] if by else None)
    if not found:
        raise click.UsageError("no identifier was given: write kind=value lines to standard input")
    for one in found:
        if one.doubtful:
            say(f"{one.kind}: its check digit is not right: it is looked for as it is")
            hint("compare it with the document of the person")
    return found


def keyring_of(file: Path | None, manifest: Manifest | None) -> Keyring | None:
    """The keyring that is named: its audit trail takes what is done, whether or not columns are encrypted.

    None is named: what only it could open is told as not searched.
    """
    if file is None and not (manifest and manifest.keyring):
        if manifest is not None and (manifest.columns or restricts(manifest.subjects)):
            say("no keyring is named: encrypted columns and restricted rows are not searched")
            hint("add --keyring FILE, or set PIIGUARD_KEYRING")
        return None
    return open_keyring(file, manifest)


def loaded_findings(file: Path | None) -> tuple[Column, ...]:
    """What a scan found, if its document was handed over."""
    from piiguard.subjects.rows.findings import load

    require_scan_extra()
    if file is not None:
        return load(file)
    say("no findings of a scan are given: every column of every table is searched")
    return ()


def manifest_of(file: Path | None) -> Manifest | None:
    """The manifest, if there is one."""
    return load_manifest(file)


def widening(widen: bool, yes: bool) -> Callable[[Sequence[Identifier]], bool] | None:
    """What is asked before identifiers that were found are used: their shapes are shown."""
    if not widen:
        return None
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"use identifiers that are found: {NEEDS_YES}")

    def agree(found: Sequence[Identifier]) -> bool:
        from piiguard.detect.mask import mask

        for one in found:
            say(f"found in the person's rows: {one.kind} {mask(str(one.entity), one.normal)}")
        return yes or click.confirm("piiguard: look for them as well?", err=True)

    return agree
