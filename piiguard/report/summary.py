"""The summary for management: two printed pages at any size of result, in one language, without a script.

What grows with the result is bounded here: the worst few of each list, how many more there are, and names that are
short enough for a line. The reasons of what was not read stand in the full report.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial

import jinja2

from piiguard import __version__
from piiguard.names import shown
from piiguard.report import law, people
from piiguard.report.messages import Language, catalogue, say
from piiguard.report.order import worst_first
from piiguard.report.overview import Overview, Row, changes, overview
from piiguard.report.page import template
from piiguard.report.steps import first_steps, sentence
from piiguard.scan.finding import ScanReport, Target
from piiguard.scan.identity import identity

__all__ = ["to_summary"]

_TARGETS, _ROWS, _KINDS, _NAMES, _NEW = 4, 6, 5, 3, 3  # as many of each as stand on two pages


def to_summary(report: ScanReport, *, lang: Language, baseline: Collection[str] | None) -> str:
    """Write the page in ``lang``; ``baseline`` holds the ids of findings already known."""
    seen = overview(report)
    return _template().render(
        report=report,
        seen=seen,
        targets=_Some.of(_by_need(report), _TARGETS),
        rows=_Some.of([row for row in seen.rows if row.records], _ROWS),
        kinds=_kinds(seen, lang),
        unread=_Some.of(_unread(report), _NAMES),
        changes=None if baseline is None else changes(report, baseline),
        new=_Some.of(_new(report, baseline or ()), _NEW),
        people=report.persons and people.sentence(report.persons, lang),
        classes=people.sizes(report.persons) if report.persons else (),
        steps=[sentence(step, lang) for step in first_steps(report)],
        facts=law.facts("summary"),
        checked=law.checked(),
        organisation=shown(report.policy.organisation, 90) if report.policy else "",
        lang=lang,
        version=__version__,
        called=lambda target: shown(identity(target), 34),
        short=shown,
        categories=partial(_categories, lang=lang),
        t=partial(say, lang),
    )


@dataclass(frozen=True, slots=True)
class _Some:
    """The first few of a list, and how many more there are."""

    first: Sequence[object]
    more: int

    @classmethod
    def of(cls, every: Sequence[object], most: int) -> _Some:
        return cls(every[:most], max(0, len(every) - most))


def _by_need(report: ScanReport) -> list[Target]:
    """The targets, those with the most open places first."""
    found: dict[str, int] = {}
    for finding in report.unprotected:
        found[finding.target] = found.get(finding.target, 0) + 1
    return sorted(
        report.targets, key=lambda target: (-found.get(target.target, 0), target.complete, target.target)
    )


def _unread(report: ScanReport) -> list[str]:
    """Places that were not searched, accepted ones last."""
    return [error.place for error in report.errors] + [each.place for each in report.unread if each.accepted]


def _new(report: ScanReport, baseline: Collection[str]) -> list[str]:
    return [f.place for f in worst_first(report.unprotected) if f.id not in baseline]


def _kinds(seen: Overview, lang: Language) -> list[tuple[str, int]]:
    """The categories with the most records, the others together."""
    named = [(say(lang, f"category.{share.category}"), share.records) for share in seen.shares]
    rest = [records for _, records in named[_KINDS:]]
    return named[:_KINDS] + ([(say(lang, "summary.others"), max(rest))] if rest else [])


def _categories(row: Row, *, lang: Language) -> str:
    """What lies in clear in one table, in words."""
    open_ = [cell for cell in row.cells if cell and cell.heat]
    most = sorted(open_, key=lambda cell: -cell.records)[:_NAMES]
    told = ", ".join(catalogue()[f"category.{cell.category}"][lang] for cell in most)
    return told + (f" (+{len(open_) - _NAMES})" if len(open_) > _NAMES else "")


@cache
def _template() -> jinja2.Template:
    return template("summary.html", "summary.css")
