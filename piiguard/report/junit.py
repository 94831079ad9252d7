"""Findings as JUnit XML, which GitLab and Jenkins show as tests: a place is a test, and fails while it is open.

One test has one outcome: what was not searched is an error, what is unprotected a failure, what is known is skipped, and
what is encrypted passes. So is a target in which nothing was found. GitLab knows a test by ``classname`` and ``name``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as Tree

from piiguard.names import visible
from piiguard.report.alert import alert
from piiguard.report.anchor import Anchors
from piiguard.report.gaps import identify, sentence
from piiguard.report.messages import Language
from piiguard.report.order import worst_first
from piiguard.report.unread import said
from piiguard.scan.finding import Finding, ScanReport

__all__ = ["to_junit"]

_OUTCOMES = ("error", "failure", "skipped")
"""The worst first: a test has one of them, or passes."""


@dataclass(slots=True)
class _Case:
    """One place, and what there is to say about it by outcome."""

    finding: Finding | None = None
    told: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def outcome(self) -> str:
        return next((outcome for outcome in _OUTCOMES if self.told.get(outcome)), "")


_Cases = dict[tuple[str, str], _Case]
"""By target and place."""


def to_junit(
    report: ScanReport, *, lang: Language, baseline: Collection[str] | None, sources: Sequence[Path] = ()
) -> str:
    """Write one suite for each target; ``sources`` are files that define tables, the best first."""
    cases: _Cases = defaultdict(_Case)
    for finding in worst_first(report.findings):
        _add(cases, finding, lang, baseline or ())
    for error in report.errors:
        cases[error.target, error.place].told["error"].append(("unread", said(lang, error.message)))
    _add_gaps(cases, report, lang, baseline or ())
    for target in report.targets:
        if not any(name == target.target for name, _ in cases):
            cases[target.target, target.target] = _Case()
    anchors = Anchors(sources)
    suites: dict[str, list[Tree.Element]] = defaultdict(list)
    for (name, place), case in cases.items():
        suites[name].append(_case(name, place, case, anchors))
    every = _counts(case for members in suites.values() for case in members)
    root = Tree.Element("testsuites", {"name": "piiguard", **every})
    for name, members in suites.items():
        skipped = str(_having(members, "skipped"))
        about = {"name": visible(name), **_counts(members), "skipped": skipped, **_times(report)}
        Tree.SubElement(root, "testsuite", about).extend(members)
    Tree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Tree.tostring(root, encoding="unicode")}\n'


def _add(cases: _Cases, finding: Finding, lang: Language, known: Collection[str]) -> None:
    case = cases[finding.target, finding.place]
    case.finding = case.finding or finding
    if finding.protection == "encrypted":
        return
    outcome = "skipped" if finding.id in known else "failure"
    case.told[outcome].append((finding.entity, alert(finding, lang)))


def _add_gaps(cases: _Cases, report: ScanReport, lang: Language, known: Collection[str]) -> None:
    for gap in report.policy.gaps if report.policy else ():
        case = cases["policy", f"{gap.kind} {gap.place or ''} {identify(gap)}"]
        outcome = "skipped" if gap.kind == "undated" or gap.finding in known else "failure"
        case.told[outcome].append((f"policy.{gap.kind}", f"{gap.place or ''}: {sentence(gap, lang)}"))


def _case(target: str, place: str, case: _Case, anchors: Anchors) -> Tree.Element:
    element = Tree.Element("testcase", classname=visible(target), name=visible(place), time="0")
    if case.finding:
        spot = next(anchors.spots(case.finding))
        element.attrib |= {"file": visible(spot.file), "line": str(spot.line)}
    if outcome := case.outcome:
        told = case.told[outcome]
        lines = [text for each in _OUTCOMES for _, text in case.told.get(each, ())]
        result = Tree.SubElement(element, outcome, message=visible(told[0][1]))
        if outcome != "skipped":
            result.set("type", visible(" ".join(sorted({kind for kind, _ in told}))))
        result.text = "\n".join(map(visible, lines))
    return element


def _having(cases: Iterable[Tree.Element], outcome: str) -> int:
    return sum(case.find(outcome) is not None for case in cases)


def _counts(cases: Iterable[Tree.Element]) -> dict[str, str]:
    cases = list(cases)
    counts = {"tests": len(cases), "failures": _having(cases, "failure"), "errors": _having(cases, "error")}
    return {name: str(count) for name, count in counts.items()}


def _times(report: ScanReport) -> dict[str, str]:
    if not (report.started and report.finished):
        return {}
    began, ended = map(datetime.fromisoformat, (report.started, report.finished))
    return {"timestamp": f"{began:%Y-%m-%dT%H:%M:%S}", "time": f"{(ended - began).total_seconds():.3f}"}
