"""``piiguard rotate``: every row to the primary key version."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli import say_jobs, say_plan
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.job_options import (
    job_options,
    limits,
    needed_manifest,
    open_database,
    plan_option,
    stoppable,
)
from piiguard.cli.options import (
    keyring_option,
    load_manifest,
    manifest_option,
    open_keyring,
)

if TYPE_CHECKING:
    from piiguard.manifest import Manifest, ProtectedColumn
    from piiguard.protect.outcome import Outcome

__all__ = ["rotate"]


@click.command()
@click.argument("url")
@click.argument("columns", nargs=-1, metavar="[TABLE.COLUMN]...")
@keyring_option
@manifest_option
@click.option("--reindex", is_flag=True, help="Make blind indexes right that piiguard verify calls stale.")
@plan_option
@job_options
def rotate(
    url: str,
    columns: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    reindex: bool,
    **given: Any,
) -> int:
    """Re-encrypt rows to the primary key version, and blind indexes to the primary index version.

    Rows that are shorter than the padding of their entry are padded. Where an entry lists two normalizers, every
    index goes under the first, and the list shrinks. With --reindex every value is opened, and an index that is
    not that of its value is made anew.

    Safe beside a running application: a row that it writes meanwhile is never overwritten. A run that was
    stopped or killed goes on where it was. Without columns, all of the manifest.

    \b
    piiguard rotate postgresql://dba@db/crm
    piiguard rotate postgresql://dba@db/crm students.iin --throttle 2000 --max-minutes 120
    piiguard rotate postgresql://dba@db/crm students.iin --reindex
    """
    from piiguard.cli.progress import progress
    from piiguard.protect.batches.pace import Pace
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.jobs.plan import plan_rotate
    from piiguard.protect.jobs.rotate import preview
    from piiguard.protect.jobs.rotate import rotate as job

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    items = manifest.select(columns)
    keyring = open_keyring(keyring_file, manifest)
    engine = open_database(url, given)
    code = 0
    try:
        if given["plan"]:
            click.echo(say_plan.plan(plan_rotate(Job(engine, keyring), items, reindex=reindex)))
            return 0
        if given["dry_run"]:
            for found in preview(engine, items, keyring, reindex=reindex):
                say_jobs.would_rotate(found)
            return 0
        with stoppable() as stop, progress() as watch:
            pace = Pace(limits(given), stop=stop)
            for outcome in job(
                Job(engine, keyring, pace, watch, given["jobs"], given["trail"]), items, reindex=reindex
            ):
                say_jobs.outcome(outcome)
                if outcome.kind == "edition" and outcome.done:
                    _shrink(manifest, items, outcome)
                code = code or (0 if outcome.done else EXIT_INCOMPLETE)
        return code
    finally:
        engine.dispose()


def _shrink(manifest: Manifest, items: Iterable[ProtectedColumn], done: Outcome) -> None:
    """Every index is under the newest normalizer: the entry lists that one alone."""
    from piiguard.manifest import shrink

    for item in items:
        if (item.table, (item.index,)) == (done.table, done.columns):
            shrink(manifest.path or "", item)
            say_jobs.entry_shrunk(manifest.path, item.place, item.rules[0])
