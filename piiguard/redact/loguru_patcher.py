"""A patcher for loguru."""

from __future__ import annotations

import traceback
from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.redactor import Redactor

__all__ = ["RedactingPatcher"]


class RedactingPatcher:
    """Redacts message, ``extra`` and exception of every record.

    ::

        logger.configure(patcher=RedactingPatcher())

    An exception whose traceback holds a value is written as text at the end of the message, since loguru would
    write the exception itself, with the values of the frames' variables beside it (``diagnose``).
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        self._guarded = Guarded(redactor, **options)
        self._redactor = self._guarded.redactor

    def __call__(self, record: Any) -> None:
        """Redact the record in place."""
        self._guarded(lambda: self._redact(record), lambda note: _withhold(record, note))

    def _redact(self, record: Any) -> None:
        record["message"] = self._redactor.text(record["message"])
        record["extra"] = self._redactor.value(record["extra"])
        if (exception := record["exception"]) is None:
            return
        # diagnose=True, the default, prints variables, so a traceback with clean text may still hold values
        told = traceback.format_exception(exception.type, exception.value, exception.traceback)
        record["message"] += "\n" + self._redactor.text("".join(told)).rstrip("\n")
        record["exception"] = None


def _withhold(record: Any, note: str) -> None:
    record["message"] = note
    record["extra"] = {}
    record["exception"] = None
