"""The comparison with other versions and tools says what is missed, and what was not there, in words."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.against import peers
from benchmarks.against.goals import at_least, at_most
from benchmarks.against.others import Missing
from benchmarks.against.workers import Worker, started
from benchmarks.harness import Harness

ECHO = """
def steps(folder):
    return {"one": lambda: print("what a library prints") or 7, "gone": lambda: __import__("os")._exit(1)}
"""


@pytest.mark.parametrize(("told", "is_missed"), [(at_least(4, 3.99), True), (at_least(4, 4), False),
                                                 (at_most(0.6, 0.61, " s"), True), (at_most(20, 9, " µs"), False)])  # fmt: skip
def test_a_goal_that_is_missed_says_so(told: str, is_missed: bool) -> None:
    assert ("missed" in told) is is_missed


def test_a_tool_that_cannot_be_had_leaves_its_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(*_: Any) -> Path:
        raise Missing("no network")

    monkeypatch.setattr(peers, "STEPS", [step for step in peers.STEPS if step[2]])
    monkeypatch.setattr(peers, "installed", missing)
    monkeypatch.setattr(peers, "kingfisher", missing)
    (tmp_path / "peers.log").write_text("a line\n")
    (tmp_path / "long.log").write_text("a line\n")
    nobody: Any = None
    rows = [*peers._lines(Harness(), tmp_path, nobody), *peers._logs(Harness(), tmp_path, nobody)]
    assert len(rows) == 3
    assert all(row[-1] == "not measured: no network" for row in rows)


def test_a_process_answers_with_its_seconds_and_what_it_counted(tmp_path: Path) -> None:
    steps = tmp_path / "echo.py"
    steps.write_text(ECHO)
    with started(str(steps.with_suffix("")), tmp_path) as worker:
        assert isinstance(worker, Worker)
        seconds, found = worker.run("one")
        assert (seconds >= 0, found) == (True, 7)
        with pytest.raises(Exception, match="gone"):
            worker.run("gone")
