"""The ways of writing a date, as patterns: which years count and what may follow is for each entity to say."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.shapes import LETTERS

__all__ = ["AFTER", "BEFORE", "forms", "iso"]

_S = f"[{BLANKS}]{{0,2}}"
_DAY = "[0-3]?[0-9]"
_MONTH = "[01]?[0-9]"
_RU = "(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-яё]{0,6}[.]?"
_KK = (
    "(?:қаңтар|кантар|ақпан|акпан|наурыз|сәуір|сауир|мамыр|маусым|шілде|шилде|тамыз|қыркүйек|кыркуйек|қазан|казан"
    "|қараша|караша|желтоқсан|желтоксан|qantar|aqpan|nauryz|sauir|mamyr|mausym|shilde|tamyz|qyrkuiek|qazan|qarasha"
    "|jeltoqsan|zheltoqsan)[а-яәғқңөұүһіa-z]{0,4}"
)
_EN = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[.]?"
# A hyphen after a year in full joins two dates; a slash may follow the number of a document.
BEFORE = rf"(?<![0-9{LETTERS}])(?<![0-9][.:])(?<!(?<![0-9]{{4}})[0-9]/)(?:(?<![0-9]-)|(?<=[.][0-9]{{4}}-))"
# A date with a time of day is an event of a log, not of a document.
AFTER = (
    r"(?![0-9A-Za-z])(?![./:][0-9])(?!-(?![0-9]{1,2}[.])[0-9])(?!T[0-9])(?![ \t,]{1,2}[0-2]?[0-9]:[0-5][0-9])"
)
_YEAR_WORD = f"(?:[{BLANKS}](?:года|жылы|жыл))?"
_QUOTE = '[«"“„]?'
_UNQUOTE = '[»"”“]?'
_OF_YEAR = "(?:жыл[а-яіғң]{0,4}|ж[.]?)"


def iso(year: str) -> str:
    """Make the pattern of a year, a month and a day in this order."""
    return rf"{year}(?:-(?:0[1-9]|1[0-2])-|[.](?:0[1-9]|1[0-2])[.]|/(?:0[1-9]|1[0-2])/)(?:0[1-9]|[12][0-9]|3[01])"


def forms(year: str) -> tuple[Pattern, ...]:
    """Make the patterns of dates whose ``year`` has four digits."""
    numeric = rf"{_DAY}(?:[.]{_S}{_MONTH}[.]{_S}|[/]{_MONTH}[/]|[-]{_MONTH}[-]){year}"
    return (
        Pattern("day, month, year", rf"{BEFORE}{numeric}{AFTER}", 0.25),
        Pattern("year, month, day", rf"{BEFORE}{iso(year)}{AFTER}", 0.25),
        Pattern("two-digit year", rf"{BEFORE}{_DAY}[./]{_MONTH}[./][0-9]{{2}}{AFTER}", 0.14),
        Pattern(
            "month in words",
            rf"{BEFORE}{_DAY}{_S}[{BLANKS}/-]{{0,2}}(?:{_RU}|{_KK}|{_EN}),?[{BLANKS}/-]{{0,2}}{year}{_YEAR_WORD}{AFTER}",
            0.25,
        ),
        Pattern(
            "day in quotation marks",
            rf"[«\"“„]{_S}{_DAY}{_S}[»\"”“]{_S}(?:{_RU}|{_KK}),?{_S}{year}{_YEAR_WORD}{AFTER}",
            0.25,
        ),
        Pattern("month first", rf"{BEFORE}{_EN}[{BLANKS}]{_DAY},?[{BLANKS}]{year}{AFTER}", 0.25),
        Pattern(
            "year first",
            rf"{BEFORE}{year}{_S}{_OF_YEAR}{_S}{_QUOTE}{_DAY}{_UNQUOTE}{_S}{_KK}",
            0.25,
        ),
        Pattern("year apart", rf"{BEFORE}{year}{_S}{_OF_YEAR}{_S}[0-3][0-9][.][01][0-9]{AFTER}", 0.25),
    )
