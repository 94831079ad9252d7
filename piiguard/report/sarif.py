"""Findings as SARIF 2.1.0, which code hosts and editors show beside the code.

What GitHub code scanning takes is a part of SARIF: every result has a place in a file, the fingerprint that counts is
``primaryLocationLineHash``, states and suppressions are not read, and an upload above its limits is refused as a whole
(docs/decisions/0140). So what is encrypted or known from the baseline is left out, and so is what is beyond the limits.
"""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from piiguard import __version__, entities
from piiguard.names import json_text
from piiguard.report.alert import alert
from piiguard.report.anchor import Anchors, Spot
from piiguard.report.gaps import identify, sentence
from piiguard.report.messages import Language, say
from piiguard.report.messages import entity as entity_name
from piiguard.report.order import worst_first
from piiguard.report.unread import said as why_unread
from piiguard.scan.finding import Failure, Finding, Gap, ScanReport

__all__ = ["to_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LAW = "https://adilet.zan.kz/rus/docs/Z1300000094"
_ROOT = "%SRCROOT%"
_MOST_RESULTS = 25_000
_MOST_BYTES = 10_000_000
"""Compressed by gzip."""
_MOST_PLACES = 10
_LONGEST, _LONGEST_NAME = 1024, 255
_LEVEL = {"high": "error", "medium": "warning", "low": "note"}
_SEVERITY = ("1.0", "3.5", "6.0", "8.0")
"""By the weight of a category, from low to high in the words of GitHub."""
# What breaks the law is an error, what breaks one's own word a warning; what cannot be checked is said.
_GAP_LEVEL = {
    "unlimited": "error",
    "overdue": "error",
    "undeclared": "error",
    "unprotected": "warning",
    "misplaced": "warning",
    "undated": "note",
}


def to_sarif(
    report: ScanReport, *, lang: Language, baseline: Collection[str] | None, sources: Sequence[Path] = ()
) -> str:
    """Write one run of what there is to do; ``sources`` are files that define tables, the best first."""
    known = baseline or ()
    anchors = Anchors(sources)
    findings = [f for f in worst_first(report.unprotected) if f.id not in known]
    gaps = [gap for gap in (report.policy.gaps if report.policy else ()) if gap.finding not in known]
    told = {finding.id: finding for finding in report.findings}
    rules = list(
        dict.fromkeys([*sorted({f.entity for f in findings}), *(f"policy.{gap.kind}" for gap in gaps)])
    )
    results = [
        *(_result(finding, rules, lang, anchors) for finding in findings),
        *(_difference(gap, rules, told.get(gap.finding or ""), lang, anchors) for gap in gaps),
    ]
    every = len(results)
    del results[_MOST_RESULTS:]
    while True:
        text = _log(report, rules, results, every - len(results), lang)
        if len(text) <= _MOST_BYTES or len(gzip.compress(text.encode(), mtime=0)) <= _MOST_BYTES:
            return text
        del results[len(results) // 2 :]


def _log(
    report: ScanReport, rules: list[str], results: list[dict[str, Any]], cut: int, lang: Language
) -> str:
    driver = {
        "name": "piiguard",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule, lang) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": say(lang, "sarif.root")}}},
        "invocations": [_invocation(report, cut, lang)],
        "results": results,
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: str, lang: Language) -> dict[str, Any]:
    if rule.startswith("policy."):
        title, full = say(lang, rule), say(lang, "sarif.policy")
        severity, tags = _SEVERITY[2], ["privacy", "policy"]
    else:
        category = entities.CATEGORIES[entities.category(rule)]
        title, tags = entity_name(lang, rule), ["security", "privacy"]
        full = say(lang, "sarif.help", entity=title)
        severity = _SEVERITY[category.weight if category.personal else 0]
    name = "".join(word.capitalize() for word in re.split("[_.]", rule))
    return {
        "id": rule,
        "name": name[:_LONGEST_NAME],
        "shortDescription": {"text": title[:_LONGEST]},
        "fullDescription": {"text": full[:_LONGEST]},
        "help": {"text": full},
        "helpUri": _LAW,
        "properties": {"tags": tags, "precision": "high", "security-severity": severity},
    }


def _invocation(report: ScanReport, cut: int, lang: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"executionSuccessful": report.complete}
    if report.started and report.finished:
        told |= {"startTimeUtc": report.started, "endTimeUtc": report.finished}
    said = [_notification(error, lang) for error in report.errors]
    if cut:
        said.append({"level": "warning", "message": {"text": say(lang, "sarif.cut", count=cut)}})
    return {**told, "toolExecutionNotifications": said}


def _notification(error: Failure, lang: Language) -> dict[str, Any]:
    location = {"logicalLocations": [{"fullyQualifiedName": f"{error.target}: {error.place}"}]}
    return {
        "level": "error",
        "message": {"text": f"{error.place}: {why_unread(lang, error.message)}"},
        "locations": [location],
    }


def _result(finding: Finding, rules: list[str], lang: Language, anchors: Anchors) -> dict[str, Any]:
    return {
        "ruleId": finding.entity,
        "ruleIndex": rules.index(finding.entity),
        "kind": "fail",
        "level": _LEVEL[finding.confidence],
        "message": {"text": alert(finding, lang)},
        "locations": _locations(finding, anchors),
        "partialFingerprints": _fingerprints("piiguardFinding/v1", finding.id),
        "rank": round(finding.score * 100, 1),
        "properties": {
            "category": finding.category,
            "confidence": finding.confidence,
            "protection": finding.protection,
            "matched": finding.matched,
            "examined": finding.examined,
        },
    }


def _difference(
    gap: Gap, rules: list[str], finding: Finding | None, lang: Language, anchors: Anchors
) -> dict[str, Any]:
    """One way in which data and policy differ."""
    said, rule = sentence(gap, lang), f"policy.{gap.kind}"
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "kind": "fail",
        "level": _GAP_LEVEL[gap.kind],
        "message": {"text": f"{gap.place}: {said}" if gap.place else said},
        "partialFingerprints": _fingerprints("piiguardPolicy/v1", identify(gap)),
        "properties": gap.to_dict(),
    }
    if finding:
        return {**result, "locations": _locations(finding, anchors)}
    place = _physical(anchors.of(gap.place or ""))
    if gap.target:
        name = {"name": gap.place, "fullyQualifiedName": f"{gap.target}/{gap.place}", "kind": "type"}
        place["logicalLocations"] = [name]
    return {**result, "locations": [place]}


