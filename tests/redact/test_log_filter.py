"""logging: values planted everywhere, none comes out, no record is lost."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console
from rich.logging import RichHandler

from piiguard.redact.log_filter import RedactingFilter
from piiguard.redact.redactor import Redactor

Check = Callable[[str], None]


class EverythingFormatter(logging.Formatter):
    """Writes all that is in a record, as formatters for JSON do."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text + json.dumps(vars(record), default=repr, ensure_ascii=False)


class Log:
    def __init__(self, redactor: Any) -> None:
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(EverythingFormatter("%(levelname)s %(threadName)s %(message)s"))
        handler.addFilter(RedactingFilter(redactor))
        self.logger = logging.Logger("test")  # noqa: LOG001 - a logger of its own, outside the tree
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def log(redactor: Redactor) -> Log:
    return Log(redactor)


@pytest.fixture(params=["sound", "broken"])
def any_log(request: pytest.FixtureRequest, redactor: Redactor, broken: Any) -> Iterator[Log]:
    log = Log(redactor if request.param == "sound" else broken)
    yield log
    assert log.text.startswith(("INFO", "ERROR")), "the record must not be lost"
    assert ("<withheld by piiguard: RuntimeError>" in log.text) == (request.param == "broken")


def test_message_is_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    any_log.logger.info(f"ИИН, тел. или счёт: {planted}")
    assert_clean(any_log.text)


def test_arguments_are_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    any_log.logger.info("ИИН, тел. или счёт: %s", planted)
    assert_clean(any_log.text)


def test_arguments_that_the_message_cuts_are_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    any_log.logger.info("%.2s", f"ИИН, тел., счёт: {planted}")
    assert_clean(any_log.text)


def test_named_arguments_are_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    any_log.logger.info("hello %(a)s", {"a": 1, "iin": planted, "phone": [planted]})
    assert_clean(any_log.text)


def test_extra_is_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    any_log.logger.info("x", extra={"iin": planted, "user": {"phone": [planted, (planted,)]}, planted: 1})
    assert_clean(any_log.text)


def test_number_under_a_telling_name_is_clean(log: Log) -> None:
    log.logger.info("x", extra={"iin": 50312300015})
    assert "300015" not in log.text


def test_exception_is_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    def fail() -> None:
        try:
            raise KeyError(f"ИИН {planted}")
        except KeyError as error:
            error.add_note(f"тел. {planted}")
            raise ValueError(f"счёт {planted}") from error

    try:
        fail()
    except ValueError:
        any_log.logger.exception("failed")
    assert_clean(any_log.text)


def test_clean_exception_is_written_as_ever(log: Log) -> None:
    try:
        raise ValueError("no value here")
    except ValueError:
        log.logger.exception("failed")
    assert 'raise ValueError("no value here")' in log.text


def fail(value: str) -> None:
    """Raise a chain of clean words that stands in frames with a value."""
    member = [value]
    try:
        raise LookupError("no such member")
    except LookupError as error:
        error.add_note("a note")
        raise ExceptionGroup("two", [ValueError("bad"), OSError(2, "no file")]) from error
    finally:
        member.clear()


def test_handlers_that_render_variables_get_a_stack_without_any(
    any_log: Log, redactor: Redactor, planted: str, assert_clean: Check
) -> None:
    shown = io.StringIO()
    rich = RichHandler(
        console=Console(file=shown, width=200),
        rich_tracebacks=True,
        tracebacks_show_locals=True,
        enable_link_path=False,
    )
    any_log.logger.addHandler(rich)  # behind the handler that redacts
    try:
        fail(planted)
    except ExceptionGroup:
        any_log.logger.exception("failed")
    assert "failed" in shown.getvalue() or "withheld" in shown.getvalue()
    assert_clean(shown.getvalue())


def test_stand_in_keeps_type_words_chain_and_stack(log: Log) -> None:
    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    kept: list[logging.LogRecord] = []
    log.logger.addHandler(Kept())
    try:
        fail(f"0503{12300015}")
    except ExceptionGroup as error:
        real = error
        log.logger.exception("failed")
    assert kept[0].exc_info is not None
    kind, stand_in, came = kept[0].exc_info
    assert kind is ExceptionGroup
    assert stand_in is not None
    assert "".join(traceback.format_exception(stand_in)) == "".join(traceback.format_exception(real))
    for frame, _ in traceback.walk_tb(came):
        assert frame.f_locals == {}
    for own, copied in zip(traceback.walk_tb(real.__traceback__), traceback.walk_tb(came), strict=True):
        assert own[1] == copied[1]
        assert own[0].f_code.co_qualname == copied[0].f_code.co_qualname
        assert own[0].f_globals["__name__"] == copied[0].f_globals["__name__"]


