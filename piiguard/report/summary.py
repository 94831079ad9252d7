"""The overview: how much is exposed, by category and by table, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from piiguard.entities import CATEGORIES
from piiguard.report.order import severity, worst_first
from piiguard.report.people import People, people, people_in
from piiguard.scan.finding import Finding, ScanReport

__all__ = ["Cell", "Changes", "Row", "Share", "Summary", "changes", "records", "summarise"]


@dataclass(frozen=True, slots=True)
class Share:
    """One category: how many tables, columns and files hold it in clear, and in how many records at least."""

    category: str
    tables: int
    columns: int
    files: int
    records: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One category in one table: its worst finding, and the records it is seen in."""

    category: str
    worst: Finding
    records: int

    @property
    def heat(self) -> int:
        """0 for protected, else 1 to 5 by the power of ten of the records."""
        return 0 if self.worst.protection == "encrypted" else min(5, len(str(max(1, self.records))))


@dataclass(frozen=True, slots=True)
class Row:
    """One table or file of the heat map."""

    target: str
    name: str
    records: int
    people: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    tables: int
    tables_exposed: int
    columns_exposed: int
    files: int
    files_exposed: int
    records: int
    people: People | None
    estimated: bool
    """whether some counts stand for the rest of a sampled table"""
    shares: tuple[Share, ...]
    categories: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Against the baseline; ``gone`` are places that it knew and this scan did not find."""

    new: int
    gone: int
    known: int


def summarise(report: ScanReport) -> Summary:
    """Count what is exposed; encrypted places show in the heat map alone."""
    exposed = report.unprotected
    groups = _group(report.findings)
    categories = _present(report.findings)
    rows = [
        Row(
            target,
            name,
            records(found),
            people_in(found),
            tuple(_cell(found, category) for category in categories),
        )
        for (target, name), found in groups.items()
    ]
    worst = {group: severity(worst_first(found)[0]) for group, found in groups.items()}
    files = {finding.target for finding in exposed if finding.kind == "file"}
    return Summary(
        tables=sum(target.tables or 0 for target in report.targets),
        tables_exposed=len({(f.target, f.table) for f in exposed if f.kind == "column"}),
        columns_exposed=len({(f.target, f.table, f.column) for f in exposed if f.kind == "column"}),
        files=sum(target.kind == "file" for target in report.targets),
        files_exposed=len(files),
        records=sum(row.records for row in rows),
        people=people(report.findings),
        estimated=any(finding.records not in (None, _counted(finding)) for finding in report.findings),
        shares=tuple(sorted(_shares(exposed), key=lambda share: -share.records)),
        categories=categories,
        rows=tuple(sorted(rows, key=lambda row: worst[row.target, row.name], reverse=True)),
    )


def records(findings: Iterable[Finding]) -> int:
    """The records of one table that are exposed at least: columns share their rows, so the widest counts."""
    exposed = (f for f in findings if f.protection != "encrypted")
    return max((_counted(f) if f.records is None else f.records for f in exposed), default=0)


def _counted(finding: Finding) -> int:
    return finding.matched if finding.plain_rows is None else finding.plain_rows


def changes(report: ScanReport, baseline: Collection[str]) -> Changes:
    """Compare by the ids of findings."""
    present = {finding.id for finding in report.unprotected}
    return Changes(len(present - set(baseline)), len(set(baseline) - present), len(present & set(baseline)))


def _group(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.target, finding.table or finding.file or finding.target].append(finding)
    return groups


def _present(findings: Iterable[Finding]) -> tuple[str, ...]:
    order = list(CATEGORIES)
    return tuple(sorted({finding.category for finding in findings}, key=order.index))


def _cell(findings: Iterable[Finding], category: str) -> Cell | None:
    found = worst_first(finding for finding in findings if finding.category == category)
    if not found:
        return None
    return Cell(category, found[0], records(found) or found[0].matched)


def _shares(findings: Iterable[Finding]) -> Iterable[Share]:
    by_category: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_category[finding.category].append(finding)
    for category, found in by_category.items():
        columns = [f for f in found if f.kind == "column"]
        yield Share(
            category,
            len({(f.target, f.table) for f in columns}),
            len({(f.target, f.table, f.column) for f in columns}),
            len({(f.target, f.file) for f in found if f.kind == "file"}),
            sum(map(records, _group(found).values())),
        )
