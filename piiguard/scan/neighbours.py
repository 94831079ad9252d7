"""Lets the columns of one table vouch for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from piiguard import entities
from piiguard.entities import KZ_PHONE, PERSON
from piiguard.scan.finding import Finding
from piiguard.scan.reason import because

__all__ = ["weigh"]

_OF_DOCUMENTS = frozenset(row.name for row in entities.ENTITIES if row.part_of == "document")
_DOCUMENTS = frozenset(row.name for row in entities.ENTITIES if row.category == "document") - _OF_DOCUMENTS


def weigh(findings: Sequence[Finding]) -> list[Finding]:
    """Raise what its neighbours confirm: dates beside a document, one word of a name beside another."""
    sure = {f.entity for f in findings if f.confidence == "high"}
    documents = {f.entity for f in findings if f.confidence != "low"} & _DOCUMENTS
    names = {f.column for f in findings if f.entity == PERSON and f.confidence != "low"}
    found = []
    for finding in findings:
        if finding.confidence == "medium" and finding.protection == "none":
            if documents and finding.entity in _OF_DOCUMENTS:
                finding = _raised(finding, "beside_document")
            elif finding.entity == PERSON and names - {finding.column} and finding.matched:
                finding = _raised(finding, "beside_part")
            elif finding.entity == KZ_PHONE and PERSON in sure and not _bare(finding):
                finding = _raised(finding, "beside_name") if finding.score > 0.6 else finding
        found.append(finding)
    return found


def _bare(finding: Finding) -> bool:
    return any(reason.code == "bare" for reason in finding.reasons)


def _raised(finding: Finding, why: str) -> Finding:
    return replace(finding, confidence="high", score=0.8, reasons=(*finding.reasons, because(why)))
