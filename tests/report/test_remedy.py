"""The fixes ready to paste."""

from __future__ import annotations

import dataclasses
import shlex
from typing import Any

import pytest

from piiguard.manifest import Manifest
from piiguard.report.remedy import has_command, next_step, remedies
from piiguard.report.steps import first_steps
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.reason import because


@pytest.fixture(scope="module")
def iin(report: ScanReport) -> Finding:
    return report.findings[1]


def test_column_gets_command_manifest_and_model(iin: Finding) -> None:
    command, manifest, model = (remedy.text for remedy in remedies(iin))
    assert shlex.split(command) == [
        "piiguard",
        "encrypt",
        *("--index", "iin_index", "--normalizer", "digits/2"),
        "--",
        "postgresql://reader@db/crm",
        "students.iin",
    ]
    assert Manifest.parse(manifest).find("students", "iin") is not None
    assert 'Encrypted(String(), keyring=keyring, context="students.iin")' in model.replace("'", '"')
    assert "iin_index: Mapped[bytes | None]" in model
    compile(model, "model", "exec")


def test_json_path_encrypts_the_whole_document(report: ScanReport) -> None:
    texts = [remedy.text for remedy in remedies(report.findings[5])]
    assert 'type = "json"' in texts[2]
    assert "Encrypted(JSON()" in texts[3]
    assert not any("index" in text for text in texts)


@pytest.mark.parametrize(
    ("column", "part"),
    [
        ("message", {"reasons": (because("labelled"),)}),
        ("new_row", {"path": "$.iin"}),
        ("payload", {"path": "$.applicant.doc.number"}),
    ],
)
def test_a_part_of_a_text_or_document_gets_advice_before_a_command(
    iin: Finding, column: str, part: dict[str, Any]
) -> None:
    inside = dataclasses.replace(iin, column=column, **part)
    assert [remedy.name for remedy in remedies(inside)] == ["inside", "encrypt", "manifest", "model"]
    assert "piiguard retention" in next_step(inside)
    assert not has_command(inside)
    assert [step.kind for step in first_steps(ScanReport("", "", findings=(inside,)))] == ["inside", "again"]


def test_log_gets_filter_and_redaction(report: ScanReport) -> None:
    logging, redact = (remedy.text for remedy in remedies(report.findings[-1]))
    compile(logging, "logging", "exec")
    assert "addFilter(RedactingFilter())" in logging
    assert shlex.split(redact) == ["piiguard", "redact", "-o", "app.clean.log", "--", "app.log"]


@pytest.mark.parametrize("target", ["lake/*.parquet", "s3a://bucket/students/*.parquet", "dataframe"])
def test_frame_gets_manifest_and_code_for_spark(iin: Finding, target: str) -> None:
    frame = dataclasses.replace(iin, target=target, table="students")
    manifest, code = (remedy.text for remedy in remedies(frame))
    assert Manifest.parse(manifest).find("students", "iin") is not None
    compile(code, "frame", "exec")
    assert next_step(frame) in code.replace("columns = ", "").replace(
        "df, columns", 'df, Manifest.load("piiguard.toml").columns'
    )


def test_protected_place_needs_nothing(report: ScanReport) -> None:
    assert remedies(report.findings[3]) == ()


def test_hostile_names_stay_one_shell_word(iin: Finding) -> None:
    hostile = dataclasses.replace(iin, table="a b; rm -rf $HOME", column="`c`")
    assert shlex.split(next_step(hostile))[-1] == "a b; rm -rf $HOME.`c`"


def test_standard_input_is_redacted_from_standard_input(report: ScanReport) -> None:
    stream = dataclasses.replace(report.findings[-1], target="-", file="-")
    assert shlex.split(next_step(stream)) == ["piiguard", "redact", "-o", "clean.log", "--", "-"]


@pytest.mark.parametrize(
    ("name", "is_file"),
    [
        ("/dev/shm/app.log", True),  # noqa: S108 - no file is made
        ("/dev/fd/63", False),
        ("/dev/stdin", False),
        ("/proc/self/fd/0", False),
    ],
)
def test_what_ends_when_it_is_read_has_no_clean_copy_and_a_file_in_shared_memory_has(
    report: ScanReport, name: str, is_file: bool
) -> None:
    found = dataclasses.replace(report.findings[-1], target=name, file=name)
    assert any(remedy.text for remedy in remedies(found)) is is_file
