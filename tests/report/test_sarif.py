"""SARIF, against the official schema."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from piiguard.report import render
from piiguard.report.messages import LANGUAGES, Language
from piiguard.scan.finding import ScanReport

SCHEMA = Path(__file__).with_name("sarif") / "sarif-2.1.0.json"


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8-sig")))


def results(report: ScanReport, **options: Any) -> list[dict[str, Any]]:
    every = json.loads(render(report, "sarif", **options))["runs"][0]["results"]
    return [result for result in every if not result["ruleId"].startswith("policy.")]


def differences(report: ScanReport, **options: Any) -> dict[str, dict[str, Any]]:
    every = json.loads(render(report, "sarif", **options))["runs"][0]["results"]
    return {result["ruleId"]: result for result in every if result["ruleId"].startswith("policy.")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_log_follows_the_official_schema(report: ScanReport, schema: Any, lang: Language) -> None:
    schema.validate(json.loads(render(report, "sarif", lang=lang, baseline={report.findings[0].id})))


def test_official_schema_refuses_a_planted_error(report: ScanReport, schema: Any) -> None:
    log = json.loads(render(report, "sarif"))
    log["runs"][0]["results"][0]["level"] = "terrible"
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(log)


def by_id(report: ScanReport, **options: Any) -> dict[str, dict[str, Any]]:
    found = results(report, **options)
    return {result["partialFingerprints"]["piiguardFinding/v1"]: result for result in found}


def test_a_column_keeps_its_logical_places_and_a_log_its_lines(report: ScanReport) -> None:
    found = by_id(report)
    column, table = found[report.findings[1].id]["locations"][0]["logicalLocations"]
    assert column["fullyQualifiedName"] == "postgresql://reader:***@db/crm/students.iin"
    assert table["name"] == "students"
    lines = found[report.findings[8].id]["locations"]
    assert [line["physicalLocation"]["region"]["startLine"] for line in lines] == [12, 47, 88, 90, 101, 205]


def test_fingerprints_do_not_move_with_lines_and_counts(report: ScanReport) -> None:
    moved = dataclasses.replace(report.findings[-1], lines=(99,), matched=5)
    [before] = results(dataclasses.replace(report, findings=(report.findings[-1],)))
    [after] = results(dataclasses.replace(report, findings=(moved,)))
    assert before["partialFingerprints"] == after["partialFingerprints"]


def test_what_is_encrypted_or_known_is_no_alert(report: ScanReport) -> None:
    """GitHub reads neither kind nor baselineState nor suppressions: whatever is in the file is an alert."""
    known = report.findings[0].id
    assert set(by_id(report, baseline={known})) == {f.id for f in report.unprotected} - {known}
    assert report.findings[3].protection == "encrypted"


@pytest.mark.parametrize(
    ("name", "artifact"),
    [
        ("logs/app.log", {"uri": "logs/app.log", "uriBaseId": "%SRCROOT%"}),
        ("./logs/../app.log", {"uri": "app.log", "uriBaseId": "%SRCROOT%"}),
        ("{here}/а б.log", {"uri": "%D0%B0%20%D0%B1.log", "uriBaseId": "%SRCROOT%"}),
        ("/var/log/а б.log", {"uri": "file:///var/log/%D0%B0%20%D0%B1.log"}),
        ("s3a://lake/people.csv", {"uri": "piiguard.toml", "uriBaseId": "%SRCROOT%"}),
        ("-", {"uri": "piiguard.toml", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_a_file_of_the_repository_is_named_from_its_root(
    report: ScanReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, artifact: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    finding = dataclasses.replace(report.findings[-1], file=name.format(here=tmp_path))
    [result] = results(dataclasses.replace(report, findings=(finding,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == artifact


def test_a_link_in_the_repository_is_named_by_what_it_leads_to(
    report: ScanReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real.log").touch()
    (tmp_path / "link.log").symlink_to("real.log")
    finding = dataclasses.replace(report.findings[-1], file="link.log")
    [result] = results(dataclasses.replace(report, findings=(finding,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "real.log"


def test_entity_of_a_users_own_recognizer_is_kept(report: ScanReport, schema: Any) -> None:
    finding = dataclasses.replace(report.findings[-1], entity="STAFF_NUMBER")
    text = render(dataclasses.replace(report, findings=(finding,)), "sarif")
    schema.validate(json.loads(text))
    assert "STAFF_NUMBER" in text


def test_differences_from_the_policy_are_results_of_their_own(report: ScanReport) -> None:
    found = differences(report)
    assert set(found) == {f"policy.{gap.kind}" for gap in report.policy.gaps}  # type: ignore[union-attr]
    broken = found["policy.unprotected"]
    assert broken["locations"][0]["logicalLocations"][0]["name"] == "iin"
    assert broken["message"]["text"].startswith("students.iin: Promised but not protected (IIN): ")
    assert found["policy.misplaced"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 12
    assert {kind: result["level"] for kind, result in found.items()}["policy.undated"] == "note"
    assert found["policy.unlimited"]["level"] == "error"
    assert "policy.unprotected" not in differences(report, baseline={report.findings[1].id})


def test_fingerprints_of_differences_do_not_move_with_counts(report: ScanReport) -> None:
    assert report.policy
    moved = tuple(dataclasses.replace(gap, rows=(gap.rows or 0) + 1) for gap in report.policy.gaps)
    later = dataclasses.replace(report, policy=dataclasses.replace(report.policy, gaps=moved))
    before, after = differences(report), differences(later)
    assert {k: v["partialFingerprints"] for k, v in before.items()} == {
        k: v["partialFingerprints"] for k, v in after.items()
    }