def _fingerprints(name: str, identity: str) -> dict[str, str]:
    # The hash of a line that stands for several places would make one alert of them.
    return {name: identity, "primaryLocationLineHash": f"{identity}:1"}


def _locations(finding: Finding, anchors: Anchors) -> list[dict[str, Any]]:
    places = [_physical(spot) for spot in islice(anchors.spots(finding), _MOST_PLACES)]
    if finding.kind == "column":
        places[0]["logicalLocations"] = list(_logical(finding))
    return places


def _logical(finding: Finding) -> Iterable[dict[str, Any]]:
    inside, whole = f"{finding.target}/{finding.place}", f"{finding.target}/{finding.table}"
    yield {"name": finding.column, "fullyQualifiedName": inside, "kind": "member"}
    yield {"name": finding.table, "fullyQualifiedName": whole, "kind": "type"}


def _physical(spot: Spot) -> dict[str, Any]:
    region = {"startLine": spot.line, "startColumn": spot.start, "endLine": spot.line, "endColumn": spot.end}
    return {"physicalLocation": {"artifactLocation": _artifact(spot.file), "region": region}}


def _artifact(name: str) -> dict[str, str]:
    """A file below the working directory by its path from there, links resolved; any other by its address."""
    if "\0" in name or not _FILE_NAME.fullmatch(name):  # no system gives such a name
        return {"uri": quote(name.encode("utf-8", "backslashreplace")), "uriBaseId": _ROOT}
    path = PurePath(os.path.realpath(name))
    here = os.path.realpath(".")
    if path.is_relative_to(here):
        inside = path.relative_to(here).as_posix()
        return {"uri": quote(inside.encode("utf-8", "surrogateescape")), "uriBaseId": _ROOT}
    return {"uri": path.as_uri()}


_FILE_NAME = re.compile("[^\ud800-\udc7f\udd00-\udfff]*")
