"""One call for every format."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

from piiguard.report import document, junit, sarif, sheet, table
from piiguard.report.catalogues import to_catalogue
from piiguard.report.messages import LANGUAGES, Language
from piiguard.scan.finding import Match, ScanReport
from piiguard.scan.policy import Policy

__all__ = ["FORMATS", "LANGUAGES", "render"]

Format = Literal[
    "table", "json", "ndjson", "csv", "sarif", "junit", "html", "summary", "datahub", "openmetadata", "dbt"
]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(
    report: ScanReport,
    format: Format,
    *,
    lang: Language = "en",
    matches: Iterable[Match] = (),
    baseline: Collection[str] | None = None,
    color: bool = False,
    width: int = 100,
    sources: Sequence[Path] = (),
    policy: Policy | None = None,
) -> str:
    """Write a report as text, to be encoded as UTF-8.

    ``matches`` are the single matches that ``ndjson`` lists; ``baseline`` holds the finding ids already known;
    ``color`` and ``width`` are those of the terminal that a table is printed to;
    ``sources`` are files that define the tables of databases, where
    SARIF and JUnit show what lies in them; ``policy`` tells a catalogue the purposes. Names that are themselves values
    are masked (:class:`piiguard.scan.discretion.Discretion`), whoever made the report.
    """
    from piiguard.scan.discretion import Discretion  # its engine takes long to load

    discretion = Discretion()
    report = discretion.report(report)
    if format == "json":
        return document.to_json(report)
    if format == "ndjson":
        return "".join(document.to_line(discretion.match(match)) for match in matches)
    if format == "csv":
        return sheet.to_csv(report, lang)
    if format == "sarif":
        return sarif.to_sarif(report, lang=lang, baseline=baseline, sources=sources)
    if format == "junit":
        return junit.to_junit(report, lang=lang, baseline=baseline, sources=sources)
    if format == "html":
        # jinja2 takes a tenth of a second to load, which no other format should pay
        from piiguard.report.html import to_html

        return to_html(report, lang=lang, baseline=baseline)
    if format == "summary":
        from piiguard.report.summary import to_summary

        return to_summary(report, lang=lang, baseline=baseline)
    if format == "datahub" or format == "openmetadata" or format == "dbt":
        text, _ = to_catalogue(report, format, lang=lang, policy=policy)
        return text
    return table.to_table(report, lang=lang, baseline=baseline, color=color, width=width)
