"""What a recognizer gave up on is not clean."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from presidio_analyzer import Pattern, PatternRecognizer, pattern_recognizer

from piiguard.detect import Engine
from piiguard.scan import Options, examine, run, scan_database, scan_log
from piiguard.scan.engines import watched


class SlowRecognizer(PatternRecognizer):
    """Its pattern takes for ever on one text, and Presidio calls it through ``analyze``."""

    PREFILTER = ("aaaaaaaa",)

    def __init__(self) -> None:
        super().__init__(
            "SLOW", patterns=[Pattern("slow", r"(?:a|aa)+$(?<=x)", 0.5)], supported_language="ru"
        )

    def analyze(self, *given: Any, **named: Any) -> Any:
        return super().analyze(*given, **named)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 0.02)
    engine = watched(Engine([SlowRecognizer()]))
    monkeypatch.setattr(examine, "chosen_engine", lambda options: engine)
    return engine


def test_a_line_that_took_too_long_makes_the_report_incomplete(slow: Engine) -> None:
    report = scan_log(io.BytesIO(b"ok\n" + b"a" * 60 + b"b\n"))
    assert [error.message for error in report.errors] == [run.TIMED_OUT]
    assert not report.complete
    assert scan_log(io.BytesIO(b"ok\n")).complete


def test_a_cell_that_took_too_long_makes_the_report_incomplete(
    slow: Engine, sqlite_engine: sa.Engine
) -> None:
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("create table t (note text)")
        connection.exec_driver_sql(f"insert into t values ('{'a' * 60}b'), ('ok')")
    report = scan_database(sqlite_engine, Options())
    assert [error.message for error in report.errors] == [run.TIMED_OUT]
