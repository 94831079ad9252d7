"""Worst first: what to look at before everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from piiguard.scan.finding import Finding

__all__ = ["by_place", "severity", "worst_first"]

_PROTECTION = {"none": 2, "partial": 1, "encrypted": 0}
_CONFIDENCE = {"high": 2, "medium": 1, "low": 0}
# How much harm one value does: a number or document of a person opens credit and accounts; a firm's number does not.
_WEIGHT = {"iin": 3, "document": 3, "payment": 3, "phone": 2, "email": 2, "address": 2, "name": 2}


def severity(finding: Finding) -> tuple[int, int, int, int]:
    """Greater is worse."""
    return (
        _PROTECTION[finding.protection],
        _CONFIDENCE[finding.confidence],
        _WEIGHT.get(finding.category, 1),
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


def _groups(findings: Iterable[Finding], key: Callable[[Finding], str]) -> list[tuple[str, list[Finding]]]:
    members = sorted(findings, key=key)
    groups = [(name, worst_first(group)) for name, group in groupby(members, key)]
    return sorted(groups, key=lambda group: tuple(-part for part in severity(group[1][0])))
