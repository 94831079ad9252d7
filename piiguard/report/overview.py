"""The overview: how much is exposed, by category and by table, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from piiguard.entities import CATEGORIES
from piiguard.report.order import by_table, worst_first
from piiguard.report.people import people_in
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.people import Count

__all__ = ["Cell", "Changes", "Overview", "Row", "Share", "changes", "overview", "records"]


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
    """One table or file of the heat map; the files of a rotated log are one."""

    target: str
    name: str
    records: int
    people: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    tables: int
    tables_exposed: int
    columns_exposed: int
    files: bool
    """whether any file was asked for: a folder does not tell how many it has"""
    files_exposed: int
    records: int
    people: Count | None
    estimated: bool
    """whether some counts stand for the rest of a sampled table"""
    shares: tuple[Share, ...]
    categories: tuple[str, ...]
    rows: tuple[Row, ...]
    views: int
    """views that repeat what stands in tables: in no number and no row"""


@dataclass(frozen=True, slots=True)
class Changes:
    """Against the baseline; ``gone`` are places that it knew and this scan did not find."""

    new: int
    gone: int
    known: int


def overview(report: ScanReport) -> Overview:
    """Count what is exposed; encrypted places show in the heat map alone."""
    repeated = _repeated(report.findings)
    stored = [f for f in report.findings if (f.target, f.table) not in repeated]
    exposed = [f for f in stored if f.protection != "encrypted"]
    groups = by_table(stored)
    categories = _present(report.findings)
    rows = [
        Row(
            target,
            name,
            _all_records(found),
            people_in(found),
            tuple(_cell(found, category) for category in categories),
        )
        for (target, name), found in groups
    ]
    return Overview(
        tables=sum(target.tables or 0 for target in report.targets),
        tables_exposed=len({(f.target, f.table) for f in exposed if f.kind == "column"}),
        columns_exposed=len({(f.target, f.table, f.column) for f in exposed if f.kind == "column"}),
        files=any(target.kind == "file" for target in report.targets),
        files_exposed=len({(f.target, f.file) for f in exposed if f.kind == "file"}),
        records=sum(row.records for row in rows),
        people=report.persons,
        estimated=any(finding.records not in (None, _counted(finding)) for finding in report.findings),
        shares=tuple(sorted(_shares(exposed), key=lambda share: -share.records)),
        categories=categories,
        rows=tuple(rows),
        views=len(repeated),
    )


def _repeated(findings: Iterable[Finding]) -> set[tuple[str, str | None]]:
    """Views of which a table of the same database holds every entity: the same rows, which would count twice."""
    stored: dict[str, set[str]] = defaultdict(set)
    shown: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for finding in findings:
        if finding.hindrance == "view":
            shown[finding.target, finding.table].add(finding.entity)
        elif finding.kind == "column":
            stored[finding.target].add(finding.entity)
    return {view for view, entities in shown.items() if entities <= stored[view[0]]}


def _all_records(findings: Iterable[Finding]) -> int:
    """The records of one row: of a rotated log those of all its files."""
    files: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        files[finding.file].append(finding)
    return sum(map(records, files.values()))


def records(findings: Iterable[Finding]) -> int:
    """The records of one table that are exposed at least: columns share their rows, so the widest counts."""
    exposed = (f for f in findings if f.protection != "encrypted")
    return max((_counted(f) if f.records is None else f.records for f in exposed), default=0)


def _counted(finding: Finding) -> int:
    return finding.matched if finding.plain_rows is None else finding.plain_rows


def changes(report: ScanReport, baseline: Collection[str]) -> Changes:
    """Compare by the ids of findings that the baseline accepts."""
    present = {finding.id for finding in report.unprotected}
    return Changes(len(present - set(baseline)), len(report.gone or ()), len(present & set(baseline)))


def _present(findings: Iterable[Finding]) -> tuple[str, ...]:
    order = list(CATEGORIES)
    return tuple(sorted({finding.category for finding in findings}, key=order.index))


def _cell(findings: Iterable[Finding], category: str) -> Cell | None:
    found = worst_first(finding for finding in findings if finding.category == category)
    if not found:
        return None
    return Cell(category, found[0], _all_records(found) or found[0].matched)


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
            sum(_all_records(members) for _, members in by_table(found)),
        )
