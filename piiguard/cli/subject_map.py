"""``piiguard subject map``: which tables hold people's data, and how they hang together, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.options import Written, manifest_option, require_scan_extra
from piiguard.cli.say import CHECK_PATH, hint, say
from piiguard.cli.subject_asked import manifest_of

__all__ = ["map_"]


@click.command("map")
@click.argument("targets", nargs=-1, required=True, metavar="URL...")
@manifest_option
@click.option(
    "--findings",
    "findings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The document of a scan (--format json): what its columns hold is known.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["fides"]),
    default="fides",
    show_default=True,
    help="A dataset of Fides, in YAML.",
)
@click.option(
    "-o", "--output", type=Written(or_output=True), default="-", metavar="FILE", help="Where it goes."
)
def map_(
    targets: tuple[str, ...],
    manifest_file: Path | None,
    findings_file: Path | None,
    layout: str,
    output: Path | None,
) -> int:
    """Write which tables hold people's data and how they hang together, as a dataset that Fides reads.

    Keys and references are those of the database now; categories those that the manifest, the names of columns and the findings of a
    scan tell, in Fides' default taxonomy. No value is read. Exit code 4: a table could not be read.

    \b
    piiguard scan postgresql://reader@db/crm --format json --output found.json
    piiguard subject map postgresql://reader@db/crm --findings found.json -o crm.fides.yml
    """
    from piiguard.subjects.fides.dataset import map_subjects
    from piiguard.subjects.rows.findings import load

    require_scan_extra()
    findings = load(findings_file) if findings_file is not None else ()
    document, unread, left_out = map_subjects(targets, manifest=manifest_of(manifest_file), findings=findings)
    import yaml

    text = yaml.safe_dump(discreet_data(document), allow_unicode=True, sort_keys=False)
    _write(output, text)
    for place, why in unread:
        say(f"{discreet(place)}: not read: {why}")
    for place in left_out:
        say(f"{discreet(place)}: left out: Fides has no references of several columns")
    if unread:
        hint("an account that may read the catalogue and every table makes the map complete")
    return EXIT_INCOMPLETE if unread else 0


def _write(output: Path | None, text: str) -> None:
    from piiguard.errors import SubjectError
    from piiguard.files import new_file

    if output is None:
        click.echo(text, nl=False)
        return
    try:
        with new_file(output) as file:
            file.write(text.encode())
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise SubjectError(f"{output}: the map cannot be written: {reason}", hint=CHECK_PATH) from None
