"""``piiguard retention``: rows past their term, counted and destroyed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.ask import confirm
from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.job_options import stoppable
from piiguard.cli.options import (
    Amount,
    Written,
    keyring_option,
    manifest_option,
    require_scan_extra,
    trail_option,
    yes_option,
)
from piiguard.cli.say import hint, many, say
from piiguard.cli.subject_asked import keyring_of, manifest_of

if TYPE_CHECKING:
    from piiguard.subjects.retention.report import RetentionReport

__all__ = ["retention"]


@click.command()
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The policy, with its terms and the dates that they run from.",
)
@click.option(
    "--findings",
    "findings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The document of a scan (--format json): what its columns hold is known.",
)
@manifest_option
@keyring_option
@click.option("--erase", is_flag=True, help="Destroy what is past its term, by the rules of the manifest.")
@click.option(
    "--restrict",
    is_flag=True,
    help="Stop the use of what is past its term instead, by the rules of the manifest.",
)
@click.option(
    "--plan",
    is_flag=True,
    help="With --erase or --restrict: print the statements with placeholders, and change nothing.",
)
@click.option(
    "--throttle",
    type=Amount(min=0, min_open=True),
    metavar="N",
    help="At most so many rows per second.",
)
@click.option(
    "--max-minutes",
    type=Amount(min=0, min_open=True),
    metavar="M",
    help="Stop after so many minutes; the same command goes on later.",
)
@trail_option
@click.option(
    "--receipt",
    "receipt_file",
    type=Written(),
    metavar="FILE",
    help="Write the receipt there as JSON (mode 0600).",
)
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@yes_option
@click.argument("url")
def retention(
    url: str,
    policy_file: Path,
    findings_file: Path | None,
    manifest_file: Path | None,
    keyring_file: Path | None,
    erase: bool,
    restrict: bool,
    plan: bool,
    throttle: float | None,
    max_minutes: float | None,
    trail: Path | None,
    receipt_file: Path | None,
    layout: str,
    yes: bool,
) -> int:
    """Rows past their term: how many, in which tables; with --erase they are destroyed by the rules of the manifest, with --restrict their use
    stops and the data stays.

    A row goes with what hangs on it, in small transactions beside writers, and is held while a law keeps some of that. What was
    done is not found again: a run that was stopped is typed again. Exit code 3 says that rows are past their term, 0
    that none is, 4 that of some rows it could not be told.

    \b
    piiguard retention postgresql://reader@db/crm --policy policy.toml
    piiguard retention postgresql://dba@db/crm --policy policy.toml --erase --plan
    piiguard retention postgresql://dba@db/crm --policy policy.toml --erase --yes --receipt act.json
    """
    from piiguard.cli.say_plan import statements
    from piiguard.names import json_text
    from piiguard.protect.batches.pace import Limits, Pace
    from piiguard.scan.policy import Policy
    from piiguard.subjects.retention.carry import retain
    from piiguard.subjects.rows.findings import load

    require_scan_extra()
    if erase and restrict:
        raise click.UsageError(
            "--erase and --restrict: what is past its term is destroyed or restricted, not both"
        )
    what = "destroy" if erase else "restrict"
    if (erase or restrict) and not (yes or plan or sys.stdin.isatty()):
        raise click.UsageError(f"{what} what is past its term: no terminal to ask on; add --yes, or --plan")
    policy, manifest = Policy.load(policy_file), manifest_of(manifest_file)
    keyring = keyring_of(keyring_file, manifest)

    def agreed(report: RetentionReport, texts: Sequence[str]) -> bool:
        if not (erase or restrict):
            return False
        if plan:
            for statement in statements(texts):
                click.echo(statement)
            return False
        confirm(f"{what} {many(report.overdue, 'row')} past their term, and what hangs on them", yes=yes)
        return True

    with stoppable() as stopped:
        report = retain(
            url,
            policy,
            organisation=policy.organisation,
            manifest=manifest,
            findings=load(findings_file) if findings_file else (),
            keyring=keyring,
            how="restrict" if restrict else "erase",
            agreed=agreed,
            pace=Pace(Limits(throttle, None, max_minutes), stop=stopped),
            trail=trail,
        )
    if layout == "json":
        click.echo(json_text(discreet_data(report.to_dict()), indent=1))
    elif not plan:
        click.echo(_table(report))
    if receipt_file is not None and report.receipt is not None:
        from piiguard.files import new_file

        with new_file(receipt_file) as out:
            out.write(json_text(discreet_data(report.receipt.to_dict()), indent=1).encode() + b"\n")
        say(f"{receipt_file}: the receipt")
    _say(report)
    if not report.complete:
        return EXIT_INCOMPLETE
    return EXIT_FOUND if report.overdue else 0


def _table(report: RetentionReport) -> str:
    """One line for each table that a term holds for."""
    from piiguard.names import shown

    rows: list[tuple[str, ...]] = [("TABLE", "TERM FROM", "BEFORE", "OVERDUE", "DONE", "HELD", "RULE")]
    for one in report.tables:
        rows.append(
            (
                shown(discreet(one.table)),
                f"{one.term} {shown(discreet(one.column))}",
                one.before,
                f"{one.overdue:,}",
                f"{one.done:,}",
                f"{one.held:,}",
                one.erase or "-",
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _say(report: RetentionReport) -> None:
    """What stays and why, and what could not be told."""
    for one in report.tables:
        if one.reason:
            say(f"{one.table}: {many(one.held or one.overdue, 'row')} past the term stay: {one.reason}")
        if one.undated:
            say(f"{one.table}.{one.column}: {many(one.undated, 'row')} without a date that can be read")
    for table, law in (report.kept or {}).items():
        say(f"{table}: kept by law, without an end: {law}")
    for gap in report.unread:
        say(f"{gap.target}: {gap.place}: not told: {gap.reason}")
    if report.unread:
        hint("[[dates]] of the policy and [[subjects]] of the manifest say from when a term runs")
