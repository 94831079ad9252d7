"""``piiguard manifest``: the manifest from ORM models, and whether the two still agree."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from piiguard.cli.exits import EXIT_ERROR
from piiguard.cli.options import manifest_option, seen_from
from piiguard.cli.say import hint, say

__all__ = ["manifest"]


@click.command()
@click.option(
    "--models", required=True, metavar="MODULE:BASE", help="The declarative base of the application."
)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when file and models differ.")
@click.option(
    "--keyring",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Written as the keyring into a new manifest.",
)
@manifest_option
def manifest(models: str, check: bool, keyring: Path | None, manifest_file: Path | None) -> int:
    """Write the manifest of the encrypted columns of ORM models, or check that it still agrees with them.

    Entries that are missing are added; comments and entries of other tables stay.

    \b
    piiguard manifest --models app.models:Base --keyring /etc/piiguard/keyring.json
    piiguard manifest --models app.models:Base --check
    """
    from piiguard.manifest import DEFAULT_NAME, Manifest, append
    from piiguard.orm.manifest import drift, load_metadata, protected_columns, unlisted_indexes

    sys.path.insert(0, "")  # the application is found from its own folder, as python -m does
    metadata = load_metadata(models)
    declared = protected_columns(metadata)
    path = manifest_file or Path(DEFAULT_NAME)
    listed = Manifest.load(path) if check or path.exists() else Manifest()
    added = []
    if not check:
        added = [entry for entry in declared if listed.find(entry.table, entry.column) is None]
        for entry in added:
            listed = append(path, entry, keyring=seen_from(path, keyring) if keyring else None)
    differences = list(drift(declared, metadata, listed))
    _say_written(path, len(added), unlisted_indexes(metadata), differences)
    return EXIT_ERROR if differences else 0


def _say_written(path: Path, added: int, unlisted: Sequence[str], differences: Sequence[str]) -> None:
    """What was added, what a manifest cannot say, and where it says something else than the models."""
    if added:
        say(f"{path}: {added} column{'s' if added > 1 else ''} added")
    for place in unlisted:
        say(f"{place}: an index that the application fills, and the jobs do not")
    for difference in differences:
        say(f"{path}: {difference}")
    if differences:
        hint("change the manifest or the models; piiguard manifest without --check adds what is missing")
    elif not added:
        say(f"{path}: agrees with the models")
