"""Law 9: a log record is never lost and never leaks, whatever its arguments, handlers and formatters.

Every way to log meets every formatter twice: with a value, and without one. With a value it comes out once and without the
value; without one it comes out as if there were no filter.
"""

from __future__ import annotations

import copy
import json
import logging
import re
from collections import OrderedDict, UserDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from celery.app.log import TaskFormatter
from celery.utils.log import ColorFormatter
from django.utils.log import ServerFormatter
from gunicorn.glogging import Logger as GunicornLogger
from pythonjsonlogger.json import JsonFormatter
from structlog.stdlib import ProcessorFormatter
from uvicorn.logging import DefaultFormatter

from piiguard.redact import RedactingFilter, Redactor

WHEN = datetime(2026, 3, 1, 12, 0)
IDENTITY = UUID("12345678123456781234567812345678")
Log = logging.Logger


@dataclass(frozen=True)
class Value:
    """What is planted: a label that gives it away, the text, and the number where it can be one."""

    label: str
    text: str
    number: int | None = None

    def stands_in(self, output: str) -> bool:
        """However it is grouped or escaped; a part of it that tells no one anything is not looked for."""
        spoken = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), output)
        spoken = re.sub(r"(?:\\x[0-9a-f]{2})+", _bytes, spoken)
        whole, seen = (re.sub(r"[\s()+-]", "", each) for each in (self.text, spoken))
        return whole in seen or (self.number is not None and str(self.number) in seen)


def _bytes(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "replace")


VALUES = (
    Value("ИИН", "050312300015"),
    Value("phone", "+7 701 123 45 67", 77011234567),
    Value("card", "4111111111111111", 4111111111111111),
    Value("email", "synaq@mail.example.kz"),
    Value("ФИО", "Сынақов Үлгі Мысалұлы"),
)
PLAIN = Value("step", "A-17", 12)


class Said:
    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class Represented(Said):
    def __str__(self) -> str:
        return "an object"

    def __repr__(self) -> str:
        return f"Represented({self.text})"


class Formatted(Said):
    def __format__(self, how: str) -> str:
        return format(self.text, how)

    __repr__ = Said.__str__


class Lazy(Said):
    """A message that is made when it is asked for, as adapters for other styles do."""


class Row(NamedTuple):
    phone: str
    rows: int


@dataclass
class Client:
    phone: str
    rows: list[str] = field(default_factory=list)


