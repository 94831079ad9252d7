"""loguru: values planted everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from loguru import logger

from piiguard.redact.loguru_patcher import RedactingPatcher
from piiguard.redact.redactor import Redactor

Check = Callable[[str], None]


class Output:
    def __init__(self) -> None:
        self.messages: list[str] = []

    @property
    def text(self) -> str:
        assert len(self.messages) == 1, "the record must not be lost"
        return self.messages[0]


@pytest.fixture(params=["sound", "broken"])
def output(request: pytest.FixtureRequest, redactor: Redactor, broken: Any) -> Iterator[Output]:
    output = Output()
    logger.remove()
    logger.configure(patcher=RedactingPatcher(redactor if request.param == "sound" else broken))
    number = logger.add(
        lambda message: output.messages.append(str(message)), format="{message} {extra}", serialize=True
    )
    yield output
    logger.remove(number)
    logger.configure(patcher=lambda record: None)


def test_message_and_extra_are_clean(output: Output, planted: str, assert_clean: Check) -> None:
    logger.bind(iin=planted, user={"phone": planted}).info("ИИН, тел. или счёт: {}", planted)
    assert_clean(output.text)


def test_exception_and_its_variables_are_clean(output: Output, planted: str, assert_clean: Check) -> None:
    def fail(value: str) -> None:
        raise ValueError(f"ИИН, тел. или счёт: {value}")

    try:
        fail(planted)
    except ValueError:
        logger.exception("failed")
    assert_clean(output.text)


def test_variables_beside_a_clean_message_are_not_written(
    output: Output, planted: str, assert_clean: Check
) -> None:
    def fail(iin: str) -> float:
        return len(iin) / 0

    try:
        fail(planted)
    except ZeroDivisionError:
        logger.exception("failed")
    assert_clean(output.text)
    assert "ZeroDivisionError" in output.text or "withheld" in output.text


def test_the_names_of_level_function_file_process_and_thread_are_clean(
    redactor: Redactor, broken: Any, planted: str, assert_clean: Check
) -> None:
    for patcher in (RedactingPatcher(redactor), RedactingPatcher(broken)):
        messages: list[str] = []
        logger.remove()

        def plant(record: Any, patcher: Any = patcher) -> None:
            record["name"] = record["function"] = record["module"] = f"ИИН {planted}"
            for part, names in {
                "level": ["name", "icon"],
                "file": ["name", "path"],
                "process": ["name"],
                "thread": ["name"],
            }.items():
                for name in names:
                    setattr(record[part], name, f"ИИН {planted}")
            patcher(record)

        logger.configure(patcher=plant)
        number = logger.add(
            messages.append, serialize=True,
            format="{level} {level.icon} {name}:{function}:{module} {file} {file.path} {thread.name} {process.name} {message}",
        )  # fmt: skip
        logger.info("hello")
        logger.remove(number)
        logger.configure(patcher=lambda record: None)
        (text,) = messages
        assert_clean(text)
