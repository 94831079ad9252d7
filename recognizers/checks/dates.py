"""Dates as people and programs write them, in three languages: the parts, before any rule of what a date is for.

>>> read("1905 жылғы 1 ақпанда"), read("12.03.15"), read("2019 ж. 05.06")
((1905, 2, 1), (15, 3, 12), (2019, 6, 5))
"""

from __future__ import annotations

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat
from piiguard.recognizers.checks.later import later

__all__ = ["MONTHS", "compact", "read", "require_day"]

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

_WORDS = {word: number for number, words in enumerate(MONTHS, 1) for word in words.split()}
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NUMERIC = later(r"([0-9]{1,2}) ?[./-] ?([0-9]{1,2}) ?[./-] ?([0-9]{4}|[0-9]{2})")
_ISO = later(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_YEAR_MONTH = later(r"([0-9]{4})-([0-9]{2})")
_MONTH_ONLY = later(r"([0-9]{1,2})[/.]([0-9]{4})")
_DAY_FIRST = later(r"([0-9]{1,2})[ /-]?([^\W\d_]+)\.?,?[ /-]?([0-9]{4})")
_MONTH_FIRST = later(r"([^\W\d_]+)\.? ([0-9]{1,2}),? ([0-9]{4})")
_YEAR_FIRST = later(r"([0-9]{4}) ?[^\W\d_]*\.? ?([0-9]{1,2}) ?([^\W\d_]+)")
_YEAR_APART = later(r"([0-9]{4}) ?[^\W\d_]+\.? ?([0-9]{1,2})\.([0-9]{1,2})")
_BLANK = later(f"[{BLANKS}]+")
_QUOTES = later("[«»\"“”'’„]")
_YEAR_WORD = later(r" ?(?:г\.?|года|ж\.?|жылы|жыл)$")


@emptied
def compact(text: str) -> str:
    """Strip quotation marks and the word for "year", and single out the blanks.

    >>> compact("« 12 »  марта 2015 г.")
    '12 марта 2015'
    """
    return _YEAR_WORD.sub("", _BLANK.sub(" ", _QUOTES.sub(" ", text)).strip())


def read(text: str) -> tuple[int, int, int | None]:
    """Year, month and day as they are written, or raise :class:`InvalidNumber`; a year may have two digits.

    The day is None in a validity such as 03/2025.
    """
    text = compact(text)
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
    if match := _YEAR_APART.fullmatch(text):
        return int(match[1]), int(match[3]), int(match[2])
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), _month(match[3]), int(match[2])
    raise InvalidFormat("format", "no way of writing a date")


def require_day(year: int, month: int, day: int | None) -> None:
    """Raise unless the calendar has it."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= _length(year, month)):
        raise InvalidComponent("date", "no such calendar date")


def _month(word: str) -> int:
    word = word.casefold()
    for length in range(len(word), 2, -1):
        if word[:length] in _WORDS and len(word) - length <= 4:
            return _WORDS[word[:length]]
    raise InvalidComponent("month", "no such month")


def _length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _LENGTHS[month - 1]
