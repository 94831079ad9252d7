"""A baseline names places; a suppression has a reason and a last day."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import ScanError
from piiguard.scan import scan_log
from piiguard.scan.baseline import SCHEMA, Baseline
from piiguard.scan.difference import Gone
from piiguard.scan.finding import Finding, ScanReport, Target, Unread
from piiguard.scan.ledger import join

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


@pytest.mark.parametrize(
    ("said", "day", "denied"),
    [({}, DAY, False), ({"verdict": "accepted"}, DAY, False), ({"verdict": "false"}, DAY, True),
     ({"verdict": "false"}, date(2027, 1, 1), False)],
)  # fmt: skip
def test_only_what_is_said_today_to_be_no_personal_data_is_denied(
    tmp_path: Path, said: dict[str, str], day: date, denied: bool
) -> None:
    path = saved(tmp_path / "known.json", suppressions=[suppression(**said)])
    Baseline.load(path).write(path, [])
    known = Baseline.load(path)
    assert known.denied([finding(), finding(entity="PERSON")], day) == ({finding().id} if denied else set())


def test_a_verdict_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"suppressions\.0\.verdict: not one of accepted, false"):
        Baseline.load(saved(tmp_path / "known.json", suppressions=[suppression(verdict="perhaps")]))


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


def on(target: str, column: str = "iin", entity: str = "KZ_IIN") -> Finding:
    return Finding(target, "column", entity, "high", 0.9, 5, 5, "none", "05*", table="t", column=column)


LAPTOP = "postgresql://postgres:***@127.0.0.1:5433/crm"
ELSEWHERE = [
    "postgresql+psycopg://reader@localhost/crm",
    "postgresql://replica.example.kz/crm",
    "postgres://ci:***@10.0.0.7/crm",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_database_is_known_from_any_host_by_any_account(tmp_path: Path, target: str) -> None:
    path = tmp_path / "known.json"
    Baseline().write(path, [on(LAPTOP)])
    assert "127.0.0.1" not in path.read_text("utf-8")
    assert Baseline.load(path).accepted([on(target)], DAY) == {on(target).id} == {on(LAPTOP).id}


@pytest.mark.parametrize("target", ["postgresql://localhost/crm2", "mysql://localhost/crm", "sqlite:///crm"])
def test_another_database_is_not_known(tmp_path: Path, target: str) -> None:
    path = tmp_path / "known.json"
    Baseline().write(path, [on(LAPTOP)])
    assert Baseline.load(path).accepted([on(target)], DAY) == frozenset()


@pytest.mark.parametrize("target", [LAPTOP, *ELSEWHERE])
@pytest.mark.parametrize("whole", [True, False], ids=["with places", "ids alone"])
def test_a_baseline_of_the_first_version_holds(tmp_path: Path, target: str, whole: bool) -> None:
    import hashlib

    former = hashlib.sha256(f"{LAPTOP}\x1ft\x1fiin\x1f\x1f\x1fKZ_IIN".encode()).hexdigest()[:16]
    entry = {"id": former, **({"target": LAPTOP, "place": "t.iin", "entity": "KZ_IIN"} if whole else {})}
    known = Baseline.load(saved(tmp_path / "known.json", findings=[entry]))
    assert (known.accepted([on(target)], DAY) == {on(target).id}) == (whole or target == LAPTOP)


def searched(*findings: Finding, target: str = LAPTOP, **more: Any) -> ScanReport:
    return ScanReport("", "", (Target(target, "database", 3, 9, **more),), findings)


def test_what_is_known_and_not_found_any_more_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    Baseline().write(path, [on(LAPTOP), on(LAPTOP, "phone", "KZ_PHONE")])
    known = Baseline.load(path)
    assert known.gone(searched(on(ELSEWHERE[0]), target=ELSEWHERE[0])) == (
        Gone("postgresql/crm", "t.phone", "KZ_PHONE"),
    )
    encrypted = replace(on(LAPTOP), protection="encrypted")
    assert len(known.gone(searched(encrypted))) == 2


def test_nothing_is_gone_where_nobody_looked(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    Baseline().write(path, [on(LAPTOP)])
    known = Baseline.load(path)
    assert known.gone(searched(target="postgresql://localhost/other")) == ()
    assert known.gone(searched(complete=False)) == ()
    assert known.gone(searched(unread=(Unread("t", "permission denied", accepted=True),))) == ()


def test_a_log_is_not_gone_because_it_was_rotated(tmp_path: Path) -> None:
    log = Finding("app.log.1", "file", "KZ_IIN", "high", 0.9, 1, 1, "none", "05*", file="app.log.1")
    path = tmp_path / "known.json"
    Baseline().write(path, [log])
    now = replace(log, target="app.log", file="app.log")
    report = ScanReport("", "", (Target("app.log", "file", lines_read=1),), (now,))
    assert Baseline.load(path).gone(report) == ()
    assert len(Baseline.load(path).gone(replace(report, findings=()))) == 1


def test_two_databases_of_one_name_in_one_report_have_ids_of_their_own() -> None:
    shards = [searched(on(f"postgresql://{host}/crm"), target=f"postgresql://{host}/crm") for host in "ab"]
    assert len({finding.id for finding in join(shards).findings}) == 2
