"""Findings as SARIF 2.1.0, which code hosts and editors show beside the code."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from piiguard import __version__
from piiguard.names import json_text
from piiguard.report.gaps import identify, sentence
from piiguard.report.messages import Language, say, why
from piiguard.report.messages import entity as entity_name
from piiguard.report.order import worst_first
from piiguard.report.remedy import next_step
from piiguard.scan.finding import Failure, Finding, Gap, ScanReport

__all__ = ["to_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"high": "error", "medium": "warning", "low": "note"}
# What breaks the law is an error, what breaks one's own word a warning; what is open has no level.
_GAP_LEVEL = {
    "unlimited": "error",
    "overdue": "error",
    "undeclared": "error",
    "unprotected": "warning",
    "misplaced": "warning",
    "undated": "none",
}


def to_sarif(report: ScanReport, *, lang: Language, baseline: Collection[str] | None) -> str:
    """Write one run; the fingerprint of a result is the id of its finding."""
    findings = worst_first(report.findings)
    entities = sorted({finding.entity for finding in findings})
    gaps = report.policy.gaps if report.policy else ()
    kinds = list(dict.fromkeys(gap.kind for gap in gaps))
    rules = [_rule(entity, lang) for entity in entities] + [_policy_rule(kind, lang) for kind in kinds]
    driver = {"name": "piiguard", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [
            *(_result(finding, entities, lang, baseline) for finding in findings),
            *(
                _difference(gap, len(entities) + kinds.index(gap.kind), report, lang, baseline)
                for gap in gaps
            ),
        ],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(entity: str, lang: Language) -> dict[str, Any]:
    described = entity_name(lang, entity)
    return {
        "id": entity,
        "name": "".join(word.capitalize() for word in entity.split("_")),
        "shortDescription": {"text": described},
        "help": {"text": say(lang, "sarif.help", entity=described)},
        "properties": {"tags": ["security", "privacy"]},
    }


def _policy_rule(kind: str, lang: Language) -> dict[str, Any]:
    return {
        "id": f"policy.{kind}",
        "name": f"Policy{kind.capitalize()}",
        "shortDescription": {"text": say(lang, f"policy.{kind}")},
        "properties": {"tags": ["privacy", "policy"]},
    }


def _invocation(report: ScanReport) -> dict[str, Any]:
    told: dict[str, Any] = {"executionSuccessful": report.complete}
    if report.started and report.finished:
        told |= {"startTimeUtc": report.started, "endTimeUtc": report.finished}
    return {**told, "toolExecutionNotifications": [_notification(error) for error in report.errors]}


def _notification(error: Failure) -> dict[str, Any]:
    location = {"logicalLocations": [{"fullyQualifiedName": f"{error.target}: {error.place}"}]}
    return {"level": "error", "message": {"text": f"{error.place}: {error.message}"}, "locations": [location]}


def _result(
    finding: Finding, entities: list[str], lang: Language, baseline: Collection[str] | None
) -> dict[str, Any]:
    safe = finding.protection == "encrypted"
    result: dict[str, Any] = {
        "ruleId": finding.entity,
        "ruleIndex": entities.index(finding.entity),
        "kind": "pass" if safe else "fail",
        "level": "none" if safe else _LEVEL[finding.confidence],
        "message": {"text": _message(finding, lang)},
        "locations": _locations(finding),
        "partialFingerprints": {"piiguardFinding/v1": finding.id},
        "rank": round(finding.score * 100, 1),
        "properties": {
            "category": finding.category,
            "confidence": finding.confidence,
            "protection": finding.protection,
            "matched": finding.matched,
            "examined": finding.examined,
        },
    }
    if baseline is not None:
        result["baselineState"] = "unchanged" if finding.id in baseline else "new"
    return result


def _difference(
    gap: Gap, rule: int, report: ScanReport, lang: Language, baseline: Collection[str] | None
) -> dict[str, Any]:
    """One way in which data and policy differ; a term that could not be checked is an open question."""
    finding = next((one for one in report.findings if one.id == gap.finding), None)
    said = sentence(gap, lang)
    result: dict[str, Any] = {
        "ruleId": f"policy.{gap.kind}",
        "ruleIndex": rule,
        "kind": "open" if gap.kind == "undated" else "fail",
        "level": _GAP_LEVEL[gap.kind],
        "message": {"text": f"{gap.place}: {said}" if gap.place else said},
        "partialFingerprints": {"piiguardPolicy/v1": identify(gap)},
        "properties": gap.to_dict(),
    }
    if finding:
        result["locations"] = _locations(finding)
    elif gap.target:
        name = {"name": gap.place, "fullyQualifiedName": f"{gap.target}/{gap.place}", "kind": "type"}
        result["locations"] = [{"logicalLocations": [name]}]
    if baseline is not None and gap.finding:
        result["baselineState"] = "unchanged" if gap.finding in baseline else "new"
    return result


def _message(finding: Finding, lang: Language) -> str:
    said = say(
        lang,
        "sarif.message",
        place=finding.place,
        entity=entity_name(lang, finding.entity),
        protection=say(lang, f"protection.{finding.protection}"),
        matched=finding.matched,
        examined=finding.examined,
    )
    if finding.reasons:
        said += f" ({why(lang, finding.reasons)})"
    return said if finding.protection == "encrypted" else f"{said} {next_step(finding, lang)}"


def _locations(finding: Finding) -> list[dict[str, Any]]:
    if finding.kind == "column":
        table = {
            "name": finding.table,
            "fullyQualifiedName": f"{finding.target}/{finding.table}",
            "kind": "type",
        }
        column = {
            "name": finding.column,
            "fullyQualifiedName": f"{finding.target}/{finding.place}",
            "kind": "member",
        }
        return [{"logicalLocations": [column, table]}]
    artifact = {"uri": _uri(finding.file or finding.target)}
    regions = [{"region": {"startLine": line}} for line in finding.lines] or [{}]
    return [{"physicalLocation": {"artifactLocation": artifact, **region}} for region in regions]


def _uri(name: str) -> str:
    path = PurePath(name)
    if "\0" in name or not _FILE_NAME.fullmatch(name):  # no system gives such a name
        return quote(name.encode("utf-8", "backslashreplace"))
    return path.as_uri() if path.is_absolute() else quote(path.as_posix().encode("utf-8", "surrogateescape"))


_FILE_NAME = re.compile("[^\ud800-\udc7f\udd00-\udfff]*")
