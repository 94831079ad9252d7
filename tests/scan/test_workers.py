"""Several processes, and a journal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.errors import ScanError
from piiguard.scan import Match, Options, scan_database, scan_log, settle
from piiguard.scan.journal import Journal

LINE = "ИИН 050312300015 принят\n"
OPTIONS = Options(entities=("KZ_IIN", "KZ_PHONE"), sample=None)


def fill(url: str) -> None:
    engine = database.open_engine(url)
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("phone", sa.String(40))
    table = sa.Table("people", sa.MetaData(), *columns)
    table.create(engine)
    with engine.begin() as connection:
        rows = [
            {"id": n, "phone": f"+7 701 {n // 10000:03} {n // 100 % 100:02} {n % 100:02}"}
            for n in range(1, 3001)
        ]
        connection.execute(table.insert(), rows)
        if engine.dialect.name in ("postgresql", "mysql"):
            connection.execute(
                sa.text("analyze people" if engine.dialect.name == "postgresql" else "analyze table people")
            )
    engine.dispose()


@pytest.mark.slow
def test_processes_over_ranges_of_keys_find_what_one_finds(
    any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(any_database_url)
    monkeypatch.setattr(settle, "LARGE", 1000)
    one = scan_database(any_database_url, OPTIONS)
    two = scan_database(any_database_url, Options(entities=OPTIONS.entities, sample=None, jobs=2))
    assert two.complete
    assert two.findings == one.findings
    assert two.targets == one.targets
    assert one.findings[0].matched == 3000


@pytest.mark.slow
def test_processes_over_files_find_what_one_finds(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.log"):
        (tmp_path / name).write_text(LINE * 3, encoding="utf-8")
    (tmp_path / "d.bin").write_bytes(bytes(range(256)) * 50)
    one = scan_log(str(tmp_path), OPTIONS)
    two = scan_log(str(tmp_path), Options(entities=OPTIONS.entities, jobs=2))
    assert two.findings == one.findings
    assert two.errors == one.errors
    assert two.targets == one.targets


def test_what_a_journal_knows_is_not_read_again(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    path = tmp_path / "scan.checkpoint"
    first = scan_database(sqlite_url, OPTIONS, journal=Journal(path, OPTIONS))
    read: list[str] = []
    again = scan_database(
        sqlite_url, OPTIONS, journal=Journal(path, OPTIONS), progress=lambda place, *_: read.append(place)
    )
    assert again.findings == first.findings
    assert again.targets == first.targets
    assert read == []


def test_an_interrupted_file_is_read_again(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(LINE, encoding="utf-8")
    path = tmp_path.parent / f"{tmp_path.name}.checkpoint"

    def stop_at_b(match: Match) -> None:
        if "b.log" in str(match.file):
            raise KeyboardInterrupt

    assert not scan_log(str(tmp_path), OPTIONS, sink=stop_at_b, journal=Journal(path, OPTIONS)).complete
    places = [json.loads(line).get("place") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert [Path(place).name for place in places] == ["a.log"]
    report = scan_log(str(tmp_path), OPTIONS, journal=Journal(path, OPTIONS))
    assert report.complete
    assert [Path(f.file or "").name for f in report.findings] == ["a.log", "b.log"]


def test_a_half_written_line_of_a_journal_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "scan.checkpoint"
    log = tmp_path / "a.log"
    log.write_text(LINE, encoding="utf-8")
    scan_log(str(log), OPTIONS, journal=Journal(path, OPTIONS))
    path.write_bytes(path.read_bytes()[:-20])
    assert Journal(path, OPTIONS).find(str(log), str(log)) is None


def test_a_journal_of_another_search_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.checkpoint"
    Journal(path, OPTIONS)
    with pytest.raises(ScanError, match="other options"):
        Journal(path, Options(entities=("PERSON",)))
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ScanError, match="not a checkpoint"):
        Journal(path, OPTIONS)


def test_a_journal_holds_no_value(tmp_path: Path) -> None:
    path, log = tmp_path / "scan.checkpoint", tmp_path / "a.log"
    log.write_text(LINE, encoding="utf-8")
    scan_log(str(log), OPTIONS, journal=Journal(path, OPTIONS))
    assert "0312300015" not in path.read_text(encoding="utf-8")
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
