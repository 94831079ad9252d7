"""What a scan came to, in the text format of Prometheus: for the textfile collector of a node, and for alerts.

A target is named by its identity, so that its series are the same from wherever it was scanned. How old the last scan is,
is ``time() - piiguard_scan_timestamp_seconds``: a scan that fails leaves the file as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from piiguard.names import visible
from piiguard.scan.finding import ScanReport
from piiguard.scan.identity import identity

__all__ = ["to_metrics"]

_Samples = Mapping[tuple[tuple[str, str], ...], float]
"""Values by labels."""


def to_metrics(report: ScanReport, *, baseline: Collection[str] | None = None) -> str:
    """Write the families; ``baseline`` holds the finding ids already known.

    >>> print(to_metrics(ScanReport("2026-11-21T06:00:00Z", "2026-11-21T06:01:30Z")).splitlines()[-1])
    piiguard_scan_complete 1
    """
    return "".join(line + "\n" for family in _families(report, baseline or ()) for line in _lines(*family))


def _families(report: ScanReport, known: Collection[str]) -> Iterator[tuple[str, str, _Samples]]:
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for finding in report.findings:
        about = (
            ("entity", finding.entity),
            ("confidence", finding.confidence),
            ("protection", finding.protection),
        )
        told = ("known", str(finding.id in known).lower())
        found[(("target", identity(finding.target)), *about, told)] += 1
    yield "findings", "Places with personal data.", found
    unread: Counter[tuple[tuple[str, str], ...]] = Counter()
    for target in report.targets:
        unread[(("target", identity(target.target)),)] += len(target.unread)
    yield "unread_places", "Places that were asked for and not searched.", unread
    if report.gone is not None:
        yield "gone", "Places that the baseline knows and that are gone.", {(): len(report.gone)}
    if count := report.persons:
        yield "people", "Different persons over all targets, estimated.", {(): count.estimate}
        yield "people_error", "Relative error of the number of people.", {(): count.error}
        yield "people_at_least", "Whether there are more people, not counted.", {(): count.at_least}
    if report.started and report.finished:
        began, ended = (
            datetime.fromisoformat(time).timestamp() for time in (report.started, report.finished)
        )
        yield "timestamp_seconds", "When the scan ended, in Unix time.", {(): ended}
        yield "duration_seconds", "How long the scan took.", {(): ended - began}
    if report.exit is not None:
        yield "exit_code", "How the scan ended: 0, 3 or 4.", {(): report.exit}
    yield "complete", "Whether everything asked for was searched.", {(): report.complete}


def _lines(name: str, meaning: str, samples: _Samples) -> Iterator[str]:
    full = f"piiguard_scan_{name}"
    yield f"# HELP {full} {meaning}"
    yield f"# TYPE {full} gauge"
    for labels, value in sorted(samples.items()):
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{full}{'{' + inside + '}' if inside else ''} {value + 0:.15g}"


def _escaped(text: str) -> str:
    return visible(text).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
