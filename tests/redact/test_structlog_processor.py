"""structlog: values planted everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from piiguard.redact.redactor import Redactor
from piiguard.redact.structlog_processor import RedactingProcessor

Check = Callable[[str], None]
BEFORE: dict[str, list[Any]] = {
    "nothing": [],
    "text": [structlog.processors.format_exc_info],
    "dict": [structlog.processors.dict_tracebacks],
}


class Output:
    def __init__(self, redactor: Any, before: list[Any]) -> None:
        self.lines: list[str] = []
        self.logger = structlog.wrap_logger(
            self,
            processors=[
                *before,
                RedactingProcessor(redactor),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )

    def info(self, line: str) -> None:
        self.lines.append(line)

    error = info

    @property
    def text(self) -> str:
        assert len(self.lines) == 1, "the event must not be lost"
        return self.lines[0]


@pytest.fixture(params=["sound", "broken"])
def output(request: pytest.FixtureRequest, redactor: Redactor, broken: Any) -> Output:
    return Output(redactor if request.param == "sound" else broken, [])


def test_event_and_bound_values_are_clean(output: Output, planted: str, assert_clean: Check) -> None:
    bound = output.logger.bind(iin=planted, user={"phones": [planted]}, **{planted: 1})
    bound.info(f"ИИН, тел. или счёт: {planted}", level="info")
    assert_clean(output.text)
    assert json.loads(output.text)["level"] == "info"


@pytest.mark.parametrize("kind", BEFORE)
def test_exception_is_clean_however_it_is_written(
    redactor: Redactor, planted: str, kind: str, assert_clean: Check
) -> None:
    output = Output(redactor, BEFORE[kind])
    try:
        raise ValueError(f"ИИН, тел. или счёт: {planted}")
    except ValueError:
        output.logger.exception("failed")
    assert_clean(output.text)
    assert "ValueError" in output.text


def test_exception_given_as_object_is_clean(redactor: Redactor, planted: str, assert_clean: Check) -> None:
    output = Output(redactor, [])
    output.logger.error("failed", exc_info=ValueError(f"ИИН, тел. или счёт: {planted}"))
    assert_clean(output.text)
    assert "ValueError" in output.text


def test_failure_is_said_without_the_value(broken: Any, planted: str, assert_clean: Check) -> None:
    output = Output(broken, [])
    output.logger.info(planted, iin=planted)
    assert json.loads(output.text) == {"event": "<withheld by piiguard: RuntimeError>"}


def test_clean_event_is_unchanged(redactor: Redactor) -> None:
    output = Output(redactor, [])
    output.logger.info("done", count=12, rate=0.5, tags=["a"], ok=True)
    assert json.loads(output.text) == {"event": "done", "count": 12, "rate": 0.5, "tags": ["a"], "ok": True}
