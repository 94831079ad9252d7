"""Calls a target by the name that was chosen for it, so that findings and baselines hold wherever it moves."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from piiguard.read.sources import STDIN
from piiguard.scan.finding import Match, ScanReport

__all__ = ["Naming"]


class Naming:
    """What ``target`` and the databases in it are called; nothing is renamed without a name.

    >>> Naming("/srv/in", "crm").of("/srv/in"), Naming("/srv/in/", "crm").of("/srv/in/")
    ('crm', 'crm')
    >>> Naming("/srv/in", "crm").of("sqlite:////srv/in/old/a.db")
    'crm/old/a.db'
    """

    def __init__(self, target: str, name: str) -> None:
        self._target, self._name = target, name

    def of(self, target: str) -> str:
        """The name of what a report calls a target; a folder may hold several."""
        if not self._name:
            return target
        path = urllib.parse.unquote(target.removeprefix("sqlite:///"))
        inside = path != self._target and path.startswith(os.path.join(self._target, ""))
        return f"{self._name}/{os.path.relpath(path, self._target)}" if inside else self._name

    def match(self, match: Match) -> Match:
        """The match; standard input has no other name."""
        named = replace(match, target=self.of(match.target))
        return replace(named, file=self._file(match.file)) if self._name else named

    def _file(self, file: str | None) -> str | None:
        """The name of a file; standard input, and what it holds, has no other one."""
        is_input = file is not None and (file == STDIN or file.startswith(f"{STDIN}!"))
        return f"{self.of(STDIN)}{file[len(STDIN) :]}" if is_input and file else file

    def report(self, report: ScanReport) -> ScanReport:
        """The report; what there is to do about a finding is still said with its address."""
        if not self._name:
            return report
        found = [
            replace(
                finding,
                target=self.of(finding.target),
                file=self._file(finding.file),
                address=finding.target,
            )
            for finding in report.findings
        ]
        ids = {old.id: new.id for old, new in zip(report.findings, found, strict=True)}
        policy = report.policy
        if policy is not None:
            gaps = self._named(
                replace(gap, finding=ids.get(gap.finding or "", gap.finding)) for gap in policy.gaps
            )
            policy = replace(policy, gaps=gaps)
        return replace(
            report,
            findings=tuple(found),
            targets=tuple(
                replace(each, target=self.of(each.target), unread=self._places(each.target, each.unread))
                for each in report.targets
            ),
            errors=self._named(report.errors),
            notes=self._named(report.notes),
            policy=policy,
        )

    def _named(self, told: Iterable[Any]) -> tuple[Any, ...]:
        """Whatever has a target, which may be its place too."""
        return tuple(
            each
            if each.target is None
            else replace(
                each,
                target=self.of(each.target),
                place=self.of(each.target) if each.place == each.target else each.place,
            )
            for each in told
        )

    def _places(self, target: str, unread: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            replace(each, place=self.of(target)) if each.place == target else each for each in unread
        )
