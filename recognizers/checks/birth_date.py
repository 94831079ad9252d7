"""Dates of birth (дата рождения, туған күні), as people write them and as databases keep them.

Births of 1850 to 2030 count. Databases also keep digits alone: year, month, day (``19050201``), or the seconds or milliseconds
since 1970, which are negative for most people and whole quarters of an hour for all, since a day begins where its clock says.

>>> validate("1905 жылғы 1 ақпан"), validate("19050201"), validate("-2048544000")
('1905-02-01', '1905-02-01', '1905-02-01')
>>> is_valid("31.02.1905")
False
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from piiguard.frames import emptied
from piiguard.recognizers.checks import dates
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, InvalidNumber, passes
from piiguard.recognizers.checks.later import later

__all__ = ["BirthDate", "agrees", "claim", "compact", "format", "is_valid", "parse", "validate"]

_FIRST, _LAST = 1850, 2030
_THIS_CENTURY = 30
_COMPACT = later("((?:1[89]|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_EPOCH = later("-?[0-9]{7,13}")
_QUARTER = 900  # seconds
_MILLISECONDS = 10**10
_START = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = timedelta(hours=12)
"""Midnight of no place is further from midnight of Greenwich: half a day later every stamp falls on the right day."""


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Year, month and day."""

    year: int
    month: int
    day: int


@emptied
def compact(number: str) -> str:
    """Strip quotation marks and the word for "year", and single out the blanks.

    >>> compact("1 февраля  1905 года")
    '1 февраля 1905'
    """
    return dates.compact(number)


@emptied
def validate(number: str) -> str:
    """Return the date in ISO 8601, or raise :class:`InvalidNumber`."""
    return format(number)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether such a date exists and somebody can have been born on it."""
    return passes(parse, number)


def claim(text: str) -> bool:
    """Tell what :func:`is_valid` tells, fast for what is no date."""
    return text[-1:].isalnum() and any(map(str.isdigit, text[:12])) and len(text) <= 40 and is_valid(text)


@emptied
def parse(number: str) -> BirthDate:
    """Read the date; two digits of a year are those of a person of at most a hundred years.

    >>> parse("01.02.05"), parse("01.02.85")
    (BirthDate(year=2005, month=2, day=1), BirthDate(year=1985, month=2, day=1))
    """
    text = number.strip()
    if match := _COMPACT.fullmatch(text):
        try:
            return _born(int(match[1]), int(match[2]), int(match[3]))
        except InvalidNumber:
            pass  # seconds may have as many digits
    return _stamp(int(text)) if _EPOCH.fullmatch(text) else _born(*dates.read(text))


@emptied
def format(number: str) -> str:
    """Write it in ISO 8601.

    >>> format("1 Feb 1905")
    '1905-02-01'
    """
    date = parse(number)
    return f"{date.year}-{date.month:02}-{date.day:02}"


def agrees(number: str, iin: str) -> bool:
    """Tell whether an IIN begins with this date, as those of most people do.

    >>> agrees("12.03.1905", "050312 300015"), agrees("12.03.2005", "050312 300015")
    (True, False)
    """
    digits = "".join(filter(str.isdigit, iin))
    try:
        date = parse(number)
    except InvalidNumber:
        return False
    century = {18: "12", 19: "34", 20: "56"}[date.year // 100]
    return digits[:6] == f"{date.year % 100:02}{date.month:02}{date.day:02}" and digits[6:7] in tuple(century)


def _born(year: int, month: int, day: int | None) -> BirthDate:
    if year < 100:
        year += 2000 if year <= _THIS_CENTURY else 1900
    if not _FIRST <= year <= _LAST:
        raise InvalidComponent("year", f"the year is not in {_FIRST}..{_LAST}")
    if day is None:
        raise InvalidFormat("format", "a month without its day")
    dates.require_day(year, month, day)
    return BirthDate(year, month, day)


def _stamp(number: int) -> BirthDate:
    seconds, rest = divmod(number, 1000) if abs(number) >= _MILLISECONDS else (number, 0)
    if rest or seconds % _QUARTER:
        raise InvalidComponent("time", "no whole quarter of an hour")
    moment = _START + timedelta(seconds=seconds) + _ZONE
    return _born(moment.year, moment.month, moment.day)
