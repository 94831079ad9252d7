"""``piiguard subject canary``: invented people who tell where a leaked file comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.ask import confirm
from piiguard.cli.options import (
    Written,
    keyring_option,
    load_manifest,
    manifest_option,
    open_keyring,
    yes_option,
)
from piiguard.cli.say import hint, many, say

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["canary"]


@click.command()
@manifest_option
@keyring_option
@click.option("--count", type=click.IntRange(1, 100), default=3, show_default=True, help="How many people.")
@click.option(
    "--set", "given", multiple=True, metavar="COLUMN=VALUE", help="What cannot be invented; repeatable."
)
@click.option("--export", metavar="NAME", help="Instead of a table: people for an export of this name.")
@click.option(
    "-o",
    "--output",
    type=Written(),
    metavar="FILE",
    help="Where the people for an export are written, as CSV.",
)
@click.option("--plan", is_flag=True, help="Say what would be done, and do nothing.")
@yes_option
@click.argument("place", nargs=-1, metavar="[URL TABLE]")
def canary(
    manifest_file: Path | None,
    keyring_file: Path | None,
    count: int,
    given: tuple[str, ...],
    export: str | None,
    output: Path | None,
    plan: bool,
    yes: bool,
    place: tuple[str, ...],
) -> None:
    """Plant invented people in a table, or make some for an export: piiguard breach then names where a file comes from.

    They are born in the 1800s, with right check digits; no register has them. What is kept of them are keyed marks
    beside the keyring, and a line in its audit trail.

    \b
    piiguard subject canary postgresql://app@db/crm students --plan
    piiguard subject canary --export "for the auditor, 2026-11" -o people.csv --yes
    """
    if (export is None) == (len(place) != 2) or (export is None) != (output is None):
        raise click.UsageError("name a database and a table, or --export NAME and --output FILE")
    if not all("=" in one for one in given):
        raise click.UsageError("--set takes COLUMN=VALUE")
    manifest = load_manifest(manifest_file)
    keyring = open_keyring(keyring_file, manifest)
    if export is None:
        _plant(place, count, dict(one.split("=", 1) for one in given), manifest, keyring, plan=plan, yes=yes)
    elif output is not None:
        _export(export, output, count, keyring, plan=plan, yes=yes)


def _plant(
    place: tuple[str, ...],
    count: int,
    given: dict[str, str],
    manifest: Manifest | None,
    keyring: Keyring,
    *,
    plan: bool,
    yes: bool,
) -> None:
    from piiguard import database
    from piiguard.cli.say_plan import statements
    from piiguard.subjects.canary import marks
    from piiguard.subjects.canary.plant import plan as planned
    from piiguard.subjects.find import url_of
    from piiguard.subjects.rows.known import Known

    engine = database.open_engine(url_of(place[0]))
    try:
        with database.connect(engine) as connection, connection.begin():
            found = planned(connection, place[1], count, Known(manifest, (), keyring), given)
            text = f"{found.statement(connection)}  -- {many(count, 'time')}"
            click.echo("\n".join(statements([text])))
            if plan:
                return
            name = f"{database.shown(engine.url)} {found.table.place}"
            confirm(f"put {many(count, 'invented row')} into {found.table.place}", yes=yes)
            marks.record(marks.file_of(keyring.path), keyring.canaries(), name, found.people, found.entities)
            keyring.record("canary", place=name, rows=count)
            found.run(connection)
    finally:
        engine.dispose()
    say(f"{name}: {many(count, 'canary row')} planted")
    hint("piiguard breach FILE URL names this table when a copy of it leaks")


def _export(name: str, output: Path, count: int, keyring: Keyring, *, plan: bool, yes: bool) -> None:
    import csv
    import io

    from piiguard.files import new_file
    from piiguard.subjects.canary import marks
    from piiguard.subjects.canary.person import MARKED, invent

    people = [invent() for _ in range(count)]
    if plan:
        say(f"{output}: {many(count, 'invented row')} would be written")
        return
    confirm(f"write {many(count, 'invented row')} to {output}", yes=yes)
    marks.record(marks.file_of(keyring.path), keyring.canaries(), f"{name}, an export", people, MARKED)
    keyring.record("canary", place=f"{name}, an export", rows=count)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    with new_file(output) as out:
        out.write(text.getvalue().encode())
    say(f"{output}: {many(count, 'invented row')}: mix them into what is given away as {name}")
