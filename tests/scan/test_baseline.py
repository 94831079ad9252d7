"""A baseline names places; a suppression has a reason and a last day."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import ScanError
from piiguard.scan import scan_log
from piiguard.scan.baseline import SCHEMA, Baseline
from piiguard.scan.finding import Finding

DAY = date(2026, 6, 1)


def finding(column: str = "phone", entity: str = "KZ_PHONE", protection: Any = "none") -> Finding:
    return Finding(
        "sqlite:///crm.db",
        "column",
        entity,
        "high",
        0.9,
        5,
        5,
        protection,
        "+7 7**",
        table="t",
        column=column,
    )


def saved(path: Path, **members: Any) -> Path:
    path.write_text(json.dumps({"schema": SCHEMA, "findings": [], **members}), encoding="utf-8")
    return path


def suppression(**changed: str) -> dict[str, str]:
    return {"place": "t.*", "entity": "KZ_*", "reason": "branches", "expires": "2026-12-31", **changed}


def test_what_is_written_is_known(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    Baseline().write(path, [finding(), finding("iin", "KZ_IIN", "encrypted")])
    known = Baseline.load(path)
    assert known.accepted([finding()], DAY) == {finding().id}
    entries = json.loads(path.read_text(encoding="utf-8"))["findings"]
    assert [sorted(entry) for entry in entries] == [["entity", "id", "place", "target"]]


def test_a_suppression_covers_globs_until_its_day(tmp_path: Path) -> None:
    known = Baseline.load(saved(tmp_path / "known.json", suppressions=[suppression()]))
    assert known.accepted([finding(), finding(entity="PERSON")], DAY) == {finding().id}
    late = date(2027, 1, 1)
    assert known.accepted([finding()], late) == frozenset()
    assert [s.reason for s in known.expired([finding()], late)] == ["branches"]
    assert known.expired([finding(entity="PERSON")], late) == ()


def test_a_new_baseline_keeps_the_suppressions(tmp_path: Path) -> None:
    path = saved(tmp_path / "known.json", suppressions=[suppression()])
    Baseline.load(path).write(path, [finding()])
    assert Baseline.load(path).suppressions[0].reason == "branches"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reason": " "}, r"suppressions\.0\.reason: empty"),
        ({"expires": ""}, r"suppressions\.0\.expires: empty"),
        ({"expires": "soon"}, "not a date"),
        ({"plcae": "x"}, r"suppressions\.0\.plcae: an unknown member"),
    ],
)
def test_a_suppression_must_say_why_and_until_when(
    tmp_path: Path, change: dict[str, str], message: str
) -> None:
    path = saved(tmp_path / "known.json", suppressions=[suppression(**change)])
    with pytest.raises(ScanError, match=message):
        Baseline.load(path)


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "piiguard.baseline/2"}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScanError, match=r"known\.json"):
        Baseline.load(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="cannot be read"):
        Baseline.load(tmp_path / "none.json")


def test_a_rotated_log_is_known_by_any_of_its_files(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "app.log").write_text("ИИН 050312300015\n", encoding="utf-8")
    (logs / "data.1").write_text("ИИН 050312300015\n", encoding="utf-8")
    known = tmp_path / "known.json"
    Baseline().write(known, scan_log(str(logs)).findings)
    (logs / "app.log").rename(logs / "app.log.1")
    (logs / "data.1").rename(logs / "data.2")
    (logs / "app.log").write_text("тел. +7 701 123 45 67\n", encoding="utf-8")
    (logs / "app-2026-11-22.log.gz").write_bytes(gzip.compress("ИИН 050312300015\n".encode()))
    report = scan_log(str(logs))
    accepted = Baseline.load(known).accepted(report.findings)
    assert len({finding.id for finding in report.findings}) == len(report.findings)
    fresh = {(Path(f.file or "").name, f.entity) for f in report.findings if f.id not in accepted}
    assert fresh == {("app.log", "KZ_PHONE"), ("data.2", "KZ_IIN")}
