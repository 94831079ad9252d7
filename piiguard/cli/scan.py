"""``piiguard scan``: what lies unprotected in databases, logs and files."""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli import say_scan
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.options import (
    Amount,
    Written,
    chosen_entities,
    manifest_option,
    manifest_path,
    require_scan_extra,
)
from piiguard.cli.scan_refusals import refuse
from piiguard.cli.webhook import given_webhook
from piiguard.confidence import LEVELS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from piiguard.scan import Match, ScanReport
    from piiguard.scan.baseline import Baseline
    from piiguard.scan.difference import Gone
    from piiguard.scan.policy import Policy


def known_encoding(context: click.Context, option: click.Parameter, name: str) -> str:
    """Refuse an encoding that Python does not know before anything is read."""
    try:
        return name if name == "auto" else codecs.lookup(name).name
    except LookupError:
        raise click.BadParameter(f"there is no encoding called {name}") from None


CATALOGUES = ("datahub", "openmetadata", "dbt")
FORMATS = ("table", "json", "ndjson", "csv", "sarif", "junit", "html", "summary", *CATALOGUES)


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
              help="What to write; ndjson is one line per single match, summary two pages to print, the last three for catalogues.")  # fmt: skip
@click.option("-o", "--output", type=Written(or_output=True), metavar="FILE",
              help="Write the report there, not to standard output.")  # fmt: skip
@click.option("--entities", metavar="A,B", help="Look for these only; piiguard recognizers lists them.")
@click.option("--min-confidence", type=click.Choice(LEVELS), default="medium",
              show_default=True, help="Report nothing less certain.")  # fmt: skip
@click.option("--sample", type=click.IntRange(min=1), default=10_000, show_default=True, metavar="N",
              help="Rows to read of each table.")  # fmt: skip
@click.option("--full", is_flag=True, help="Read every row of every table.")
@click.option("--thorough", is_flag=True,
              help="Search every row for names and addresses, too: no column is settled by a sample.")  # fmt: skip
@click.option("--tables", multiple=True, metavar="GLOB", help="Only these tables (repeatable).")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these tables or files (repeatable).")
@click.option("--views", multiple=True, metavar="ROLE",
              help="Read the views and foreign tables of this role too (repeatable).")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
              help="Processes to read with.")  # fmt: skip
@click.option("--statement-timeout", type=Amount(min=0), metavar="SECONDS",
              help="Give up on a statement after so long; 60 for a sample, no limit with --full.")  # fmt: skip
@click.option("--baseline", "baseline_files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Findings known already, or marked in the page: exit 0 when there is nothing new (repeatable).")  # fmt: skip
@click.option("--write-baseline", type=Written(), metavar="FILE",
              help="Write this scan's findings as a baseline.")  # fmt: skip
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), metavar="FILE",
              help="What the organisation says it stores, as in examples/policies: report differences.")  # fmt: skip
@click.option("--papers", type=Written(folder=True), metavar="FOLDER",
              help="Write the list of personal data and the draft of a notice there, with list.toml to fill in.")  # fmt: skip
@click.option("--resume", type=Written(), metavar="FILE",
              help="Note there which tables and files are done; run again, leave them out.")  # fmt: skip
@click.option(
    "--since",
    type=Written(),
    metavar="CHECKPOINT",
    help="Read only files and tables that are new or changed since the scan that wrote it; it is renewed at the end.",
)
@click.option("--metrics", type=Written(), metavar="FILE",
              help="Write what it came to for Prometheus, as its textfile collector reads it.")  # fmt: skip
@click.option("--notify", metavar="URL", callback=given_webhook, envvar="PIIGUARD_NOTIFY",
              help="Post there what it came to, as JSON: counts, no places and no values; else to PIIGUARD_NOTIFY.")  # fmt: skip
@click.option("--name", default="", metavar="NAME",
              help="What the target is called in findings and baselines, instead of its address.")  # fmt: skip
@click.option("--allow-empty", is_flag=True, help="Nothing to search is no reason to end with 4.")
@click.option("--accept-unread", multiple=True, metavar="GLOB",
              help="These places need not be searched (repeatable); they are named all the same.")  # fmt: skip
