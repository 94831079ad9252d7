"""Without a terminal a long job and a long scan say each minute how far they are."""

from __future__ import annotations

import pytest

from piiguard import clock
from piiguard.cli.progress import progress
from piiguard.cli.scan_progress import scan_progress
from piiguard.protect.outcome import Tally
from piiguard.read import Extent


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    return now


def test_a_job_says_a_line_a_minute(pass_time: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        watch.begin("encrypt", "students", ("iin",), 6_000)
        for _ in range(60):
            pass_time[0] += 3.0
            watch.step(Tally(90, 5, 5))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert lines[0] == "piiguard: encrypt students.iin: 2,000 of 6,000 rows, 33 rows/s, 2 minutes to go"


def test_a_scan_says_a_line_a_minute(pass_time: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with scan_progress(lambda name: name.upper()) as show:
        for number in range(10):
            pass_time[0] += 13.0
            show(f"t{number // 2}", 1_300, -1, "rows")
            if number % 2:
                show.ended(f"t{number // 2}", 0, fresh=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("piiguard: T2: 1,300 rows, ")
    assert lines[0].endswith("; 3 places so far")


def test_a_scan_says_how_much_of_everything_is_done(
    pass_time: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with scan_progress(str) as show:
        show.begin(Extent(40, 80_000_000, "bytes"))
        for number in range(10):
            show.ended(f"known{number}", 4_000_000, fresh=False)
        for number in range(3):
            show(f"new{number}", 1_000_000, 4_000_000, "bytes")
            pass_time[0] += 20.0
            show(f"new{number}", 2_000_000, 4_000_000, "bytes")
            show.ended(f"new{number}", 4_000_000, fresh=True)
    [line] = capsys.readouterr().err.splitlines()
    assert line == (
        "piiguard: new2: 2,000,000 of 4,000,000 bytes, 100,000 bytes/s, 1 minute to go; "
        "in all 12 of 40 places: 10 of 40 MB, 0.2 MB/s, 3 minutes to go"
    )


def test_a_short_job_says_nothing_on_its_way(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        watch.begin("encrypt", "students", ("iin",), 10)
        watch.step(Tally(10))
    assert capsys.readouterr().err == ""