class Loose(dict[str, Any]):
    """A mapping that answers for keys it does not have."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key) if key in self else "-"


class Braces(logging.LogRecord):
    def getMessage(self) -> str:
        return str(self.msg).format(*self.args or ())


def raised(log: Log, error: BaseException, message: Any = "failed") -> None:
    try:
        raise error
    except BaseException:
        log.exception(message)


def chained(log: Log, value: Value) -> None:
    try:
        try:
            raise ValueError(f"bad {value.label} {value.text}")
        except ValueError as error:
            raise RuntimeError("import failed") from error
    except RuntimeError:
        log.exception("failed for %s", "row 5")


def in_context(log: Log, value: Value) -> None:
    try:
        try:
            dict[str, str]()[value.text]
        except KeyError:
            raise RuntimeError("import failed")  # noqa: B904 - that is what is tried
    except RuntimeError:
        log.exception("failed")


def noted(value: Value) -> BaseException:
    error = OSError(2, "no file")
    error.add_note(f"{value.label} {value.text}")
    return error


def by_record(log: Log, kind: type[logging.LogRecord], msg: Any, *args: Any, **fields: Any) -> None:
    record = kind("app", logging.INFO, "/srv/app.py", 1, msg, args, None)
    record.__dict__.update(fields)
    log.handle(record)


def formatted_before(log: Log, value: Value) -> None:
    """Another handler has formatted the record, and what it made is kept there."""
    try:
        raise KeyError(f"{value.label} {value.text}")
    except KeyError as error:
        record = logging.LogRecord("app", 40, "a.py", 1, "%s", (f"{value.label} {value.text}",), None)
        record.exc_info = (type(error), error, error.__traceback__)
    logging.Formatter("%(message)s").format(record)
    log.handle(record)


WAYS: dict[str, Callable[[Log, Value], None]] = {
    "message": lambda log, v: log.info(f"{v.label}: {v.text}"),
    "message with a percent sign": lambda log, v: log.info(f"100% {v.label} {v.text}"),
    "argument": lambda log, v: log.info("%s=%s", v.label, v.text),
    "label in the message": lambda log, v: log.info(f"{v.label}: %s, %d rows", v.text, 3),
    "quoted": lambda log, v: log.info(f"{v.label}: %r", v.text),
    "padded": lambda log, v: log.info(f"{v.label}: %-40s|%5d|%.2f", v.text, 3, 0.5),
    "cut": lambda log, v: log.info("%.3s...", f"{v.label}: {v.text}"),
    "in two": lambda log, v: log.info(f"{v.label}: {v.text[:5]}%s %s", v.text[5:], "done"),
    "star": lambda log, v: log.info(f"{v.label}: %*s", 40, v.text),
    "number": lambda log, v: log.info(f"{v.label}: %d, %s", v.number or 1, v.text),
    "number as text": lambda log, v: log.info(f"{v.label}: %s", v.number or v.text),
    "number as float": lambda log, v: log.info(f"{v.label}: %.2f %s", float(v.number or 1), v.text),
    "number in hex": lambda log, v: log.info(f"{v.label} %x %s", v.number or 1, v.text),
    "number of twelve": lambda log, v: log.info("iin=%012d", 50312300015 if v is VALUES[0] else 12),
    "decimal": lambda log, v: log.info(f"{v.label}: %s %d", Decimal(v.number or 1), Decimal(v.number or 1)),
    "named": lambda log, v: log.info(f"{v.label}: %(value)s in %(time).3fs", {"value": v.text, "time": 0.25}),
    "named, a number": lambda log, v: log.info(f"{v.label}: %(value)d", {"value": v.number or 1, v.label: v.text}),
    "named, not shown": lambda log, v: log.info("saved %(n)d", {"n": 1, v.label: v.text, "many": [v.text]}),
    "named, not there": lambda log, v: log.info(f"{v.label} %(v)s %(none)s", Loose(v=v.text)),
    "own mapping": lambda log, v: log.info(f"{v.label} %(v)s", UserDict(v=v.text)),
    "tuple": lambda log, v: log.info(f"{v.label}: %s", (v.text, 5)),
    "list": lambda log, v: log.info(f"{v.label}: %s", [v.text, {"again": v.text}]),
    "named tuple": lambda log, v: log.info(f"{v.label}: %s", Row(v.text, 2)),
    "bytes": lambda log, v: log.info("body=%s", json.dumps({v.label: v.text}, ensure_ascii=False).encode()),
    "bytes with more": lambda log, v: log.info("%s", f'{{"ФИО":"{v.text}","iin":"050312300015"}}'.encode() if v is not PLAIN else b"{}"),
    "nothing": lambda log, v: log.info("%s %s %s", None, True, f"{v.label} {v.text}"),
    "said": lambda log, v: log.info(f"{v.label}: %s", Said(v.text)),
    "represented": lambda log, v: log.info(f"{v.label}: %s %r", Said(v.text), Represented(f"{v.label} {v.text}")),
    "represented, not shown": lambda log, v: log.info("%s", Represented(f"{v.label} {v.text}")),
    "formatted": lambda log, v: log.info("%s", f"{v.label} {Formatted(v.text):>30}"),
    "exception": lambda log, v: log.info("failed: %s (%r)", KeyError(f"{v.label} {v.text}"), ValueError("x")),
    "data class": lambda log, v: log.info(f"{v.label} %s", Client(v.text)),
    "dict": lambda log, v: log.info({"event": "saved", v.label: v.text, "rows": 5}),
    "dict with an exception": lambda log, v: raised(log, OSError(2, f"{v.label} {v.text}"), {v.label: v.text, "n": 1}),
    "lazy": lambda log, v: log.info(Lazy(f"{v.label}: {v.text}")),
    "lazy with arguments": lambda log, v: log.info(Lazy(f"{v.label}: %s"), v.text),
    "exception as message": lambda log, v: log.error(ValueError(f"{v.label} {v.text}")),
    "extra": lambda log, v: log.info("x", extra={"client": {v.label: v.text, "rows": 2}, "n": 5, "when": WHEN, "id": IDENTITY}),
    "extra, nested": lambda log, v: log.info("x", extra={"client": OrderedDict({v.label: [v.text, (v.text,)]})}),
    "extra, an object": lambda log, v: log.info("x", extra={"client": Client(f"{v.label} {v.text}"), "path": PurePosixPath("a/b")}),
    "extra, a field": lambda log, v: log.info("x", extra={v.label: v.text, "number": v.number}),
    "key error": lambda log, v: raised(log, KeyError(v.text)),
    "value error": lambda log, v: raised(log, ValueError(f"{v.label} {v.text}")),
    "chain": chained,
    "context": in_context,
    "notes": lambda log, v: raised(log, noted(v)),
    "group": lambda log, v: raised(log, ExceptionGroup("several", [ValueError(f"{v.label} {v.text}"), KeyError(v.text)])),
    "syntax error": lambda log, v: raised(log, SyntaxError("bad", ("a.py", 1, 3, f"{v.label} {v.text}"))),
    "stack": lambda log, v: by_record(log, logging.LogRecord, "x", stack_info=f"Stack:\n  {v.label} {v.text}"),
    "own record": lambda log, v: by_record(log, Braces, f"{v.label}: {{}} and {{}}", v.text, 5),
    "formatted before": formatted_before,
}  # fmt: skip


class Everything(logging.Formatter):
    """Writes all that is in a record, as home-made formatters for JSON do."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        left = {
            name: value
            for name, value in vars(record).items()
            if name not in ("created", "msecs", "relativeCreated")
        }
        return text + json.dumps(left, default=repr, ensure_ascii=False)


