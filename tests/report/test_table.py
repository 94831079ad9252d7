"""What stands on a terminal."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from piiguard.report import render
from piiguard.report.messages import LANGUAGES, Language
from piiguard.scan.finding import PolicyCheck, ScanReport, Target

CLEAN = ScanReport("", "", (Target("app.log", "file", lines_read=9),))


def test_worst_place_stands_first(report: ScanReport) -> None:
    text = render(report, "table")
    assert text.index("details") < text.index("iin") < text.index("full_name") < text.index("hr.staff")


def test_next_steps_are_whole_commands(report: ScanReport) -> None:
    lines = [line.strip() for line in render(report, "table", width=40).splitlines()]
    assert (
        "piiguard encrypt --index iin_index --normalizer digits/2"
        " -- postgresql://reader@db/crm students.iin" in lines
    )
    assert "piiguard redact -o app.clean.log -- app.log" in lines


@pytest.mark.parametrize("hindrance", ["view", "foreign", "dots", "definition"])
def test_what_can_be_typed_stands_before_what_only_can_be_said(report: ScanReport, hindrance: Any) -> None:
    worst = dataclasses.replace(
        report.findings[1], table="v_students", records=10**6, matched=10**6, hindrance=hindrance
    )
    told = render(dataclasses.replace(report, findings=(worst, *report.findings)), "table")
    assert told.index("v_students") < told.index("What to do next")
    assert told.split("What to do next:\n")[1].strip().startswith("piiguard encrypt")


def test_one_place_gets_one_command(report: ScanReport) -> None:
    twice = dataclasses.replace(report.findings[1], entity="KZ_BIN")
    doubled = dataclasses.replace(report, findings=(*report.findings, twice))
    assert render(doubled, "table").count("postgresql://reader@db/crm students.iin") == 1


def test_only_what_the_baseline_lacks_is_new(report: ScanReport) -> None:
    known = {finding.id for finding in report.findings[1:]}
    assert render(report, "table", baseline=known).count("(new)") == 1
    assert "(new)" not in render(report, "table")


@pytest.mark.parametrize("at", range(3))
def test_what_is_new_is_what_to_do_next(report: ScanReport, at: int) -> None:
    plain = [finding for finding in report.unprotected if finding.kind == "column"]
    known = {finding.id for finding in report.findings} - {plain[at].id}
    first = render(report, "table", baseline=known).split("What to do next:\n")[1].splitlines()[0]
    assert str(plain[at].column) in first


def test_errors_and_incompleteness_are_told(report: ScanReport) -> None:
    text = render(report, "table")
    assert "not read: audit.events: permission denied" in text
    assert "The scan is incomplete" in text


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "No unprotected"), ("ru", "Незащищённых"), ("kk", "Қорғалмаған дербес деректер табылмады")],
)
def test_clean_report_says_so(lang: Language, sentence: str) -> None:
    assert sentence in render(CLEAN, "table", lang=lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_cannot_steer_the_terminal(report: ScanReport, lang: Language) -> None:
    hostile = dataclasses.replace(report.findings[0], table="a\x1b[2Jb[red]c", column="\u202etxt")
    text = render(dataclasses.replace(report, findings=(hostile,)), "table", lang=lang)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"a\x1b[2Jb[red]c" in text


def test_color_only_when_asked(report: ScanReport) -> None:
    assert "\x1b[" in render(report, "table", color=True)
    assert "\x1b[" not in render(report, "table", color=False)


def test_policy_gaps_stand_heaviest_first(report: ScanReport) -> None:
    text = render(report, "table")
    titles = [
        "No term",
        "Kept past the term",
        "Not declared",
        "Promised but",
        "Not where declared",
        "Term not",
    ]
    places = [text.index(f"  {title}") for title in titles]
    assert places == sorted(places)
    assert "Rows older than 2023-11-21: 1\N{NO-BREAK SPACE}200 (clause 4.5)" in text


def test_agreement_with_the_policy_is_said() -> None:
    assert "The data and the policy agree." in render(ScanReport("", "", policy=PolicyCheck("Үлгі")), "table")
