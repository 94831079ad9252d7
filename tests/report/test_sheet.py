"""CSV as a spreadsheet reads it."""

from __future__ import annotations

import csv
import dataclasses
from io import StringIO

import pytest

from piiguard.report import render
from piiguard.report.messages import Language
from piiguard.report.sheet import FIELDS
from piiguard.scan.finding import ScanReport


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def test_cyrillic_opens_intact(report: ScanReport) -> None:
    data = render(report, "csv").encode()
    assert data.startswith(b"\xef\xbb\xbf")
    assert "құжат" in {row["column"] for row in rows(data.decode("utf-8-sig"))}


def test_row_holds_every_field(report: ScanReport) -> None:
    found = rows(render(report, "csv"))
    assert len([row for row in found if row["kind"] != "policy"]) == len(report.findings)
    assert list(found[0]) == FIELDS
    lines = next(row["lines"] for row in found if row["file"] and row["entity"] == "KZ_PHONE")
    assert lines == "12 47 88 90 101 205"


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_decimal_comma_languages_get_semicolons(report: ScanReport, lang: Language) -> None:
    said = {"reason", "policy"}
    theirs, ours = rows(render(report, "csv", lang=lang), ";"), rows(render(report, "csv"))
    for there, here in zip(theirs, ours, strict=True):
        assert {key for key in FIELDS if there[key] != here[key]} <= said


def test_differences_from_the_policy_stand_with_their_finding_or_alone(report: ScanReport) -> None:
    found = rows(render(report, "csv"))
    assert {row["column"]: row["policy"] for row in found if row["policy"] and row["column"]} == {
        "iin": "Promised but not protected"
    }
    alone = [row["policy"].partition(":")[0] for row in found if row["kind"] == "policy"]
    assert alone == ["Term not checked", "No term (Names)", "Kept past the term", "Not declared (Documents)"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1"])
def test_no_name_is_run_as_a_formula(report: ScanReport, name: str) -> None:
    finding = dataclasses.replace(report.findings[0], table=name, column=name, masked=name)
    [row] = rows(render(dataclasses.replace(report, findings=(finding,), policy=None), "csv"))
    assert {row["table"][0], row["column"][0], row["masked"][0]} == {"'"}
