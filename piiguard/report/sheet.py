"""Findings as CSV for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

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


_FORMULA = tuple("=+-@|\uff1d\uff0b")  # full-width signs count as well


def to_csv(report: ScanReport, lang: Language) -> str:
    """Write one row per finding, then one per difference from the policy that concerns no finding.

    The byte-order mark makes spreadsheets read UTF-8.
    """
    file = StringIO()
    writer = csv.writer(file, delimiter=_DELIMITER[lang])
    writer.writerow(FIELDS)
    gaps = report.policy.gaps if report.policy else ()
    writer.writerows(_row(finding, gaps, lang) for finding in worst_first(report.findings))
    known = {finding.id for finding in report.findings}
    writer.writerows(_policy_row(gap, lang) for gap in gaps if gap.finding not in known)
    return "\ufeff" + file.getvalue().encode("utf-8", "backslashreplace").decode()


def _row(finding: Finding, gaps: Iterable[Gap], lang: Language) -> list[object]:
    kinds = dict.fromkeys(gap.kind for gap in gaps if gap.finding == finding.id)
    values = {
        **finding.to_dict(),
        "lines": " ".join(map(str, finding.lines)),
        "reason": why(lang, finding.reasons),
        "policy": "; ".join(say(lang, f"policy.{kind}") for kind in kinds),
    }
    return [_inert(values.get(name)) for name in FIELDS]


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
    return [_inert(values.get(name)) for name in FIELDS]


def _inert(value: object) -> object:
    """Names and shapes come from the scanned data: a cell must not be run as a formula.

    >>> _inert("=1+1")
    "'=1+1"
    """
    if isinstance(value, str) and value.lstrip()[:1] in _FORMULA:
        return f"'{value}"
    return value