@manifest_option
@click.option("--source", "sources", multiple=True, metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Models or a schema, where SARIF and JUnit show what lies in tables; else the manifest (repeatable).")  # fmt: skip
@click.option("--encoding", default="auto", show_default=True, metavar="NAME", callback=known_encoding,
              help="Of files.")  # fmt: skip
@click.option(
    "--as",
    "form",
    type=click.Choice(["log", "csv", "tsv", "json", "sql"]),
    help="What the files are, where their names do not say.",
)
@click.option("--raw", is_flag=True, help="Look into binary files too, for residues in any bytes.")
@click.option(
    "--ocr", is_flag=True, help="Read pictures too, and scanned pages, where tesseract is installed."
)
@click.option("--history", is_flag=True,
              help="Of a Git repository, search every version of every file, and messages, beside the work tree.")  # fmt: skip
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
              help="Where to read: this process, or the workers of Apache Spark.")  # fmt: skip
@click.option("--master", metavar="URL", help="Of Spark; all cores of this machine by default.")
@click.option("--follow", is_flag=True, help="Go on as the file grows, until Ctrl-C; one file, as ndjson.")
@click.option("--lang", type=click.Choice(["en", "ru", "kk"]), default="en", show_default=True,
              help="Language of the report.")  # fmt: skip
def scan(targets: tuple[str, ...], **chosen: Any) -> int:
    """Find personal data that lies unprotected in databases, logs and files.

    TARGET is a database URL, an SQLite file, a file, a directory, a glob in quotes, s3://bucket/prefix,
    or - for standard input.
    Nothing is written to what is scanned, and no value is ever shown: reports hold places, counts and shapes.

    \b
    Examples:
      piiguard scan postgresql://reader@db/crm app.log
      piiguard scan crm.db --full --format html -o report.html
      piiguard scan '/var/log/app/*.gz' --entities KZ_IIN,KZ_PHONE --format ndjson
      piiguard scan crm.db --write-baseline known.json
      piiguard scan crm.db --baseline known.json
      piiguard scan crm.db --policy policy.toml --format html --lang kk -o report.html
      piiguard scan crm.db --policy papers/list.toml --papers papers
      piiguard scan postgresql://reader@db/crm --format datahub -o crm.datahub.json
      piiguard scan . --history --baseline known.json
      piiguard scan s3://leads/exports/ --since leads.json
      piiguard scan 's3a://lake/people/*.parquet' --engine spark --master spark://head:7077

    Exit codes: 0 nothing unprotected (or nothing new), 3 unprotected personal data found,
    4 finished but something was not searched, or there was nothing to search, 1 error, 2 usage.
    """
    require_scan_extra()
    from piiguard.cli.scan_output import left_out, measured, output, papers
    from piiguard.cli.scan_progress import scan_progress
    from piiguard.report.document import to_line
    from piiguard.report.notification import to_notification
    from piiguard.scan.ledger import accepting

    if "" in targets:  # an unset variable in a script would mean the directory it stands in
        raise click.UsageError(say_scan.EMPTY_TARGET)
    chosen["entities"] = chosen_entities(chosen["entities"])
    refuse(targets, chosen)
    from piiguard.cli.scan_run import Asked, report_of
    from piiguard.scan.discretion import Discretion
    from piiguard.scan.naming import Naming

    policy, discretion = _policy(chosen["policy_file"]), Discretion()
    naming, asked = Naming(targets[0], chosen["name"]), Asked.of(chosen, targets)

    with (
        scan_progress(discretion.name) as progress,
        output(chosen["output"], follow=chosen["follow"]) as write,
    ):

        def take(match: Match) -> None:
            write(to_line(discretion.match(naming.match(match))))

        found = report_of(targets, asked, progress, take if chosen["format_"] == "ndjson" else None)
        accepted = asked.told(accepting(found, chosen["accept_unread"], empty=chosen["allow_empty"]))
        report = discretion.report(naming.report(_compared(accepted, targets, policy)))
        baseline = _baseline(report, chosen)
        known, gone = baseline.accepted(report.findings), _gone(report, baseline, chosen)
        report = replace(report, gone=gone, exit=_exit(report, known, allow_empty=chosen["allow_empty"]))
        listed = _without(report, baseline.denied(report.findings))
        if chosen["format_"] != "ndjson":
            write(_rendered(listed if chosen["format_"] in CATALOGUES else report, known, chosen, policy))
    if chosen["metrics"]:
        measured(chosen["metrics"], report, known)
    if chosen["papers"]:
        papers(chosen["papers"], listed, policy)
    asked.done(report.exit)
    if chosen["format_"] in CATALOGUES:
        left_out(listed, chosen["format_"], policy)
    if chosen["papers"] or chosen["format_"] in CATALOGUES:
        say_scan.denied(len(report.findings) - len(listed.findings))
    say_scan.scan_summary(report, known)
    if chosen["notify"]:
        chosen["notify"].send(to_notification(report, known=known, lang=chosen["lang"]))
    return report.exit or 0


