"""A filter for the standard library's logging."""

from __future__ import annotations

import logging
import traceback
from functools import lru_cache
from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.redactor import Redactor
from piiguard.redact.standin import standin

__all__ = ["RedactingFilter"]

# What logging itself puts into a record and no person writes; everything else may hold a value.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}
_WRITTEN_BY_PEOPLE = (
    "name",
    "pathname",
    "filename",
    "module",
    "funcName",
    "threadName",
    "processName",
    "taskName",
    "levelname",
)
_LEVELS = frozenset({"NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})


class RedactingFilter(logging.Filter):
    """Redacts message, arguments, exception, stack, names and ``extra`` of every record.

    Add it to handlers, not to loggers: a logger's filter does not see the records of the loggers below it.

    ::

        for handler in logging.getLogger().handlers:
            handler.addFilter(RedactingFilter())

    The record is changed in place. Its exception becomes a stand-in of the same name, whose words are redacted and
    whose frames have no variables: handlers such as rich's would render them. When the redactor fails, the record is still written, with a note instead of
    everything that could hold a value.
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        super().__init__()
        self._guarded = Guarded(redactor, **options)
        self._redactor = self._guarded.redactor
        self._name = lru_cache(maxsize=1024)(self._redactor.text)  # of a thread or a field: few, and often

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; it is never dropped."""
        self._guarded(lambda: self._redact(record), lambda note: _withhold(record, note))
        return True

    def _redact(self, record: logging.LogRecord) -> None:
        self._message(record)
        if record.exc_info or record.exc_text:
            self._traceback(record)
        if record.stack_info:
            record.stack_info = self._redactor.text(record.stack_info)
        fields = record.__dict__
        fields.pop("message", None)  # what another handler's formatter made of the record before
        for name in _WRITTEN_BY_PEOPLE:
            if text := fields.get(name):
                fields[name] = self._name(text)
        for name in fields.keys() - _OWN:
            value = fields.pop(name)  # the name itself may be a value: a mapping logged as extra
            fields[self._name(name)] = self._redactor.value(value, (name,))

    def _message(self, record: logging.LogRecord) -> None:
        """Redact the text as it will be read: a label may stand in the message and its value in an argument."""
        text = record.getMessage()
        clean = self._redactor.text(text)
        if clean != text:
            record.msg, record.args = clean, None
        elif record.args:
            # some handlers write the arguments by themselves, cut or uncut
            record.args = self._redactor.value(record.args)
        elif not isinstance(record.msg, str):
            record.msg = text  # an object could say something else when asked again

    def _traceback(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = record.exc_text or (error and _written(error))
        record.exc_info = None
        if not text:
            return
        record.exc_text = clean = self._redactor.text(text)
        if error is None:
            return
        other = standin(error, self._redactor.text)
        if clean != text and self._redactor.text(again := _written(other)) != again:
            other = standin(error, self._redactor.text, lines=False)  # a formatter may write it anew
        record.exc_info = type(error), other, other.__traceback__


def _written(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).rstrip("\n")


def _withhold(record: logging.LogRecord, note: str) -> None:
    record.msg, record.args = note, None
    record.exc_info = record.exc_text = record.stack_info = None
    for name in record.__dict__.keys() - _OWN:
        del record.__dict__[name]
    for name in _WRITTEN_BY_PEOPLE:
        if (text := getattr(record, name, None)) and text not in _LEVELS:
            setattr(record, name, note)
