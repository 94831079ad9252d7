"""The published JSON Schemas hold for what is written, and refuse what is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from piiguard.report import render
from piiguard.scan.finding import Match, ScanReport

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def findings() -> Any:
    return validator("findings.schema.json")


def test_document_follows_its_schema(report: ScanReport, findings: Any) -> None:
    findings.validate(json.loads(render(report, "json")))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "piiguard.findings/2"),
        (("started",), "yesterday"),
        (("findings", 0, "confidence"), "certain"),
        (("findings", 0, "kind"), "row"),
        (("findings", 0, "id"), "1"),
        (("findings", 9, "lines"), [0]),
        (("targets", 0, "complete"), 1),
        (("errors", 0, "value"), "x"),
    ],
)
def test_schema_refuses_another_document(
    report: ScanReport, findings: Any, place: tuple[Any, ...], value: Any
) -> None:
    document = copy.deepcopy(report.to_dict())
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        findings.validate(document)


def test_matches_follow_their_schema() -> None:
    matches = [
        Match(
            "app.log", "KZ_IIN", 0.9, 4, 16, "05**********", file="app.log", line=3, end_line=4, path="$.a"
        ),
        Match("sqlite:///a.db", "KZ_IIN", 0.9, 0, 12, "05**********", table="t", column="c", row="7"),
    ]
    lines = [json.loads(line) for line in render(ScanReport("", ""), "ndjson", matches=matches).splitlines()]
    for line in lines:
        validator("match.schema.json").validate(line)
    del lines[0]["line"]
    with pytest.raises(jsonschema.ValidationError):
        validator("match.schema.json").validate(lines[0])
