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

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes
from piiguard.recognizers.checks.later import later

__all__ = ["MONTHS", "DocumentDate", "compact", "format", "is_valid", "parse", "validate"]

MONTHS = (
    "январ янв қаңтар кантар qantar kantar january jan",
    "феврал фев ақпан акпан aqpan akpan february feb",
    "март мар наурыз nauryz march mar",
    "апрел апр сәуір сауир sauir april apr",
    "мая май мамыр mamyr may",
    "июн маусым mausym june jun",
    "июл шілде шилде shilde july jul",
    "август авг тамыз tamyz august aug",
    "сентябр сен сент қыркүйек кыркуйек qyrkuiek kyrkuiek september sep sept",
    "октябр окт қазан казан qazan kazan october oct",
    "ноябр ноя қараша караша qarasha karasha november nov",
    "декабр дек желтоқсан желтоксан jeltoqsan zheltoksan december dec",
)
"""For each month the beginnings of its names."""

_FIRST, _LAST = 1992, 2060
_WORDS = {word: number for number, words in enumerate(MONTHS, 1) for word in words.split()}
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NUMERIC = later(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}|[0-9]{2})")
_ISO = later(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")
_YEAR_MONTH = later(r"([0-9]{4})-([0-9]{2})")
_MONTH_ONLY = later(r"([0-9]{1,2})/([0-9]{4})")
_DAY_FIRST = later(r"([0-9]{1,2})[ /-]?([^\W\d_]+)\.?,?[ /-]?([0-9]{4})")
_MONTH_FIRST = later(r"([^\W\d_]+)\.? ([0-9]{1,2}),? ([0-9]{4})")
_YEAR_FIRST = later(r"([0-9]{4}) ?[^\W\d_]*\.? ([0-9]{1,2}) ?([^\W\d_]+)")
_BLANK = later(f"[{BLANKS}]+")


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
    text = re.sub("[«»\"“”'’]", " ", number)
    text = _BLANK.sub(" ", text).strip()
    return re.sub(r" ?(?:г\.?|года|ж\.?|жылы|жыл)$", "", text)


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
    year, month, day = _read(compact(number))
    if year < 100:
        year += 1900 if year >= _FIRST % 100 else 2000
    if not _FIRST <= year <= _LAST:
        raise InvalidComponent("year", f"the year is not in {_FIRST}..{_LAST}")
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= _length(year, month)):
        raise InvalidComponent("date", "no such calendar date")
    return DocumentDate(year, month, day)


@emptied
def format(number: str) -> str:
    """Write it in ISO 8601.

    >>> format("12 Mar 2015"), format("12.03.15")
    ('2015-03-12', '2015-03-12')
    """
    date = parse(number)
    return f"{date.year}-{date.month:02}" + (f"-{date.day:02}" if date.day else "")


def _read(text: str) -> tuple[int, int, int | None]:
    if match := _NUMERIC.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _MONTH_ONLY.fullmatch(text):
        return int(match[2]), int(match[1]), None
    if match := _YEAR_MONTH.fullmatch(text):
        return int(match[1]), int(match[2]), None
    if match := _DAY_FIRST.fullmatch(text):
        return int(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return int(match[3]), _month(match[1]), int(match[2])
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), _month(match[3]), int(match[2])
    raise InvalidFormat("format", "no way of writing a date")


def _month(word: str) -> int:
    word = word.casefold()
    for length in range(len(word), 2, -1):
        if word[:length] in _WORDS and len(word) - length <= 4:
            return _WORDS[word[:length]]
    raise InvalidComponent("month", "no such month")


def _length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _LENGTHS[month - 1]
