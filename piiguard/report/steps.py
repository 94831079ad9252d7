"""What to do first: a few things, each for all places that need the same, the worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from piiguard.names import shown
from piiguard.report.messages import Language, say
from piiguard.report.order import severity, worst_first
from piiguard.report.remedy import remedies
from piiguard.scan.finding import Finding, Gap, ScanReport

__all__ = ["MOST", "Step", "first_steps", "sentence"]

MOST = 5
_NAME = 36  # characters of a name on paper

Kind = Literal[
    "encrypt", "inside", "clean", "files", "source", "overdue", "undeclared", "unlimited", "unread", "full", "again"
]  # fmt: skip

_BY_REMEDY: dict[str, Kind] = {
    "encrypt": "encrypt", "frame": "encrypt", "manifest": "encrypt", "inside": "inside",
    "logging": "clean", "redact": "clean",
    "packed": "files", "mixed": "files", "rename": "files", "stream": "files", "history": "files",
    "object": "clean",
    "view": "source", "foreign": "source", "dots": "source", "definition": "source", "unsafe_name": "source",
}  # fmt: skip
_BY_GAP: dict[str, Kind] = {"overdue": "overdue", "undeclared": "undeclared", "misplaced": "undeclared", "unlimited": "unlimited"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """``kind`` is a message ``step.…``; ``count`` are the places or rows, and ``place`` is where to begin."""

    kind: Kind
    count: int
    place: str = ""


def first_steps(report: ScanReport) -> tuple[Step, ...]:
    """At most :data:`MOST`: places by their worst, then what differs from the policy, then what was left out of the scan."""
    steps = [*_of_places(report.unprotected), *_of_policy(report.policy.gaps if report.policy else ())]
    if report.errors:
        steps.append(Step("unread", len(report.errors), report.errors[0].place))
    if report.persons and report.persons.at_least and report.complete:
        steps.append(Step("full", 0))
    return tuple(steps[:MOST] if len(steps) >= MOST else [*steps, Step("again", 0)])


def sentence(step: Step, lang: Language) -> str:
    """What is to be done, and where to begin."""
    told = say(lang, f"step.{step.kind}", count=step.count)
    return f"{told} {say(lang, 'step.begin', place=shown(step.place, _NAME))}" if step.place else told


def _of_places(findings: Iterable[Finding]) -> list[Step]:
    groups: dict[Kind, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_BY_REMEDY[remedies(finding)[0].name]].append(finding)
    worst = {kind: worst_first(found)[0] for kind, found in groups.items()}
    return [
        Step(kind, len({(f.target, f.table, f.column, f.file) for f in groups[kind]}), worst[kind].place)
        for kind in sorted(groups, key=lambda kind: (kind != "source", severity(worst[kind])), reverse=True)
    ]


def _of_policy(gaps: Iterable[Gap]) -> list[Step]:
    groups: dict[Any, list[Gap]] = defaultdict(list)
    for gap in gaps:
        if gap.kind in _BY_GAP:
            groups[_BY_GAP[gap.kind]].append(gap)
    order = [kind for kind in dict.fromkeys(_BY_GAP.values()) if kind in groups]
    return [_of_gaps(kind, groups[kind]) for kind in order]


def _of_gaps(kind: Kind, gaps: list[Gap]) -> Step:
    count = sum(gap.rows or 0 for gap in gaps) if kind == "overdue" else len(gaps)
    return Step(kind, count, max(gaps, key=lambda gap: gap.rows or 0).place or "")
