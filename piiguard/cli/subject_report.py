"""``piiguard subject report``: the answer to the person, in a file for nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from piiguard.cli.discreet import discreet
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.options import Written, trail_option, yes_option
from piiguard.cli.say import CHECK_PATH, hint, many, say
from piiguard.cli.subject_asked import (
    asked_for,
    keyring_of,
    loaded_findings,
    manifest_of,
    subject_options,
    widening,
)

if TYPE_CHECKING:
    from piiguard.scan.policy import Policy
    from piiguard.subjects import Answer

__all__ = ["report"]


@click.command("report")
@subject_options
@click.option(
    "--widen",
    is_flag=True,
    help="Also look for identifiers that stand in the person's rows; they are shown first.",
)
@click.option(
    "-o",
    "--output",
    type=Written(or_output=True),
    metavar="FILE",
    help="Where the answer goes, mode 0600; - is standard output, which nothing else makes it.",
)
@click.option("--format", "layout", type=click.Choice(["html", "json"]), default="html", show_default=True)
@click.option(
    "--lang", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True, help="Of the page."
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The policy file: purposes, sources, terms and recipients are told from it.",
)
@click.option("--organisation", metavar="NAME", help="Who answers; else the organisation of the policy.")
@trail_option
@yes_option
def report(
    targets: tuple[str, ...],
    by: tuple[str, ...],
    keyring_file: Path | None,
    manifest_file: Path | None,
    findings_file: Path | None,
    widen: bool,
    output: Path | None,
    layout: str,
    lang: Any,
    policy_file: Path | None,
    organisation: str | None,
    trail: Path | None,
    yes: bool,
) -> int:
    """The answer to a person: what is stored, with the values, since when, why, for how long, and to whom it went.

    Only the person's rows are shown, and values of anybody else in them are not: what names a person is shown where it is
    proved to be this one's. Rows that may be another's are left out and counted. Opening encrypted values leaves a line in the
    audit trail first. The file holds personal data in clear. Exit code 4 says that the answer is not complete.

    \b
    piiguard subject report postgresql://reader@db/crm --by iin --policy policy.toml -o answer.html
    echo iin=050312300015 | piiguard subject report sqlite:///crm.db -o answer.json --format json
    """
    from piiguard.names import json_text
    from piiguard.report.person import declared, to_html
    from piiguard.subjects import answer_subject

    if click.get_current_context().get_parameter_source("output") is ParameterSource.DEFAULT:
        raise click.UsageError("where to? the answer holds values: -o FILE, or -o - for standard output")
    policy = _policy(policy_file)
    agree = widening(widen, yes)
    manifest = manifest_of(manifest_file)
    identifiers = asked_for(by)
    answer = answer_subject(
        targets,
        identifiers,
        manifest=manifest,
        findings=loaded_findings(findings_file),
        keyring=keyring_of(keyring_file, manifest),
        widen=agree,
        trail=trail,
    )
    document = declared(answer.to_dict(), policy, organisation)
    _write(output, to_html(document, lang) if layout == "html" else json_text(document, indent=1))
    _say(answer, output, policy)
    return 0 if answer.complete else EXIT_INCOMPLETE


def _policy(file: Path | None) -> Policy | None:
    from piiguard.scan.policy import Policy

    return Policy.load(file) if file is not None else None


def _write(output: Path | None, text: str) -> None:
    """Whole or not at all, for its owner alone, whatever lay there."""
    from piiguard.errors import SubjectError
    from piiguard.files import PRIVATE, new_file

    if output is None:
        click.echo(text)
        return
    try:
        with new_file(output, PRIVATE, keep=False, durable=True) as file:
            file.write(f"{text}\n".encode())
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise SubjectError(f"{output}: the answer cannot be written: {reason}", hint=CHECK_PATH) from None


def _say(answer: Answer, output: Path | None, policy: Policy | None) -> None:
    for one in answer.unread:
        say(f"{discreet(one.place)}: not read: {discreet(one.reason)}")
    if answer.undecided:
        say(
            f"{many(answer.undecided, 'row')} may be another person's and are left out: piiguard subject find"
        )
        hint("name the person by IIN, or by --by key")
    withheld = sum(
        1 for table in answer.tables for row in table.rows for cell in row.cells if cell.state == "withheld"
    )
    partly = sum(
        1 for table in answer.tables for row in table.rows for cell in row.cells if cell.state == "partly"
    )
    if withheld or partly:
        say(f"{many(withheld + partly, 'value')} not shown, or in part: others stand in them")
        hint("what is the person's after all is shown when it is given as an identifier too")
    if policy is None:
        say("no policy is given: purposes, terms and recipients are not told")
        hint("add --policy FILE")
    if not answer.found:
        say("nothing of this person was found")
    if output is not None:
        rows = sum(len(table.rows) for table in answer.tables)
        say(f"{output}: {many(rows, 'row')} of the person; the file holds personal data in clear")
