"""Metrics, as the parser of Prometheus reads them and its linter wants them."""

from __future__ import annotations

import dataclasses
import re
import stat
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from piiguard.report.metrics import to_metrics
from piiguard.scan.finding import ScanReport
from tests.corpora import scan, values


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels; a family has help and type, and stands in one piece, without timestamps."""
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    found = {}
    for family in families:
        assert family.documentation
        assert family.type == "gauge"
        for sample in family.samples:
            assert re.fullmatch("[a-z_:][a-z0-9_:]*", sample.name)
            assert sample.timestamp is None, "the textfile collector refuses it"
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found, "two samples of one series"
            found[key] = sample.value
    return found


def test_every_finding_and_what_was_not_read_is_counted(report: ScanReport) -> None:
    found = read(to_metrics(report, baseline={report.findings[0].id}))
    counts = {labels: value for (name, labels), value in found.items() if name == "piiguard_scan_findings"}
    assert sum(counts.values()) == len(report.findings)
    assert [value for labels, value in counts.items() if dict(labels)["known"] == "true"] == [1.0]
    assert {dict(labels)["target"] for labels in counts} == {"postgresql/crm", "app.log"}
    assert found["piiguard_scan_unread_places", (("target", "postgresql/crm"),)] == 2
    assert found["piiguard_scan_complete", ()] == 0
    assert found["piiguard_scan_exit_code", ()] == 4


def test_the_age_of_the_scan_can_be_told(report: ScanReport) -> None:
    found = read(to_metrics(report))
    assert found["piiguard_scan_timestamp_seconds", ()] == 1_795_240_890  # 2026-11-21 06:01:30 UTC
    assert found["piiguard_scan_duration_seconds", ()] == 90


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "a}b{", "\ud800", "құжат", "#", "\x00", ""])
def test_any_name_is_one_label(report: ScanReport, name: str) -> None:
    finding = dataclasses.replace(report.findings[-1], target=name, entity=name)
    found = read(to_metrics(dataclasses.replace(report, findings=(finding,))))
    assert sum(value for (family, _), value in found.items() if family == "piiguard_scan_findings") == 1


def test_the_command_writes_what_an_exporter_may_read(tmp_path: Path) -> None:
    log, file = tmp_path / "app.log", tmp_path / "piiguard.prom"
    numbers = values("KZ_IIN", 20)
    log.write_text("".join(f"ИИН {number}\n" for number in numbers), "utf-8")
    assert scan(log, "--metrics", str(file), "--name", "crm", out=tmp_path / "o")[0] == 3
    found = read(file.read_text("utf-8"))
    assert found["piiguard_scan_people", ()] == len(set(numbers))
    assert stat.S_IMODE(file.stat().st_mode) & 0o444 == 0o444
    assert not any(number in file.read_text("utf-8") for number in numbers)


def test_metrics_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("x\n", "utf-8")
    assert (
        scan(tmp_path / "app.log", "--metrics", str(tmp_path / "no" / "m.prom"), out=tmp_path / "o")[0] == 1
    )