def _exit(report: ScanReport, known: Collection[str], *, allow_empty: bool) -> int:
    """Whatever a baseline knows, a place that was not searched may hold what it does not."""
    if not report.complete or not (report.searched or allow_empty):
        return EXIT_INCOMPLETE
    differs = report.policy is not None and any(gap.finding not in known for gap in report.policy.broken)
    return EXIT_FOUND if differs or any(f.id not in known for f in report.unprotected) else 0


def _policy(path: Path | None) -> Policy | None:
    """The policy, read before the scan begins: a mistake in it should not cost an hour."""
    from piiguard.scan.policy import Policy

    return None if path is None else Policy.load(path)


def _compared(report: ScanReport, targets: tuple[str, ...], policy: Policy | None) -> ScanReport:
    """The report with the policy's verdict; databases are asked once more for rows past their term."""
    if policy is None:
        return report
    from contextlib import ExitStack

    from piiguard.database import open_reader, shown
    from piiguard.scan.conformity import check
    from piiguard.scan.targets import is_url

    urls = {shown(target): target for target in targets if is_url(target)}
    names = [target.target for target in report.targets if is_url(target.target)]
    with ExitStack() as stack:
        engines = {name: open_reader(urls.get(name) or _file_url(name)) for name in names}
        for engine in engines.values():
            stack.callback(engine.dispose)
        return check(report, policy, engines)


def _file_url(shown: str) -> sa.URL:
    """What a file was opened by: its name may hold what has a meaning in a URL, or be no text."""
    import urllib.parse

    import sqlalchemy as sa

    name = urllib.parse.unquote_to_bytes(shown.removeprefix("sqlite:///"))
    return sa.URL.create("sqlite", database=os.fsdecode(name))


def _without(report: ScanReport, denied: Collection[str]) -> ScanReport:
    """What a catalogue and the operator's list are told of: somebody said of the rest that it is no personal data."""
    return replace(report, findings=tuple(one for one in report.findings if one.id not in denied))


def _baseline(report: ScanReport, chosen: dict[str, Any]) -> Baseline:
    """All that were given as one; a new one is written, if it was asked for."""
    from piiguard.scan.baseline import Baseline

    each = [Baseline.load(path) for path in chosen["baseline_files"]]
    baseline = Baseline(
        frozenset().union(*(one.ids for one in each)),
        tuple(suppression for one in each for suppression in one.suppressions),
        frozenset().union(*(one.places for one in each)),
    )
    for suppression in baseline.expired(report.findings):
        say_scan.suppression_expired(suppression)
    if target := chosen["write_baseline"]:
        kept = Baseline.load(target) if target.is_file() else baseline
        kept.write(target, report.findings)
    return baseline


def _gone(report: ScanReport, baseline: Baseline, chosen: dict[str, Any]) -> tuple[Gone, ...] | None:
    """What the baseline knows and is gone; what was not looked for is not."""
    narrowed = any(chosen[name] for name in ("entities", "tables", "exclude"))
    narrowed = narrowed or chosen["min_confidence"] == LEVELS[-1]
    return baseline.gone(report) if chosen["baseline_files"] and not narrowed else None


def _rendered(
    report: ScanReport, known: frozenset[str], chosen: dict[str, Any], policy: Policy | None
) -> str:
    import shutil
    import sys

    from piiguard.report.render import render

    return render(
        report,
        chosen["format_"],
        lang=chosen["lang"],
        baseline=known if chosen["baseline_files"] else None,
        color=chosen["output"] is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        width=shutil.get_terminal_size().columns
        if sys.stdout.isatty()
        else 1_000,  # a pipe has no edge: grep finds whole names
        sources=(*chosen["sources"], *manifest_path(chosen["manifest_file"])),
        policy=policy,
    )
