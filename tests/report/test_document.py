"""The findings document and the lines of single matches."""

from __future__ import annotations

import dataclasses
import json

from piiguard.report import render
from piiguard.scan.finding import Match, ScanReport


def test_document_is_that_of_the_report(report: ScanReport) -> None:
    assert json.loads(render(report, "json")) == report.to_dict()
    assert "құжат" in render(report, "json")


def test_line_holds_only_what_is_known() -> None:
    match = Match("app.log", "KZ_IIN", 0.9, 4, 16, "05**********", file="app.log", line=3)
    text = render(ScanReport("", ""), "ndjson", matches=[match, match])
    assert [json.loads(line) for line in text.splitlines()] == [match.to_dict()] * 2
    assert "column" not in text


def test_file_names_that_are_no_text_are_escaped(report: ScanReport) -> None:
    finding = dataclasses.replace(report.findings[-1], file="a\udcff.log")
    text = render(dataclasses.replace(report, findings=(finding,)), "json")
    assert json.loads(text.encode("utf-8"))["findings"][0]["file"] == "a\udcff.log"
