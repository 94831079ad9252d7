"""A filter for the standard library's logging."""

from __future__ import annotations

import logging
from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.records import Records, withhold
from piiguard.redact.redactor import Redactor

__all__ = ["RedactingFilter"]


class RedactingFilter(logging.Filter):
    """Redacts message, arguments, exception, stack, names and ``extra`` of every record.

    Add it to handlers, not to loggers: a logger's filter does not see the records of the loggers below it.

    ::

        for handler in logging.getLogger().handlers:
            handler.addFilter(RedactingFilter())

    The record is changed in place and keeps its shape: arguments stay as many and of their kinds, a dict stays a dict,
    and what is clean stays as it is. A number that is a value becomes a zero that is written as its stand-in; an object
    whose text shows a value, one that reads as it did without the value. An exception becomes a stand-in of the same
    name, whose words are redacted and whose frames have no variables: handlers such as rich's would render them.

    When the redactor fails, the record is still written, with a note instead of everything that could hold a value;
    ``withheld`` counts those.
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        super().__init__()
        self._guarded = Guarded(redactor, **options)
        self._redactor = self._guarded.redactor
        self._records = Records(self._redactor)

    @property
    def withheld(self) -> int:
        """How many records were written without their content."""
        return self._guarded.withheld

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; it is never dropped."""
        self._guarded(lambda: self._records.redact(record), lambda note: withhold(record, note))
        return True
