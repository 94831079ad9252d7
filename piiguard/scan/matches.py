"""Which single matches of a table are told: those behind its findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from piiguard.read import Sink
from piiguard.scan.finding import Finding, Match

__all__ = ["Behind", "reported"]


def reported(findings: Iterable[Finding]) -> dict[str, str]:
    """The columns with findings, and the entity of whole cells: whose order numbers pass a check yields no line."""
    told: dict[str, str] = {}
    for finding in findings:
        if finding.column and _is_told(finding):
            told[finding.column] = finding.entity if finding.path is None else told.get(finding.column, "")
    return told


def _is_told(finding: Finding) -> bool:
    return bool(finding.matched) and finding.protection != "encrypted"


class Behind:
    """Lets through the matches behind findings: a column of order numbers yields no line because one of them passes."""

    def __init__(self, findings: Sequence[Finding], sink: Sink) -> None:
        self._sink = sink
        self._wanted = {(f.column, f.path, f.entity): f for f in findings if _is_told(f)}

    def __call__(self, match: Match) -> None:
        finding = self._wanted.get((match.column, match.path, match.entity))
        if finding is not None:
            score = round(max(match.score, finding.score), 2)
            self._sink(replace(match, target=finding.target, score=score))