def test_value_in_a_line_of_the_program_is_not_read_again(log: Log) -> None:
    try:
        raise ValueError("ИИН 050312300015")
    except ValueError:
        log.logger.exception("failed")
    assert "ValueError: ИИН 05**********" in log.text
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    handler.addFilter(log.logger.handlers[0].filters[0])
    handler.setFormatter(Anew())
    log.logger.addHandler(handler)
    try:
        raise ValueError("ИИН 050312300015")
    except ValueError:
        log.logger.exception("failed")
    assert "ValueError: ИИН 05**********" in shown.getvalue()
    assert "300015" not in shown.getvalue() + log.text


class Anew(logging.Formatter):
    """Writes the exception by itself, whatever was made of it before."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None
        return super().format(record)


def test_chain_that_comes_back_and_words_that_fail_do_not_lose_the_record(log: Log) -> None:
    class Wordless(Exception):
        def __str__(self) -> str:
            raise RuntimeError("050312300015")

    one, other = Wordless(), ValueError("bad")
    one.__context__, other.__context__ = other, one
    log.logger.error("failed", exc_info=one)
    assert "failed" in log.text
    assert "Wordless" in log.text
    assert "300015" not in log.text


def test_names_of_logger_and_file_are_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    record = logging.LogRecord(
        f"ИИН {planted}", 20, f"/srv/тел. {planted}/ИИН {planted}.py", 1, "x", (), None
    )
    record.funcName = f"ИИН {planted}"
    any_log.logger.handle(record)
    assert_clean(any_log.text)


def test_stack_and_thread_name_are_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    def work() -> None:
        any_log.logger.info("x", stack_info=True)

    thread = threading.Thread(target=work, name=f"ИИН, тел., счёт: {planted}")
    thread.start()
    thread.join()
    assert_clean(any_log.text)


def test_message_that_is_an_object_is_clean(any_log: Log, planted: str, assert_clean: Check) -> None:
    class Message:
        def __str__(self) -> str:
            return f"ИИН, тел. или счёт: {planted}"

    any_log.logger.info(Message())
    assert_clean(any_log.text)


def test_label_in_the_message_and_value_in_the_argument(log: Log) -> None:
    log.logger.info("телефон: %s", "7011234567")
    assert "1234567" not in log.text


def test_clean_record_keeps_its_arguments(log: Log) -> None:
    log.logger.info("%s took %d ms", "query", 12)
    assert "query took 12 ms" in log.text
    assert '"args": ["query", 12]' in log.text


def test_wrong_arguments_do_not_lose_the_record(log: Log, planted: str, assert_clean: Check) -> None:
    log.logger.info("%d", planted)
    assert "%d ('" in log.text, "what cannot be written comes out side by side"
    assert_clean(log.text)


def test_object_that_cannot_be_written_does_not_lose_the_record(log: Log) -> None:
    class Bad:
        def __str__(self) -> str:
            raise RuntimeError("050312300015")

    log.logger.info("order 17", extra={"bad": Bad()})
    assert log.text.count("order 17") >= 2
    assert "withheld" not in log.text
    assert "300015" not in log.text


def test_records_of_the_redactor_itself_do_not_go_round(redactor: Redactor) -> None:
    class Chatty:
        def text(self, text: str, context: Any = ()) -> str:
            chatty.logger.info("inside: 050312300015")
            return redactor.text(text)

        value, changes = redactor.value, redactor.changes

    chatty = Log(Chatty())
    chatty.logger.info("ИИН 050312300015")
    assert "<withheld by piiguard: record of the redactor itself>" in chatty.text
    assert "ИИН 05**********" in chatty.text
    assert "300015" not in chatty.text


def test_threads_log_at_once(log: Log, assert_clean: Check) -> None:
    def work() -> None:
        for _ in range(50):
            log.logger.info("ИИН %s", "050312300015")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.text.count("INFO Thread") == 200
    assert_clean(log.text)
    assert "withheld" not in log.text


def test_options_reach_the_redactor() -> None:
    log = Log(Redactor("tag", entities=["KZ_IIN"]))
    log.logger.info("ИИН 050312300015, synaq@mail.example.kz")
    assert "<KZ_IIN>, synaq@mail.example.kz" in log.text
    assert RedactingFilter(operator="tag")._redactor.operator == "tag"


def test_filter_can_be_named_in_a_configuration(redactor: Redactor) -> None:
    configured = logging.config.DictConfigurator({"version": 1})
    made = configured.configure_filter({"()": "piiguard.redact.RedactingFilter", "operator": "tag"})
    record = logging.makeLogRecord({"msg": "ИИН 050312300015"})
    assert made.filter(record)
    assert record.getMessage() == "ИИН <KZ_IIN>"


@pytest.mark.parametrize("works", [True, False])
def test_the_name_of_a_level_is_clean(
    redactor: Redactor, broken: Any, works: bool, planted: str, assert_clean: Check
) -> None:
    log, level = Log(redactor if works else broken), 35
    logging.addLevelName(level, f"ИИН {planted}")
    try:
        log.logger.log(level, "hello")
    finally:
        logging.addLevelName(level, f"Level {level}")
    assert log.text
    assert_clean(log.text)


def test_the_usual_names_of_levels_stay(log: Log) -> None:
    log.logger.warning("hello")
    assert log.text.startswith("WARNING ")
