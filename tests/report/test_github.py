"""SARIF as GitHub code scanning takes it: its documented rules, read from its page and not from our writer.

"SARIF support for code scanning", sections "File compatibility" and "Supported properties", edition of September 2026. A
property that is marked as required must be there and not be empty; a file above a maximum is refused as a whole.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.report import render
from piiguard.report.messages import LANGUAGES, Language
from piiguard.scan.finding import ScanReport

REQUIRED = {
    "log": ("$schema", "version", "runs"),
    "driver": ("name", "rules"),
    "rule": ("id", "shortDescription.text", "fullDescription.text", "help.text"),
    "result": ("message.text", "locations", "partialFingerprints.primaryLocationLineHash"),
    "place": (
        "physicalLocation.artifactLocation.uri",
        "physicalLocation.region.startLine",
        "physicalLocation.region.startColumn",
        "physicalLocation.region.endLine",
        "physicalLocation.region.endColumn",
    ),
}
MOST = {"results": 25_000, "rules": 25_000, "locations": 10, "tags": 10}
LONGEST = {"name": 255, "shortDescription": 1024, "fullDescription": 1024}
BYTES = 10 * 1000 * 1000


def refused(text: str) -> list[str]:
    """What GitHub would refuse, or show otherwise than it is meant."""
    log = json.loads(text)
    size = [f"{len(text)} bytes"] if len(gzip.compress(text.encode())) > BYTES else []
    return [*size, *lacking("log", log), *(fault for run in log["runs"] for fault in of_run(run))]


def lacking(kind: str, given: Any) -> Iterator[str]:
    for name in REQUIRED[kind]:
        value = given
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value in (None, "", []) and not (kind == "driver" and value == []):
            yield f"{kind} without {name}"


def of_run(run: dict[str, Any]) -> Iterator[str]:
    driver = run["tool"]["driver"]
    yield from lacking("driver", driver)
    yield from (f"too many {name}" for name, those in (("results", run["results"]), ("rules", driver["rules"]))
                if len(those) > MOST[name])  # fmt: skip
    for rule in driver["rules"]:
        yield from of_rule(rule)
    for result in run["results"]:
        yield from of_result(result, driver["rules"])
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    if len(set(hashes)) < len(hashes):
        yield "two alerts would be one"


def of_rule(rule: dict[str, Any]) -> Iterator[str]:
    yield from lacking("rule", rule)
    told = {name: rule[name] if name == "name" else rule[name]["text"] for name in LONGEST}
    yield from (f"long {name}" for name, longest in LONGEST.items() if len(told[name]) > longest)
    about = rule["properties"]
    if not 0.0 < float(about["security-severity"]) <= 10.0 or not isinstance(about["security-severity"], str):
        yield "a severity that is none"
    if about["precision"] not in ("very-high", "high", "medium", "low"):
        yield "a precision that is none"
    if len(about["tags"]) > MOST["tags"]:
        yield "too many tags"


def of_result(result: dict[str, Any], rules: list[dict[str, Any]]) -> Iterator[str]:
    if faults := list(lacking("result", result)):
        yield from faults
        return
    if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "another rule"
    if result["level"] not in ("error", "warning", "note"):
        yield "a level that is none"
    if len(result["locations"]) > MOST["locations"]:
        yield "too many locations"
    for place in result["locations"]:
        if faults := list(lacking("place", place)):
            yield from faults
            continue
        region = place["physicalLocation"]["region"]
        begin, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
        if not (1, 1) <= begin < end:
            yield "an empty region"
        scheme, colon, _ = place["physicalLocation"]["artifactLocation"]["uri"].partition(":")
        if colon and scheme != "file":  # the source root is a file, and another scheme refuses the upload
            yield f"an address of {scheme}"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("known", [None, 0, 1])
def test_a_report_is_taken_with_and_without_a_baseline(
    report: ScanReport, lang: Language, known: int | None
) -> None:
    baseline = None if known is None else {report.findings[known].id}
    assert refused(render(report, "sarif", lang=lang, baseline=baseline)) == []


def test_a_report_without_findings_is_taken_and_closes_the_alerts() -> None:
    text = render(ScanReport("2026-11-21T06:00:00Z", "2026-11-21T06:01:30Z"), "sarif")
    assert refused(text) == []
    assert json.loads(text)["runs"][0]["results"] == []


def test_columns_that_share_a_line_are_alerts_of_their_own(report: ScanReport, tmp_path: Path) -> None:
    source = tmp_path / "schema.sql"
    source.write_text("create table students (full_name text, iin text, phone text, email text);\n", "utf-8")
    text = render(report, "sarif", sources=[source])
    assert refused(text) == []
    places = [
        place["physicalLocation"]["region"]
        for result in json.loads(text)["runs"][0]["results"]
        for place in result["locations"]
        if "logicalLocations" in place and "students/" not in str(place["logicalLocations"])
    ]
    assert {"startLine": 1, "startColumn": 40, "endLine": 1, "endColumn": 43} in places


@pytest.mark.parametrize(("limit", "most"), [("_MOST_RESULTS", 20), ("_MOST_BYTES", 5_000)])
def test_of_too_much_the_worst_is_uploaded_and_the_rest_is_counted(
    report: ScanReport, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    """The limits of GitHub are made small here: 25,000 results take the time of a whole test run."""
    from piiguard.report import sarif

    assert (MOST["results"], BYTES) == (sarif._MOST_RESULTS, sarif._MOST_BYTES)
    monkeypatch.setattr(sarif, limit, most)
    few = dataclasses.replace(report.findings[0], reasons=())
    many = tuple(dataclasses.replace(few, column=f"c{n * 7919}", matched=n) for n in range(300))
    text = render(dataclasses.replace(report, findings=many, policy=None), "sarif")
    [run] = json.loads(text)["runs"]
    left = len(many) - len(run["results"])
    assert left > 0
    assert len(run["results"]) <= 20 or len(gzip.compress(text.encode())) <= most
    said = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(str(left) in each for each in said)
    assert run["results"][0]["properties"]["matched"] == len(many) - 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: run["results"][0].pop("locations"),
        lambda run: run["results"][0]["locations"][0].pop("physicalLocation"),
        lambda run: run["tool"]["driver"]["rules"][0]["help"].update(text=""),
        lambda run: run["results"].append(run["results"][0]),
    ],
)
def test_the_rules_refuse_a_planted_fault(report: ScanReport, spoil: Any) -> None:
    log = json.loads(render(report, "sarif"))
    spoil(log["runs"][0])
    assert refused(json.dumps(log)) != []