class OneLine(logging.Formatter):
    """Writes exceptions in its own way."""

    def formatException(self, ei: Any) -> str:
        return repr(super().formatException(ei))


class Arguments(logging.Formatter):
    """Takes the arguments apart, by position or by name, and counts with the numbers."""

    def format(self, record: logging.LogRecord) -> str:
        args = record.args or ()
        items = args.items() if isinstance(args, Mapping) else enumerate(args)
        told = [f"{name}:{item + 0 if isinstance(item, int | float) else item}" for name, item in items]
        return f"{record.getMessage()} {' '.join(told)}"


FORMATTERS: dict[str, Callable[[], logging.Formatter]] = {
    "percent": lambda: logging.Formatter("%(levelname)s %(name)s %(message)s"),
    "braces": lambda: logging.Formatter("{levelname:>9} {message}", style="{"),
    "dollar": lambda: logging.Formatter("$levelname ${message}", style="$"),
    "everything": Everything,
    "one line": OneLine,
    "arguments": Arguments,
    "uvicorn": lambda: DefaultFormatter("%(levelprefix)s %(message)s", use_colors=False),
    "uvicorn in colour": lambda: DefaultFormatter("%(levelprefix)s %(message)s", use_colors=True),
    "gunicorn": lambda: logging.Formatter(GunicornLogger.error_fmt.replace("%(asctime)s", "")),
    "django": lambda: ServerFormatter("{message}", style="{"),
    "celery": lambda: ColorFormatter("[%(levelname)s/%(processName)s] %(message)s", use_color=True),
    "celery task": lambda: TaskFormatter("[%(task_name)s(%(task_id)s)] %(message)s", use_color=False),
    "json": lambda: JsonFormatter("%(message)s %(levelname)s"),
    "json, nested": lambda: JsonFormatter("{message}{args}{exc_text}", style="{", json_ensure_ascii=False),
    "structlog": lambda: ProcessorFormatter(processors=[ProcessorFormatter.remove_processors_meta, repr_of_event]),
}  # fmt: skip


def repr_of_event(_logger: Any, _name: str, event: Any) -> str:
    return repr(dict(event))


# structlog copies a record into one of logging's own class, which cannot write it, with a filter or without
IMPOSSIBLE = {("structlog", "own record")}


class Kept(logging.Handler):
    """Writes each record with each formatter; where that fails a record is lost, as logging would say."""

    def __init__(self, way: str, *filters: logging.Filter) -> None:
        super().__init__()
        self.formatters = {name: FORMATTERS[name]() for name in FORMATTERS if (name, way) not in IMPOSSIBLE}
        self.written: dict[str, list[str]] = {name: [] for name in self.formatters}
        for each in filters:
            self.addFilter(each)

    def emit(self, record: logging.LogRecord) -> None:
        for name, formatter in self.formatters.items():
            self.written[name].append(formatter.format(copy.copy(record)))

    def log(self, way: str, *values: Value) -> None:
        logger = Log("app")
        logger.addHandler(self)
        for value in values:
            WAYS[way](logger, value)


@pytest.fixture(scope="module")
def redacting(redactor: Redactor) -> RedactingFilter:
    return RedactingFilter(redactor)


@pytest.mark.parametrize("way", WAYS)
def test_no_value_comes_out_and_no_record_is_lost(way: str, redacting: RedactingFilter) -> None:
    kept = Kept(way, redacting)
    kept.log(way, *VALUES)
    leaks = [
        (name, value.label, text)
        for name, written in kept.written.items()
        for value, text in zip(VALUES, written, strict=True)
        if value.stands_in(text) or "withheld" in text
    ]
    assert leaks == []


@pytest.mark.parametrize("way", WAYS)
def test_what_holds_no_value_comes_out_as_without_a_filter(way: str, redacting: RedactingFilter) -> None:
    plain, filtered = Kept(way), Kept(way, redacting)
    for kept in (plain, filtered):
        kept.log(way, PLAIN)
    assert without_addresses(filtered) == without_addresses(plain)


def without_addresses(kept: Kept) -> dict[str, str]:
    return {name: re.sub(r"0x[0-9a-f]+", "0x", "".join(written)) for name, written in kept.written.items()}
