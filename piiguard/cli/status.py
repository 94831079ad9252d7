"""``piiguard status`` and ``piiguard verify``: where every protected column stands, and whether it opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli import listings, say_residues
from piiguard.cli.exits import EXIT_ERROR, EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.job_options import needed_manifest
from piiguard.cli.job_report import quiet_option
from piiguard.cli.options import keyring_option, keyring_path, load_manifest, manifest_option, open_keyring
from piiguard.cli.say import hint, say

if TYPE_CHECKING:
    from piiguard.protect.jobs.verify import Verified

__all__ = ["status", "verify"]


@click.command()
@click.argument("url")
@click.argument("columns", nargs=-1, metavar="[TABLE.COLUMN]...")
@keyring_option
@manifest_option
@click.option(
    "--cleaned",
    multiple=True,
    metavar="WHAT",
    help="Note that you have cleaned this place of plaintext, for example backups; repeatable.",
)
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
def status(
    url: str,
    columns: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    cleaned: tuple[str, ...],
    layout: str,
) -> int:
    """Count the rows of every protected column by key version, and the plaintext that is left.

    No wrapping key is needed: the key id stands in the bytes. Places outside the columns that may still hold the
    plaintext are listed until somebody notes that they are clean. Exit code 3 says that plaintext is left in a
    column, 4 that a column could not be counted.

    \b
    piiguard status postgresql://dba@db/crm
    piiguard status sqlite:///crm.db students.iin --format json
    piiguard status postgresql://dba@db/crm --cleaned pg-rewrite --cleaned backups
    """
    import getpass

    from piiguard.database import open_engine, open_reader
    from piiguard.keys import store
    from piiguard.keys.document import Document
    from piiguard.protect.jobs.status import status as count
    from piiguard.protect.jobs.status import unfinished
    from piiguard.protect.schema import residue

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    items = manifest.select(columns)
    path = keyring_path(keyring_file, manifest)
    document = Document.parse(store.read(path), str(path))
    engine = open_engine(url) if cleaned else open_reader(url)
    try:
        for what in cleaned:
            say_residues.noted_clean(what, residue.confirm(engine, what, getpass.getuser(), columns))
        found = count(engine, items, document.versions)
        jobs = unfinished(engine)
        left = residue.residues(engine, columns)
    finally:
        engine.dispose()
    if layout == "json":
        click.echo(listings.status_json(url, document, found, jobs, left))
    else:
        click.echo(listings.status_table(found, jobs, left))
        say_residues.how_to_clean(left)
    for column in found:
        if column.error:
            say(column.error)
            if column.hint:
                hint(column.hint)
    if any(column.error for column in found):
        return EXIT_INCOMPLETE
    return EXIT_FOUND if any(column.plain for column in found) else 0


@click.command()
@click.argument("url")
@click.argument("columns", nargs=-1, metavar="[TABLE.COLUMN]...")
@keyring_option
@manifest_option
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="So many random rows of each column.")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@quiet_option
def verify(
    url: str,
    columns: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    sample: int | None,
    layout: str,
) -> int:
    """Open every value and recompute every blind index; name the rows that are wrong, never a value.

    Exit code 1 says that something does not open or is not found, 3 that plaintext is left.

    \b
    piiguard verify postgresql://dba@db/crm
    piiguard verify postgresql://dba@db/crm students.iin --sample 10000
    """
    from piiguard.cli.progress import progress
    from piiguard.database import open_reader
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.jobs.verify import verify as check

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    keyring = open_keyring(keyring_file, manifest)
    engine = open_reader(url)
    try:
        with progress() as watch:
            job = Job(engine, keyring, watch=watch)
            found = list(check(job, manifest.select(columns), others=manifest.columns, sample=sample))
    finally:
        engine.dispose()
    if layout == "json":
        click.echo(listings.verified_json(found))
    else:
        for one in found:
            _say_verified(one)
    if not all(one.sound for one in found):
        if any(one.stale.rows for one in found):
            hint(_STALE_HINT)
        if any(one.unreadable.rows or one.misplaced for one in found):
            hint(_VERIFY_HINT)
        return EXIT_ERROR
    return EXIT_FOUND if any(one.plain.rows for one in found) else 0


def _say_verified(found: Verified) -> None:
    """What a verification found in one column."""
    place = found.item.place
    say(f"{place}: {found.opened:,} values open")
    if found.restricted:
        say(f"{place}: {found.restricted:,} values are restricted, and lie sealed elsewhere")
    for problem, what in (
        (found.unreadable, "do not open"),
        *((problem, f"belong to {owner}") for owner, problem in found.misplaced.items()),
        (found.stale, f"are not found by {found.item.index}: the blind index is that of another value"),
        (found.plain, "are plaintext"),
    ):
        if problem.rows:
            more = ", …" if problem.rows > len(problem.keys) else ""
            say(f"{place}: {problem.rows:,} values {what}: rows {', '.join(problem.keys)}{more}")


_VERIFY_HINT = "restore these rows from a backup"
_STALE_HINT = "piiguard rotate --reindex makes blind indexes right"
