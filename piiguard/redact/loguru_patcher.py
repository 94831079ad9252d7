"""A patcher for loguru."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.redactor import Redactor

__all__ = ["RedactingPatcher"]

_NAMED = {"level": ("name", "icon"), "file": ("name", "path"), "process": ("name",), "thread": ("name",)}
_LEVELS = frozenset({"TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL"})


class RedactingPatcher:
    """Redacts message, ``extra``, names and exception of every record.

    ::

        logger.configure(patcher=RedactingPatcher())

    An exception whose traceback holds a value is written as text at the end of the message, since loguru would
    write the exception itself, with the values of the frames' variables beside it (``diagnose``).
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        self._guarded = Guarded(redactor, **options)
        self._redactor = self._guarded.redactor
        self._name = lru_cache(maxsize=1024)(self._redactor.text)  # few, and often

    def __call__(self, record: Any) -> None:
        """Redact the record in place."""
        self._guarded(lambda: self._redact(record), lambda note: _withhold(record, note))

    def _redact(self, record: Any) -> None:
        record["message"] = self._redactor.text(record["message"])
        record["extra"] = self._redactor.value(record["extra"])
        _rename(record, self._name)
        if (exception := record["exception"]) is None:
            return
        # diagnose=True, the default, prints variables, so a traceback with clean text may still hold values
        told = traceback.format_exception(exception.type, exception.value, exception.traceback)
        record["message"] += "\n" + self._redactor.text("".join(told)).rstrip("\n")
        record["exception"] = None


def _rename(record: Any, clean: Callable[[str], str]) -> None:
    """What the program calls its parts may hold a value, too."""
    for name in ("name", "function", "module"):
        record[name] = record[name] and clean(record[name])
    for part, names in _NAMED.items():
        for name in names:
            setattr(record[part], name, clean(str(getattr(record[part], name))))


def _withhold(record: Any, note: str) -> None:
    record["message"] = note
    record["extra"] = {}
    _rename(record, lambda text: text if text in _LEVELS else note)
    record["exception"] = None
