"""What is held, by kind of data: where it was found beside what the policy states of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from piiguard.entities import CATEGORIES
from piiguard.scan.finding import Finding, Protection, ScanReport
from piiguard.scan.policy import Declared, Policy
from piiguard.scan.rotation import log_name

__all__ = ["Kind", "Place", "kinds"]

_ORDER: tuple[Protection, ...] = ("encrypted", "partial", "none")


@dataclass(frozen=True, slots=True)
class Place:
    """A column, or a file; the files of a rotated log are one. ``records`` is None where they are not counted."""

    target: str
    name: str
    file: bool
    protection: Protection
    records: int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A category of data; ``declared`` is what the policy says of it, None where it is not on the list."""

    category: str
    places: tuple[Place, ...]
    declared: Declared | None
    purpose: str = ""
    origin: str = ""
    term: str = ""
    recipients: tuple[str, ...] = ()

    @property
    def protection(self) -> Protection | None:
        """The worst of its places."""
        return max((place.protection for place in self.places), key=_ORDER.index, default=None)


def kinds(report: ScanReport, policy: Policy | None) -> list[Kind]:
    """Every kind of personal data that was found for certain, or is declared, in the order of the categories."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if CATEGORIES[finding.category].personal and finding.confidence != "low":
            found[finding.category].append(finding)
    declared = policy.declared if policy else {}
    return [
        _kind(name, _places(found[name]), declared.get(name), policy)
        for name in CATEGORIES
        if name in found or name in declared
    ]


def _kind(name: str, places: tuple[Place, ...], declared: Declared | None, policy: Policy | None) -> Kind:
    if policy is None or declared is None:
        return Kind(name, places, None)
    term = policy.term(name)
    told = tuple(
        f"{one.name} ({one.country})" if one.country else one.name
        for one in policy.recipients
        if not one.categories or name in one.categories
    )
    purpose, origin = policy.purpose_of(name), declared.origin or policy.origin
    return Kind(name, places, declared, purpose, origin, term.text if term else "", told)


def _places(findings: Sequence[Finding]) -> tuple[Place, ...]:
    """Each place once, however many entities of the kind it holds."""
    groups: dict[tuple[str, str, bool], list[Finding]] = defaultdict(list)
    for finding in findings:
        file = finding.kind == "file"
        name = log_name(finding.file or finding.target) if file else f"{finding.table}.{finding.column}"
        groups[log_name(finding.target) if file else finding.target, name, file].append(finding)
    return tuple(_place(*key, groups[key]) for key in sorted(groups))


def _place(target: str, name: str, file: bool, findings: Sequence[Finding]) -> Place:
    counted = [finding.records for finding in findings if finding.records is not None]
    worst = max((finding.protection for finding in findings), key=_ORDER.index)
    return Place(target, name, file, worst, max(counted, default=None))
