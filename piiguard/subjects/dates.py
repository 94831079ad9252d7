"""Moments as columns hold them: timestamps, dates, numbers of seconds or milliseconds, and texts that begin as ISO 8601.

>>> moment("1905-03-12 08:30:00"), moment(86_400)
(datetime.datetime(1905, 3, 12, 8, 30, tzinfo=datetime.timezone.utc), datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc))
>>> moment("12.03.1905") == moment("1905-03-12"), moment("soon") is None, moment("0000-00-00") is None
(True, True, True)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["EPOCH_MILLIS", "moment"]

EPOCH_MILLIS = 100_000_000_000
"""Numbers from here on are milliseconds: as seconds they would be past the year 5000."""
_START = datetime(1970, 1, 1, tzinfo=UTC)
_OURS = re.compile(r"([0-3]?[0-9])\.([01]?[0-9])\.([0-9]{4})(?:$|[ T,])")
_NUMBER = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]+)?")
_LONGEST = 64


def moment(value: Any) -> datetime | None:
    """The moment that a cell means, in UTC where it names no zone; None for what is none."""
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime.combine(value, time(), UTC)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _of_number(float(value))
        return _of_text(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    except (ValueError, OverflowError):
        return None


def _of_number(number: float) -> datetime | None:
    return _START + timedelta(seconds=number / 1000 if abs(number) >= EPOCH_MILLIS else number)


def _of_text(text: str) -> datetime | None:
    if _NUMBER.fullmatch(text):
        return _of_number(float(text)) if len(text) > len("19050312") else None
    if found := _OURS.match(text):
        day, month, year = map(int, found.groups())
        return datetime(year, month, day, tzinfo=UTC)
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return moment(date.fromisoformat(text[:10]))
