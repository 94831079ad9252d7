"""What the commands that write to a database have in common: limits, progress, Ctrl-C, and the outcome."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.job_report import JSON_OF_DONE, layout_option, quiet_option
from piiguard.cli.options import Amount, trail_option

if TYPE_CHECKING:
    import sqlalchemy as sa

    from piiguard.manifest import Manifest
    from piiguard.protect.batches.pace import Limits

__all__ = [
    "drop_constraint_option",
    "job_options",
    "limits",
    "needed_manifest",
    "open_database",
    "plan_option",
    "stoppable",
]


plan_option = click.option(
    "--plan", is_flag=True, help="Print the exact SQL and the order of deploys; change nothing."
)


drop_constraint_option = click.option(
    "--drop-constraint",
    "let_go",
    multiple=True,
    metavar="NAME",
    help="A constraint or an index that may be lost; repeat it for each.",
)


def job_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every job."""
    for option in (
        click.option("--throttle", type=Amount(min=1), metavar="ROWS/S", help="Rows a second at most."),
        click.option(
            "--max-lag",
            type=Amount(min=0),
            metavar="S",
            help="Wait while a replica is so many seconds behind (PostgreSQL).",
        ),
        click.option(
            "--max-minutes",
            type=Amount(min=0, min_open=True),
            metavar="M",
            help="Stop after so many minutes; the same command goes on later.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            help="Processes, by range of keys.",
        ),
        trail_option,
        click.option("--dry-run", is_flag=True, help="Count what would be done; change nothing."),
        layout_option,
        quiet_option,
    ):
        command = option(command)
    return command


def open_database(url: str, given: dict[str, Any]) -> sa.Engine:
    """The database that a job works on; for a look at what it would do, one that only reads."""
    from piiguard.database import open_engine, open_reader

    looks = given["plan"] or given["dry_run"]
    if looks and given["layout"] == "json":
        raise click.UsageError(JSON_OF_DONE)
    return open_reader(url) if looks else open_engine(url)


def limits(given: dict[str, Any]) -> Limits:
    """The limits that were given."""
    from piiguard.protect.batches.pace import Limits

    return Limits(given["throttle"], given["max_lag"], given["max_minutes"])


def needed_manifest(path: Path | None, manifest: Manifest | None) -> Manifest:
    """The manifest, for commands that cannot do without."""
    from piiguard.errors import ManifestError
    from piiguard.manifest import DEFAULT_NAME

    if manifest is None:
        raise ManifestError(
            f"{path or DEFAULT_NAME}: there is no manifest here",
            path=str(path or DEFAULT_NAME),
            hint="name it with --manifest FILE or PIIGUARD_MANIFEST; piiguard encrypt writes one",
        )
    return manifest


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C ends the job after the batch at hand; the second one at once."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
