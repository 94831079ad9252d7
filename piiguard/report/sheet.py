"""Findings as CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.names import table_of_cells
from piiguard.report.gaps import identify, sentence
from piiguard.report.messages import Language, say, why
from piiguard.report.order import worst_first
from piiguard.scan.finding import Finding, Gap, ScanReport

__all__ = ["FIELDS", "to_csv"]

FIELDS = [
    "id",
    "target",
    "kind",
    "table",
    "column",
    "path",
    "file",
    "lines",
    "entity",
    "category",
    "confidence",
    "score",
    "matched",
    "examined",
    "protection",
    "plain_rows",
    "masked",
    "records",
    "distinct",
    "reason",
    "policy",
]

# Spreadsheets of a country with a decimal comma split at semicolons and show a comma file as one column.
_DELIMITER: dict[Language, str] = {"en": ",", "ru": ";", "kk": ";"}


def to_csv(report: ScanReport, lang: Language) -> str:
    """Write one row per finding, then one per difference from the policy that concerns no finding.

    The byte-order mark makes spreadsheets read UTF-8.
    """
    gaps = report.policy.gaps if report.policy else ()
    known = {finding.id for finding in report.findings}
    rows: list[list[object]] = [
        [*FIELDS],
        *(_row(finding, gaps, lang) for finding in worst_first(report.findings)),
        *(_policy_row(gap, lang) for gap in gaps if gap.finding not in known),
    ]
    return "\ufeff" + table_of_cells(rows, _DELIMITER[lang])


def _row(finding: Finding, gaps: Iterable[Gap], lang: Language) -> list[object]:
    kinds = dict.fromkeys(gap.kind for gap in gaps if gap.finding == finding.id)
    values = {
        **finding.to_dict(),
        "lines": " ".join(map(str, finding.lines)),
        "reason": why(lang, finding.reasons),
        "policy": "; ".join(say(lang, f"policy.{kind}") for kind in kinds),
    }
    return [values.get(name) for name in FIELDS]


def _policy_row(gap: Gap, lang: Language) -> list[object]:
    values = {
        "id": identify(gap),
        "target": gap.target,
        "kind": "policy",
        "table": gap.place,
        "category": gap.category,
        "records": gap.rows,
        "policy": sentence(gap, lang),
    }
    return [values.get(name) for name in FIELDS]
