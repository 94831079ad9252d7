"""Dates as they are written in documents of Kazakhstan, in Russian, Kazakh and English.

Documents of the republic are issued since 1992; with ten years of validity and some margin the years end in 2060.
Source: the ways of writing a date in laws, forms and databases of the republic.

>>> validate("«12» марта 2015 года")
'2015-03-12'
>>> validate("2015 жылғы 12 наурыз")
'2015-03-12'
>>> is_valid("31.02.2015")
False
"""

from __future__ import annotations

from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks import dates
from piiguard.recognizers.checks.dates import MONTHS
from piiguard.recognizers.checks.exceptions import InvalidComponent, passes

__all__ = ["MONTHS", "DocumentDate", "compact", "format", "is_valid", "parse", "validate"]

_FIRST, _LAST = 1992, 2060


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """Year, month and day; ``day`` is None in a validity such as 03/2025."""

    year: int
    month: int
    day: int | None


@emptied
def compact(number: str) -> str:
    """Strip quotation marks and the word for "year", and single out the blanks.

    >>> compact("« 12 »  марта 2015 г.")
    '12 марта 2015'
    """
    return dates.compact(number)


@emptied
def validate(number: str) -> str:
    """Return the date in ISO 8601, or raise :class:`InvalidNumber`."""
    return format(number)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether such a date exists and a document can bear it."""
    return passes(parse, number)


@emptied
def parse(number: str) -> DocumentDate:
    """Read the date.

    >>> parse("03/2025")
    DocumentDate(year=2025, month=3, day=None)
    """
    year, month, day = dates.read(number)
    if year < 100:
        year += 1900 if year >= _FIRST % 100 else 2000
    if not _FIRST <= year <= _LAST:
        raise InvalidComponent("year", f"the year is not in {_FIRST}..{_LAST}")
    dates.require_day(year, month, day)
    return DocumentDate(year, month, day)


@emptied
def format(number: str) -> str:
    """Write it in ISO 8601.

    >>> format("12 Mar 2015"), format("12.03.15")
    ('2015-03-12', '2015-03-12')
    """
    date = parse(number)
    return f"{date.year}-{date.month:02}" + (f"-{date.day:02}" if date.day else "")
