"""``piiguard breach``: whose data is in a leaked file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.options import Written, keyring_option, manifest_option, require_scan_extra
from piiguard.cli.say import hint, many, say
from piiguard.cli.subject_asked import keyring_of, manifest_of

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.subjects.breach.find import Planted
    from piiguard.subjects.breach.report import BreachReport, Place
    from piiguard.subjects.rows.findings import Column

__all__ = ["breach"]


@click.command()
@click.option(
    "--findings",
    "findings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The document of a scan (--format json): what its columns hold is known.",
)
@manifest_option
@keyring_option
@click.option(
    "--as",
    "form",
    type=click.Choice(["log", "csv", "tsv", "json", "sql"]),
    help="What the file is, where its name does not say.",
)
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--notice",
    "notice_file",
    type=Written(),
    metavar="FILE",
    help="Write a draft of the notice to the authority, in Russian and Kazakh.",
)
@click.argument("file", metavar="FILE")
@click.argument("targets", nargs=-1, required=True, metavar="URL...")
def breach(
    file: str,
    targets: tuple[str, ...],
    findings_file: Path | None,
    manifest_file: Path | None,
    keyring_file: Path | None,
    form: str | None,
    layout: str,
    notice_file: Path | None,
) -> int:
    """Whose data is in a leaked file: how many of our people, from which columns, how new; never a value.

    Encrypted columns are compared by blind index and others in their normal form; no column is decrypted (what lies
    sealed of restricted people is opened) and nothing is written. Exit code 3 says that some of it is ours, 0 that none is, 4 that a part of the file or of the databases
    was not read or cannot be compared.

    \b
    piiguard breach leaked.csv postgresql://reader@db/crm
    piiguard breach dump.json.gz postgresql://reader@db/crm --notice notice.txt --format json
    """
    from piiguard.names import json_text
    from piiguard.subjects.breach.find import find_breach

    require_scan_extra()
    manifest = manifest_of(manifest_file)
    keyring = keyring_of(keyring_file, manifest)
    report = find_breach(
        file,
        targets,
        manifest=manifest,
        findings=_findings(findings_file),
        keyring=keyring,
        canaries=_canaries(keyring),
        form=form or "",
    )
    document = discreet_data(report.to_dict())
    if layout == "json":
        click.echo(json_text(document, indent=1))
    else:
        click.echo(_table(report))
    if notice_file is not None:
        from piiguard.files import new_file
        from piiguard.report.notice import notice

        with new_file(notice_file) as out:
            out.write(notice(document).encode())
        say(f"{notice_file}: draft of the notice, with places to be filled in")
    _say(report)
    if not report.complete:
        return EXIT_INCOMPLETE
    return EXIT_FOUND if report.ours else 0


def _canaries(keyring: Keyring | None) -> Planted | None:
    """What tells the canaries of a keyring, if it has any."""
    from piiguard.subjects.canary import marks

    if keyring is None or not (file := marks.file_of(keyring.path)).exists():
        return None
    return marks.planted(file, keyring.canaries())


def _findings(file: Path | None) -> tuple[Column, ...]:
    from piiguard.subjects.rows.findings import load

    return load(file) if file is not None else ()


def _table(report: BreachReport) -> str:
    """What is ours, by place; then what the file holds."""
    from piiguard.names import shown

    rows: list[tuple[str, ...]] = [
        ("PLACE", "WHAT", "VIA", "VALUES", "OF FILE", "OF TABLE", "PEOPLE", "NEWEST")
    ]
    for place in report.places:
        where = f"{place.table}.{place.column}" + (f" {place.path}" if place.path else "")
        rows.append(
            (
                shown(discreet(where)),
                place.entity,
                place.via,
                f"{place.values:,}",
                f"{place.of_file:.0%}",
                f"{place.of_table:.0%}",
                f"{place.people:,}" if place.people else "-",
                _newest(place),
            )
        )
    held: list[tuple[str, ...]] = [("IN THE FILE", "VALUES", "OURS", "NEVER OURS")]
    for one in report.holds:
        never = "-" if one.never_ours is None else f"{one.never_ours:,}"
        held.append((one.entity, f"{one.values:,}", f"{one.ours:,}", never))
    return "\n\n".join(_aligned(lines) for lines in (rows, held) if len(lines) > 1) or "nothing of ours"


def _newest(place: Place) -> str:
    if place.newest is None:
        return "-"
    later = "" if place.newest.newer_rows is None else f"{many(place.newest.newer_rows, 'row')} later"
    return f"{place.newest.by} {(place.newest.at or '')[:10]} {later}".replace("  ", " ").strip()


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _say(report: BreachReport) -> None:
    """How many, from where, and what was not compared."""
    for one in report.unread:
        say(f"{one.target}: {one.place}: not compared: {one.reason}")
    for canary in report.canaries:
        say(f"a canary of {canary.name}, planted {canary.planted}, is in it: the file comes from there")
    least = "at least " if report.people.at_least else ""
    if report.ours:
        say(f"{least}{report.people.count:,} of our people are in it")
    if source := report.source:
        share = f"{source.of_file:.0%} of its {source.entity} stand in {source.table}.{source.column}"
        say(f"it probably comes from {source.table}: {share}, {source.of_table:.0%} of that table")
    if not report.ours:
        say("nothing in the file is ours" + ("" if report.complete else ", as far as it was compared"))
    if report.unread:
        hint("an account that may read everything, and the keyring, make the comparison complete")
