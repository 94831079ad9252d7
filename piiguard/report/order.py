"""Worst first: what to look at before everything else; and what belongs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby

from piiguard import entities
from piiguard.confidence import rank
from piiguard.scan.finding import Finding, Note
from piiguard.scan.rotation import log_name

__all__ = ["by_note", "by_place", "by_table", "severity", "worst_first"]

_PROTECTION = {"none": 2, "partial": 1, "encrypted": 0}


def severity(finding: Finding) -> tuple[int, int, int, int]:
    """Greater is worse."""
    return (
        _PROTECTION[finding.protection],
        rank(finding.confidence),
        entities.CATEGORIES[finding.category].weight,
        finding.matched if finding.records is None else finding.records,
    )


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by severity, then by place, so that two runs give one order."""
    return sorted(findings, key=lambda f: (tuple(-part for part in severity(f)), f.place, f.entity))


def by_place(findings: Iterable[Finding]) -> list[tuple[str, list[tuple[str, list[Finding]]]]]:
    """Group by target, then by table or file; groups and members worst first."""
    return [
        (target, _groups(members, lambda f: f.table or f.file or f.target))
        for target, members in _groups(findings, lambda f: f.target)
    ]


def by_table(findings: Iterable[Finding]) -> list[tuple[tuple[str, str], list[Finding]]]:
    """Group by table or file, and the files of a rotated log together; groups and members worst first."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        name = finding.table or finding.file or finding.target
        if finding.kind == "file":
            groups[log_name(finding.target), log_name(name)].append(finding)
        else:
            groups[finding.target, name].append(finding)
    found = [(place, worst_first(members)) for place, members in groups.items()]
    return sorted(found, key=lambda group: severity(group[1][0]), reverse=True)


def by_note(notes: Iterable[Note]) -> dict[str, list[str]]:
    """The places that each note concerns, in the order of the notes."""
    places: dict[str, list[str]] = {}
    for note in notes:
        places.setdefault(note.message, []).append(note.place)
    return places


def _groups(findings: Iterable[Finding], key: Callable[[Finding], str]) -> list[tuple[str, list[Finding]]]:
    members = sorted(findings, key=key)
    groups = [(name, worst_first(group)) for name, group in groupby(members, key)]
    return sorted(groups, key=lambda group: tuple(-part for part in severity(group[1][0])))
