"""Where a report goes never changes what it says: a reader that leaves, a full disk, and what could not be kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from piiguard.cli.main import run

LINE = "ИИН 050312300015 принят\n"
SCAN = [sys.executable, "-m", "piiguard", "scan"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LINE * 3000, encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    import sqlite3

    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table people (id integer primary key, phone text)")
        rows = [(n, f"+7 701 000 {n // 100:02} {n % 100:02}") for n in range(3000)]
        connection.executemany("insert into people values (?, ?)", rows)
    connection.close()
    return path


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("format_", ["ndjson", "table", "json"])
@pytest.mark.parametrize("source", ["log", "database"])
def test_a_reader_that_leaves_gets_silence_and_the_same_code(
    request: pytest.FixtureRequest, source: str, format_: str
) -> None:
    target = request.getfixturevalue(source)
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*SCAN, target, "--format", format_, "--entities", "KZ_IIN,KZ_PHONE"],
        stdout=writing, stderr=subprocess.PIPE,
    ) as scanning:  # fmt: skip
        os.close(writing)
        os.close(reading)  # nobody reads on, whatever is written
        _, said = scanning.communicate()
    assert scanning.returncode == 3
    assert [line.split()[:2] for line in said.decode().splitlines()] == [["piiguard:", "read"]]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux")
@pytest.mark.parametrize("format_", ["ndjson", "table"])
@pytest.mark.parametrize("source", ["log", "database"])
def test_a_full_disk_is_no_fault_of_the_source(
    request: pytest.FixtureRequest, source: str, format_: str
) -> None:
    target = request.getfixturevalue(source)
    with Path("/dev/full").open("wb") as full:
        scanning = subprocess.run(
            [*SCAN, target, "--format", format_, "--entities", "KZ_IIN,KZ_PHONE"],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert scanning.returncode == 1
    first, *_ = scanning.stderr.decode().splitlines()
    assert first == "piiguard: standard output: the report cannot be written: no space left on device"


@pytest.mark.parametrize("empty", ["file", "folder", "database", "glob"])
def test_where_nothing_was_searched_nothing_is_clean_unless_that_is_allowed(
    tmp_path: Path, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    targets = {"folder": tmp_path / "none", "file": tmp_path / "a.log", "database": tmp_path / "a.db"}
    if empty == "folder":
        targets["folder"].mkdir()
    elif empty == "file":
        targets["file"].touch()
    elif empty == "database":
        sqlite3.connect(targets["database"]).execute("create table t (phone text)").connection.close()
    target = str(targets.get(empty, tmp_path / "*.log"))
    assert run(["scan", target]) == 4
    shown = capsys.readouterr()
    assert "There was nothing to search." in shown.out
    assert "No unprotected" not in shown.out
    assert run(["scan", target, "--allow-empty", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["exit"] == 0


def test_what_is_accepted_as_unread_is_still_named(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "core").write_bytes(bytes(range(256)) * 40)
    assert run(["scan", str(tmp_path), "--entities", "KZ_IIN"]) == 4
    assert run(["scan", str(tmp_path), "--entities", "KZ_PHONE", "--accept-unread", "*/core"]) == 0
    assert "core: a binary file" in capsys.readouterr().out
    assert (
        run(["scan", str(tmp_path), "--entities", "KZ_IIN", "--accept-unread", "*/core", "--format", "json"])
        == 3
    )
    (target,) = json.loads(capsys.readouterr().out)["targets"]
    assert [(Path(each["place"]).name, each["accepted"]) for each in target["unread"]] == [("core", True)]
    assert target["complete"]
    assert run(["scan", str(tmp_path), "--entities", "KZ_IIN", "--accept-unread", "other"]) == 4


def test_a_baseline_makes_nothing_complete(log: Path, tmp_path: Path) -> None:
    known = tmp_path.parent / f"{tmp_path.name}.json"
    assert run(["scan", str(log), "--entities", "KZ_IIN", "--write-baseline", str(known)]) == 3
    assert run(["scan", str(log), "--entities", "KZ_IIN", "--baseline", str(known)]) == 0
    (tmp_path / "core").write_bytes(bytes(range(256)) * 40)
    assert (
        run(["scan", str(log), str(tmp_path / "core"), "--entities", "KZ_IIN", "--baseline", str(known)]) == 4
    )


def test_a_sample_is_told_as_a_sample(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(database), "--sample", "100", "--entities", "KZ_PHONE", "--format", "json"]) == 3
    shown = capsys.readouterr()
    (target,) = json.loads(shown.out)["targets"]
    assert (target["rows_read"], target["rows_total"]) == (100, 3000)
    assert "100 of 3,000 rows" in shown.err
    assert run(["scan", str(database), "--entities", "KZ_PHONE", "--format", "json"]) == 3
    assert "rows_total" not in json.loads(capsys.readouterr().out)["targets"][0]


@pytest.mark.parametrize(
    "options",
    [
        ["--sample", "5"], ["--tables", "x"], ["--views", "x"], ["--statement-timeout", "1"],
        ["--master", "local"], ["--engine", "spark", "--jobs", "2"], ["--follow", "--jobs", "2"],
        ["--follow", "--resume", "x"], ["--follow", "--format", "json"],
    ],
)  # fmt: skip
def test_what_a_log_cannot_keep_is_refused_before_it_is_read(log: Path, options: list[str]) -> None:
    assert run(["scan", str(log), *options]) == 2


@pytest.mark.parametrize("options", [["--encoding", "utf-16"]])
def test_what_a_database_cannot_keep_is_refused_before_it_is_read(database: Path, options: list[str]) -> None:
    assert run(["scan", str(database), *options]) == 2


def test_an_option_that_one_of_the_targets_keeps_is_no_mistake(log: Path, database: Path) -> None:
    assert run(["scan", str(log), str(database), "--sample", "50", "--entities", "KZ_IIN,KZ_PHONE"]) == 3


def test_files_are_excluded_by_their_names(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.log").write_text("пусто\n", encoding="utf-8")
    assert run(["scan", str(tmp_path), "--entities", "KZ_IIN", "--exclude", "app.*", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["targets"][0]["lines_read"] == 1


def test_a_file_that_has_grown_is_read_again_by_a_scan_that_resumes(log: Path, tmp_path: Path) -> None:
    done = tmp_path.parent / f"{tmp_path.name}.done"
    log.write_text("пусто\n", encoding="utf-8")
    assert run(["scan", str(log), "--entities", "KZ_IIN", "--resume", str(done)]) == 0
    log.write_text("пусто\n" + LINE, encoding="utf-8")
    assert run(["scan", str(log), "--entities", "KZ_IIN", "--resume", str(done)]) == 3
