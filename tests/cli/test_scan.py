"""``piiguard scan`` as a person or a CI job runs it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import pytest

from piiguard.cli.main import run

IIN = "050312300015"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(f"старт\nИИН {IIN} принят\n", encoding="utf-8")
    return path


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    numbers = [f"+7 701 000 00 {n:02}" for n in range(30)]
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table clients (id integer primary key, phone text, city text)")
        database.executemany("insert into clients (phone, city) values (?, 'x')", [(n,) for n in numbers])
        database.commit()
    return path


def test_found_data_ends_with_3(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(log)]) == 3
    shown = capsys.readouterr()
    assert "KZ_IIN" in shown.out
    assert "1 unprotected" in shown.err
    assert IIN not in shown.out + shown.err


def test_nothing_found_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = tmp_path / "clean.log"
    clean.write_text("GET /health 200\n", encoding="utf-8")
    assert run(["scan", str(clean)]) == 0


def test_a_missing_target_ends_with_1_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "no-such.log"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("piiguard: no-such.log: there is no such file")
    assert "piiguard: hint: " in error


def test_no_target_ends_with_2() -> None:
    assert run(["scan"]) == 2


def test_an_unknown_entity_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(log), "--entities", "KZ_IIM"]) == 2
    assert "there is no entity KZ_IIM" in capsys.readouterr().err


def test_the_entities_asked_for_are_the_only_ones_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        database.execute("create table clients (id integer primary key, phone text, full_name text)")
        rows = [(f"+7 701 000 00 {n:02}", f"Серікова Ұлбала {n:02}"[:-3]) for n in range(40)]
        database.executemany("insert into clients (phone, full_name) values (?, ?)", rows)
        database.commit()

    def found(*options: str) -> set[str]:
        assert run(["scan", str(tmp_path / "crm.db"), "--format", "json", *options]) == 3
        return {finding["entity"] for finding in json.loads(capsys.readouterr().out)["findings"]}

    assert found() == {"KZ_PHONE", "PERSON"}
    assert found("--entities", "KZ_PHONE") == {"KZ_PHONE"}


def test_a_glob_that_matches_no_table_is_no_clean_scan(crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(crm), "--tables", "klients*"]) == 4
    assert "klients*: no table matches" in capsys.readouterr().err


@pytest.mark.parametrize("others", [[], ["--tables", "clients"]], ids=["alone", "beside one that does"])
def test_each_glob_that_matches_no_table_is_named_as_not_read(
    crm: Path, tmp_path: Path, others: list[str]
) -> None:
    """A misspelt name beside a right one would else look like a table without findings."""
    out = tmp_path / "o.json"
    assert run(["scan", str(crm), "--tables", "klients", *others, "--format", "json", "-o", str(out)]) == 4
    (target,) = json.loads(out.read_text("utf-8"))["targets"]
    assert target["unread"] == [{"place": "klients", "reason": "no table matches"}]
    assert target["tables"] == len(others) // 2


def test_a_glob_need_match_a_table_of_one_database_alone(crm: Path, tmp_path: Path) -> None:
    second, out = tmp_path / "second.db", tmp_path / "o.json"
    with closing(sqlite3.connect(second)) as database:
        database.execute("create table orders (id integer primary key)")
    asked = [
        "--tables",
        "clients",
        "--tables",
        "orders",
        "--tables",
        "nowhere",
        "--format",
        "json",
        "-o",
        str(out),
    ]
    assert run(["scan", str(crm), str(second), *asked]) == 4
    targets = json.loads(out.read_text("utf-8"))["targets"]
    assert {each["place"] for target in targets for each in target["unread"]} == {"nowhere"}
    assert run(["scan", str(crm), str(second), *asked[:4], *asked[6:]]) == 3


def test_a_failed_scan_leaves_the_report_of_before(log: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert run(["scan", str(tmp_path / "no-such.log"), "-o", str(report)]) == 1
    assert not report.exists()
    assert run(["scan", str(log), "--format", "json", "-o", str(report)]) == 3
    before = report.read_bytes()
    assert run(["scan", str(tmp_path / "no-such.log"), "-o", str(report)]) == 1
    assert report.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "report.json"]


def test_what_cannot_be_read_ends_with_4(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "core").write_bytes(bytes(range(256)) * 50)
    assert run(["scan", str(tmp_path), "--format", "json"]) == 4
    shown = capsys.readouterr()
    assert [e["message"] for e in json.loads(shown.out)["errors"]] == [
        "a binary file; --raw looks for residues in any bytes"
    ]
    assert "core: a binary file" in shown.err


def test_the_findings_document_names_places_only(crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", f"sqlite:///{crm}", "--format", "json"]) == 3
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert (finding["table"], finding["column"], finding["entity"]) == ("clients", "phone", "KZ_PHONE")
    assert (finding["matched"], finding["examined"], finding["masked"]) == (30, 30, "+7 7** *** ** **")


def test_an_sqlite_file_is_scanned_as_a_database(crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(crm)]) == 3
    assert "clients" in capsys.readouterr().out


def test_ndjson_has_one_line_per_match(log: Path, crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(crm), str(log), "--format", "ndjson"]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 31
    assert lines[0]["row"] == "1"
    assert (lines[-1]["line"], lines[-1]["start"], lines[-1]["end"]) == (2, 4, 16)


def test_a_baseline_hides_what_is_known(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.json"
    assert run(["scan", str(log), "--write-baseline", str(known)]) == 3
    assert run(["scan", str(log), "--baseline", str(known)]) == 0
    with log.open("a", encoding="utf-8") as file:
        file.write("тел. +7 701 123 45 67\n")
    assert run(["scan", str(log), "--baseline", str(known)]) == 3
    assert IIN not in known.read_text(encoding="utf-8")
    assert "1 unprotected, 1 known" in capsys.readouterr().err


def test_an_expired_suppression_is_said(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.json"
    entry = {"place": "*app.log", "entity": "KZ_IIN", "reason": "a test system", "expires": "2999-01-01"}
    document = {"schema": "piiguard.baseline/1", "findings": [], "suppressions": [entry]}
    known.write_text(json.dumps(document), encoding="utf-8")
    assert run(["scan", str(log), "--baseline", str(known)]) == 0
    entry["expires"] = "2020-01-01"
    known.write_text(json.dumps(document), encoding="utf-8")
    assert run(["scan", str(log), "--baseline", str(known)]) == 3
    assert "expired on 2020-01-01" in capsys.readouterr().err


def test_a_report_goes_into_a_file(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    assert run(["scan", str(log), "--format", "json", "-o", str(report)]) == 3
    assert json.loads(report.read_text(encoding="utf-8"))["findings"]
    assert capsys.readouterr().out == ""


def test_an_unreachable_database_ends_with_1_and_hides_the_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["scan", "postgresql://me:pass-1@127.0.0.1:1/crm"]) == 1
    error = capsys.readouterr().err
    assert "the server does not answer" in error
    assert "pass-1" not in error


def test_a_policy_is_compared_and_alone_can_end_with_3(
    log: Path, crm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'organisation = "Үлгі"\nretention = "unlimited"\n[[categories]]\ncategory = "iin"\n', encoding="utf-8"
    )
    assert run(["scan", str(crm), str(log), "--policy", str(policy), "--format", "json"]) == 3
    kinds = {gap["kind"] for gap in json.loads(capsys.readouterr().out)["policy"]["gaps"]}
    assert kinds == {"unlimited", "undeclared"}
    (tmp_path / "clean.log").write_text("GET /health 200\n", encoding="utf-8")
    assert run(["scan", str(tmp_path / "clean.log"), "--policy", str(policy)]) == 3


def test_a_mistake_in_the_policy_is_told_before_the_scan(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.toml").write_text("organisation = 1", encoding="utf-8")
    assert run(["scan", str(log), "--policy", str(tmp_path / "policy.toml")]) == 1
    shown = capsys.readouterr()
    assert "organisation is not a string" in shown.err
    assert shown.out == ""


@pytest.mark.skipif(os.name != "posix", reason="an interrupt is sent")
def test_what_is_found_while_following_counts_for_the_exit_code(tmp_path: Path) -> None:
    log, out = tmp_path / "app.log", tmp_path / "found.ndjson"
    log.write_bytes("старт, без данных\n".encode("cp1251"))
    command = [
        sys.executable,
        "-m",
        "piiguard",
        "scan",
        str(log),
        "--follow",
        "-o",
        str(out),
        "--entities",
        "KZ_IIN",
    ]
    said = tmp_path / "said"
    with said.open("wb") as errors, started(command, errors) as follower:
        waited(lambda: b"waiting for more lines" in said.read_bytes())
        with log.open("ab") as file:
            file.write(f"ИИН {IIN} принят\n".encode("cp1251"))
        waited(lambda: out.stat().st_size > 0)
        follower.send_signal(signal.SIGINT)
        follower.wait(timeout=120)
    assert follower.returncode == 3
    assert "1 unprotected" in said.read_text(encoding="utf-8")
    assert [json.loads(line)["line"] for line in out.read_text(encoding="utf-8").splitlines()] == [2]


def test_a_compressed_file_cannot_be_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(b"x"))
    assert run(["scan", str(tmp_path / "app.log.gz"), "--follow"]) == 2
    assert "plain file" in capsys.readouterr().err


@contextmanager
def started(command: list[str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stderr=errors) as process:
        try:
            yield process
        finally:
            process.kill()  # a test that fails must not wait for it


def waited(reached: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)
