"""Keeps rows out of SQLAlchemy's own log: decrypted ones, and those that are scanned or encrypted.

``echo="debug"``, or the logger ``sqlalchemy.engine`` at DEBUG, prints every row after the types have decrypted
it, even with ``hide_parameters=True``.
"""

from __future__ import annotations

import logging
from typing import Any

__all__ = ["hide_rows"]

_HIDDEN = "Row (hidden: this engine reads personal data)"


class _RowFilter(logging.Filter):
    """Replaces the text of a row; the record stays, so that rows can still be counted."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and "Row %r" in record.msg:
            record.msg, record.args = _HIDDEN, ()
        return True


_FILTER = _RowFilter()


def hide_rows(engine: Any) -> None:
    """Watch the logger of an engine that may log rows."""
    logger = engine.logger
    getattr(logger, "logger", logger).addFilter(_FILTER)  # adding it again changes nothing
