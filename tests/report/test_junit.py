"""JUnit XML, by the rules of the schema that Jenkins publishes and of what GitLab says it reads."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest

from piiguard.report import render
from piiguard.report.messages import LANGUAGES, Language
from piiguard.scan.finding import ScanReport

# junit-10.xsd of the xUnit plugin of Jenkins: what an element may hold, what it must have, what it may have
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "properties", "system-out", "system-err"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}
MUST = {"testsuite": {"name"}, "testcase": {"name"}}
MAY = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {
        "name",
        "tests",
        "failures",
        "errors",
        "skipped",
        "time",
        "timestamp",
        "hostname",
        "id",
        "package",
    },
    "testcase": {"name", "classname", "time", "file", "line", "status", "assertions"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
}


def checked(text: str) -> Tree.Element:
    """The tree, if it keeps the rules; what counts its tests counts right, and no two tests have one name."""
    root = Tree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set()), element.tag
        assert MUST.get(element.tag, set()) <= set(element.attrib) <= MAY[element.tag]
        assert element.tag != "testcase" or len(element) <= 1, "a test has one outcome"
        if element.tag in ("testsuites", "testsuite"):
            for count, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
                assert int(element.attrib[count]) == len(list(element.iter(tag)))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names)), "GitLab keeps the first of two tests with one name"
    return root


def outcomes(root: Tree.Element) -> dict[str, str]:
    return {str(case.get("name")): case[0].tag if len(case) else "passed" for case in root.iter("testcase")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_keeps_the_rules_in_each_language(report: ScanReport, lang: Language) -> None:
    checked(render(report, "junit", lang=lang))


def test_a_place_fails_while_it_is_open_and_a_part_that_was_not_read_is_an_error(report: ScanReport) -> None:
    found = outcomes(checked(render(report, "junit")))
    assert found["students.iin"] == found["students.phone"] == found["app.log"] == "failure"
    assert found["students.email"] == "passed"
    assert found["audit.events"] == "error"
    assert found["empty.log"] == "passed"


def test_what_is_known_is_skipped(report: ScanReport) -> None:
    known = report.findings[1]
    assert outcomes(checked(render(report, "junit", baseline={known.id})))[known.place] == "skipped"


def test_a_place_with_two_entities_is_one_test_that_names_both(report: ScanReport) -> None:
    [case] = [
        case for case in checked(render(report, "junit")).iter("testcase") if case.get("name") == "app.log"
        and case.get("classname") == "app.log"
    ]  # fmt: skip
    assert case[0].get("type") == "KZ_IIN KZ_PHONE"
    assert len((case[0].text or "").splitlines()) == 2
    assert (case.get("file"), case.get("line")) == ("app.log", "3")


def test_a_column_is_shown_in_the_source(report: ScanReport, tmp_path: Path) -> None:
    source = tmp_path / "schema.sql"
    source.write_text("create table students (\n full_name text,\n iin text\n);\n", "utf-8")
    root = checked(render(report, "junit", sources=[source]))
    [case] = [case for case in root.iter("testcase") if case.get("name") == "students.iin"]
    assert (case.get("file"), case.get("line")) == (str(source), "3")


def test_a_term_that_could_not_be_checked_fails_nothing(report: ScanReport) -> None:
    found = outcomes(checked(render(report, "junit")))
    by_kind = {name.split()[0]: outcome for name, outcome in found.items() if name.split()[0].isalpha()}
    assert (by_kind["undated"], by_kind["overdue"], by_kind["unlimited"]) == ("skipped", "failure", "failure")


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "]]>", "<!--", "&amp;", "\ufffe", "a\nb", "\x1b[0m"])
def test_any_name_can_stand_in_the_file(report: ScanReport, name: str) -> None:
    finding: Any = dataclasses.replace(report.findings[1], column=name)
    checked(render(dataclasses.replace(report, findings=(finding,)), "junit"))
