"""``piiguard scan``: what lies unprotected in databases, logs and files."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from piiguard.cli import say_scan
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.options import chosen_entities, manifest_option, require_scan_extra
from piiguard.cli.say import CHECK_PATH, internal, say
from piiguard.confidence import LEVELS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from piiguard.manifest import Manifest
    from piiguard.scan import Match, Options, ScanReport
    from piiguard.scan.policy import Policy
    from piiguard.scan.targets import Progress


def known_encoding(context: click.Context, option: click.Parameter, name: str) -> str:
    """Refuse an encoding that Python does not know before anything is read."""
    try:
        return name if name == "auto" else codecs.lookup(name).name
    except LookupError:
        raise click.BadParameter(f"there is no encoding called {name}") from None


FORMATS = ("table", "json", "ndjson", "csv", "sarif", "html")


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
              help="What to write; ndjson is one line per single match.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the report there, not to standard output.")  # fmt: skip
@click.option("--entities", metavar="A,B", help="Look for these only; piiguard recognizers lists them.")
@click.option("--min-confidence", type=click.Choice(LEVELS), default="medium",
              show_default=True, help="Report nothing less certain.")  # fmt: skip
@click.option("--sample", type=click.IntRange(min=1), default=10_000, show_default=True, metavar="N",
              help="Rows to read of each table.")  # fmt: skip
@click.option("--full", is_flag=True, help="Read every row of every table.")
@click.option("--tables", multiple=True, metavar="GLOB", help="Only these tables (repeatable).")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these tables (repeatable).")
@click.option("--views", multiple=True, metavar="ROLE",
              help="Read the views and foreign tables of this role too (repeatable).")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
              help="Processes to read with.")  # fmt: skip
@click.option("--statement-timeout", type=click.FloatRange(min=0), metavar="SECONDS",
              help="Give up on a statement after so long; 60 for a sample, no limit with --full.")  # fmt: skip
@click.option("--baseline", "baseline_file", type=click.Path(path_type=Path), metavar="FILE",
              help="Findings known already: exit 0 when there is nothing new.")  # fmt: skip
@click.option("--write-baseline", type=click.Path(path_type=Path), metavar="FILE",
              help="Write this scan's findings as a baseline.")  # fmt: skip
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), metavar="FILE",
              help="What the organisation says it stores, as in examples/policies: report differences.")  # fmt: skip
@click.option("--resume", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Note there which tables and files are done; run again, leave them out.")  # fmt: skip
@manifest_option
@click.option("--encoding", default="auto", show_default=True, metavar="NAME", callback=known_encoding,
              help="Of files.")  # fmt: skip
@click.option(
    "--as",
    "form",
    type=click.Choice(["log", "csv", "tsv", "json", "sql"]),
    help="What the files are, where their names do not say.",
)
@click.option("--raw", is_flag=True, help="Look into binary files too, for residues in any bytes.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
              help="Where to read: this process, or the workers of Apache Spark.")  # fmt: skip
@click.option("--master", metavar="URL", help="Of Spark; all cores of this machine by default.")
@click.option("--follow", is_flag=True, help="Go on as the file grows, until Ctrl-C; one file, as ndjson.")
@click.option("--lang", type=click.Choice(["en", "ru", "kk"]), default="en", show_default=True,
              help="Language of the report.")  # fmt: skip
def scan(targets: tuple[str, ...], **chosen: Any) -> int:
    """Find personal data that lies unprotected in databases, logs and files.

    TARGET is a database URL, an SQLite file, a file, a directory, a glob in quotes, or - for standard input.
    Nothing is written to what is scanned, and no value is ever shown: reports hold places, counts and shapes.

    \b
    Examples:
      piiguard scan postgresql://reader@db/crm app.log
      piiguard scan crm.db --full --format html -o report.html
      piiguard scan '/var/log/app/*.gz' --entities KZ_IIN,KZ_PHONE --format ndjson
      piiguard scan crm.db --write-baseline known.json
      piiguard scan crm.db --baseline known.json
      piiguard scan crm.db --policy policy.toml --format html --lang kk -o report.html
      piiguard scan 's3a://lake/people/*.parquet' --engine spark --master spark://head:7077

    Exit codes: 0 nothing unprotected (or nothing new), 3 unprotected personal data found,
    4 finished but incomplete, 1 error, 2 usage.
    """
    require_scan_extra()
    from piiguard.cli.scan_progress import scan_progress
    from piiguard.report.document import to_line

    if "" in targets:  # an unset variable in a script would mean the directory it stands in
        raise click.UsageError(say_scan.EMPTY_TARGET)
    chosen["entities"] = chosen_entities(chosen["entities"])
    if chosen["full"] and _was_typed("sample"):
        raise click.UsageError(say_scan.SAMPLE_OR_FULL)
    if chosen["follow"]:
        if len(targets) != 1 or not _can_grow(targets[0]):
            raise click.UsageError(say_scan.FOLLOW_ONE_FILE)
        chosen["format_"] = "ndjson"
    from piiguard.scan.discretion import Discretion

    policy, discretion = _policy(chosen["policy_file"]), Discretion()
    with (
        scan_progress(discretion.name) as progress,
        _output(chosen["output"], follow=chosen["follow"]) as write,
    ):
        found = _report(targets, chosen, progress, lambda match: write(to_line(discretion.match(match))))
        report = discretion.report(_compared(found, targets, policy))
        if chosen["tables"] and not any(target.tables or target.lines_read for target in report.targets):
            raise say_scan.no_table(chosen["tables"])
        known = _known(report, chosen)
        if chosen["format_"] != "ndjson":
            write(_rendered(report, known, chosen))
    say_scan.scan_summary(report, known)
    if not report.complete:
        return EXIT_INCOMPLETE
    differs = report.policy is not None and any(gap.finding not in known for gap in report.policy.broken)
    return EXIT_FOUND if differs or any(f.id not in known for f in report.unprotected) else 0


def _can_grow(target: str) -> bool:
    from piiguard.scan.sources import is_sqlite, size_of

    return Path(target).is_file() and size_of(target, named=True) >= 0 and not is_sqlite(target, named=True)


def _was_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


@contextmanager
def _output(path: Path | None, *, follow: bool) -> Iterator[Callable[[str], None]]:
    """A function that writes UTF-8 text to the file, or to standard output."""
    from piiguard.errors import ScanError
    from piiguard.files import growing, new_file

    if path is None:
        yield lambda text: click.echo(text.encode(), nl=False)
        return
    try:
        # what follows a growing file is read while it is written
        with growing(path) if follow else new_file(path) as file:

            def write(text: str) -> None:
                file.write(text.encode())

            yield write
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise ScanError(
            f"{path}: the report cannot be written: {reason}", source=str(path), hint=CHECK_PATH
        ) from None


def _report(
    targets: tuple[str, ...], chosen: dict[str, Any], progress: Progress, take: Callable[[Match], None]
) -> ScanReport:
    """Scan one target after the other; an interrupt ends them all. ``take`` gets single matches, for ndjson."""
    from piiguard.cli.options import load_manifest
    from piiguard.errors import DatabaseError, PiiguardError, ScanError
    from piiguard.scan.journal import Journal
    from piiguard.scan.outcome import INTERRUPTED, join, unread
    from piiguard.scan.targets import scan_target

    manifest, options = load_manifest(chosen["manifest_file"]), _options(chosen)
    journal = Journal(chosen["resume"], options) if chosen["resume"] else None
    sink = take if chosen["format_"] == "ndjson" else None
    reports: list[ScanReport] = []
    for target in targets:
        if any(error.message == INTERRUPTED for report in reports for error in report.errors):
            reports.append(unread(_named(target)))
            continue
        try:
            _warn_of_power(target)
            if chosen["engine"] == "spark":
                reports.append(_on_spark(target, options, manifest, chosen))
            else:
                reports.append(
                    scan_target(
                        target, options, manifest=manifest, sink=sink, progress=progress, journal=journal
                    )
                )
        except (DatabaseError, ScanError) as error:
            if len(targets) == 1:
                raise
            reports.append(unread(error.source, str(error)))  # the other targets are still worth a report
        except click.ClickException:
            raise
        except Exception as error:
            if len(targets) == 1:
                raise
            reports.append(
                unread(_named(target), str(error) if isinstance(error, PiiguardError) else internal(error))
            )
    if chosen["follow"] and sink and not any(error.message == INTERRUPTED for error in reports[0].errors):
        reports = [_follow(targets[0], options, reports[0], sink)]
    return join(reports)


def _named(target: str) -> str:
    from piiguard.database import shown
    from piiguard.names import without_password
    from piiguard.scan.targets import is_url

    if is_url(target):
        return shown(target)
    return target if os.path.lexists(target) else without_password(target)


def _warn_of_power(target: str) -> None:
    """One line for an account that may do more than a scan ever needs; that it cannot connect, the scan says."""
    from piiguard.database import connect, is_almighty, open_reader, shown
    from piiguard.errors import PiiguardError
    from piiguard.scan.targets import is_url

    if not is_url(target) or target.startswith("sqlite"):
        return
    with suppress(PiiguardError):
        engine = open_reader(target)
        try:
            with connect(engine) as connection:
                if is_almighty(connection):
                    say(f"{shown(target)}: {say_scan.ALMIGHTY}")
        finally:
            engine.dispose()


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


def _on_spark(target: str, options: Options, manifest: Manifest | None, chosen: dict[str, Any]) -> ScanReport:
    from piiguard.scan.spark import scan_on_spark

    if chosen["format_"] == "ndjson":
        raise click.UsageError(
            "--engine spark counts where the data is and gives no single matches: leave out ndjson"
        )
    return scan_on_spark(target, options, master=chosen["master"], manifest=manifest)


def _follow(target: str, options: Options, report: ScanReport, sink: Callable[[Match], None]) -> ScanReport:
    """What was found before and since; Ctrl-C is the way to end this, so it is no interruption."""
    from piiguard.scan.follow import follow
    from piiguard.scan.lines import LineStatistics
    from piiguard.scan.outcome import extended

    read, found = report.targets[0], LineStatistics()
    with suppress(KeyboardInterrupt):
        say_scan.following(target)
        follow(target, options, sink, line=read.lines_read or 0, offset=read.bytes_read, found=found)
    return extended(report, found, options.min_confidence)


def _options(chosen: dict[str, Any]) -> Options:
    from piiguard.scan import Limits, Options

    timeout = chosen["statement_timeout"]
    if timeout is None:
        timeout = 0.0 if chosen["full"] else 60.0
    return Options(
        entities=chosen["entities"],
        sample=None if chosen["full"] else chosen["sample"],
        tables=chosen["tables"],
        exclude=chosen["exclude"],
        views=chosen["views"],
        min_confidence=chosen["min_confidence"],
        encoding=chosen["encoding"],
        raw=chosen["raw"],
        form=chosen["form"] or "",
        limits=Limits(statement=timeout),
        jobs=chosen["jobs"],
    )


def _known(report: ScanReport, chosen: dict[str, Any]) -> frozenset[str]:
    """The ids that the baseline accepts; a new baseline is written here, if one was asked for."""
    from piiguard.scan.baseline import Baseline

    path = chosen["baseline_file"]
    baseline = Baseline.load(path) if path else Baseline()
    for suppression in baseline.expired(report.findings):
        say_scan.suppression_expired(suppression)
    if target := chosen["write_baseline"]:
        kept = Baseline.load(target) if target.is_file() else baseline
        kept.write(target, report.findings)
    return baseline.accepted(report.findings)


def _rendered(report: ScanReport, known: frozenset[str], chosen: dict[str, Any]) -> str:
    import shutil
    import sys

    from piiguard.report.render import render
    from piiguard.scan.baseline import Baseline

    path = chosen["baseline_file"]
    return render(
        report,
        chosen["format_"],
        lang=chosen["lang"],
        baseline=known | Baseline.load(path).known if path else None,
        color=chosen["output"] is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 100,
    )
