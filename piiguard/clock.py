"""The one clock: what passes, and what time it is. A test that moves it moves it for every layer.

Ask it by attribute (``clock.monotonic()``), never by a name imported from here: a name bound elsewhere would
go on with the real time while a test has stopped this one.
"""

from __future__ import annotations

import datetime
import time

__all__ = ["monotonic", "now", "seconds", "stamp"]

monotonic = time.monotonic
"""Seconds since some moment, as float; never goes back. On Linux that moment is the machine's start."""

seconds = time.time
"""Seconds since 1970, as float; an operator may set it back."""


def now() -> datetime.datetime:
    """The time in UTC, with its zone."""
    return datetime.datetime.fromtimestamp(seconds(), datetime.UTC)


def stamp() -> str:
    """The time as documents write it: ISO 8601 in UTC, to the second.

    >>> stamp().endswith("Z")
    True
    """
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
