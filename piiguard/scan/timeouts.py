"""Counts the texts that a recognizer gave up on, also where Presidio itself only logs it.

A recognizer with an ``analyze`` of its own that calls Presidio's leaves a pattern out after 60 seconds with a warning:
what was not searched must not pass for clean.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["watched"]

_LOGGER = "presidio-analyzer"


class _Watch(logging.Filter):
    """Lets every record pass."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
            self._engine.timeouts[_LOGGER] += 1
        return True


def watched(engine: Engine) -> Engine:
    """The engine, whose ``timeouts`` now also hold what Presidio logs."""
    logging.getLogger(_LOGGER).addFilter(_Watch(engine))
    return engine
