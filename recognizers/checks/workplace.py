"""Workplaces: organisations by legal form, positions, degrees and titles.

A name of a firm by itself says little about a person, so it is graded low; a label, a position before it or a
person beside it makes it a workplace. Free-standing names of organisations are not looked for.

>>> [f.score for f in find("директор ТОО «Үлгі»")], [f.score for f in find("ТОО «Үлгі»")]
([0.55], [0.4])
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from piiguard.frames import emptied
from piiguard.recognizers.checks import person_name
from piiguard.recognizers.checks.exceptions import InvalidFormat
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY
from piiguard.recognizers.checks.taken import Taken
from piiguard.recognizers.checks.workplace_words import (
    CYRILLIC_HINTS,
    DEGREE,
    EMPLOYED,
    EMPLOYED_KK,
    END,
    FORM_HINTS,
    GAP,
    KEY,
    LATIN_HINTS,
    MODEST_KEY,
    ORGANISATION,
    POSITION,
    TITLE,
)

__all__ = ["FoundWorkplace", "Workplace", "compact", "find", "format", "is_valid", "parse", "validate"]

_SIGN = r"[\"']?[ \t\u00a0]{0,2}(?::|=|\||[–—-](?=[ ]))[ \t\u00a0]{0,2}"
_JSON_VALUE = rf"[\"'](?P<quoted>[{ANY}][^\"'\n]{{2,80}})(?=[\"'])"
_PLAIN_VALUE = rf"(?P<plain>(?:[{ANY}]|«)[^\"'\n,;|\t{{}}<>=:]{{2,80}})"
_EDGE = f"(?<![{ANY}])"
_KEYED = later(rf"{_EDGE}(?:{KEY})[\"']?(?:{_SIGN})(?:(?P<firm>{ORGANISATION})|{_JSON_VALUE}|{_PLAIN_VALUE})")
_MODEST = later(rf"{_EDGE}(?:{MODEST_KEY}){_SIGN}(?:{_JSON_VALUE}|{_PLAIN_VALUE})")
_EMPLOYED = later(
    rf"{_EDGE}{EMPLOYED}{GAP}(?:(?:as|at|by|for|in|в|на|an?|the|должности|the position of){GAP}){{0,3}}"
    rf"(?P<value>{POSITION}(?:{GAP}(?:в|на|at|of|in|for){GAP}{ORGANISATION})?|{ORGANISATION})"
)
_EMPLOYED_KK = later(rf"(?P<value>(?:{ORGANISATION}[{ANY}-]{{0,8}}{GAP})?{POSITION}){GAP}{EMPLOYED_KK}")
_TITLED = later(rf"{_EDGE}{TITLE}[{ANY}]{{0,4}}(?:{GAP}(?:школы|лицея|гимназии|колледжа|университета))?{END}")
_POSITION = later(POSITION)
_ORGANISATION = later(ORGANISATION)
_DEGREE = later(DEGREE)
_LEADING_POSITION = later(rf"{POSITION}(?:{GAP}(?:в|at|of))?{GAP}{{1,2}}$")
_FOLLOWING_POSITION = later(rf"{GAP}{POSITION}")
_ENDS_VALUE = later(
    rf"[ \u00a0]{{2,}}|(?<=[{ANY}]{{3}})[.](?=[ \u00a0]|$)|{GAP}(?:тел|иин|жсн|phone|email){END}",
    re.IGNORECASE,
)
_NEAR = 12  # characters between a person and a degree


@dataclass(frozen=True, slots=True)
class FoundWorkplace:
    """A workplace in a text: characters from ``start`` to ``end``."""

    start: int
    end: int
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Workplace:
    """The parts of a workplace as written; an absent part is empty."""

    position: str
    organisation: str
    degree: str


def find(text: str) -> Iterator[FoundWorkplace]:
    """Find workplaces, line by line; of those that overlap, the one found by the surer rule."""
    start = 0
    for line in text.split("\n"):
        if len(line) > 3 and promising(line):
            taken = Taken(len(line))
            for found in candidates(text, start, start + len(line)):
                if taken.take(found.start - start, found.end - start):
                    yield found
        start += len(line) + 1


def promising(line: str) -> bool:
    """Say quickly whether a line can hold a workplace: finding a string costs far less than a pattern."""
    if any(hint in line for hint in FORM_HINTS):
        return True
    small = line.lower()
    return any(hint in small for hint in LATIN_HINTS) or (
        not line.isascii() and any(hint in small for hint in CYRILLIC_HINTS)
    )


def candidates(text: str, start: int, end: int) -> Iterator[FoundWorkplace]:
    """Give the matches of all rules, the surest rule first."""
    yield from keyed(text, start, end)
    for pattern in (_EMPLOYED, _EMPLOYED_KK):
        for match in pattern.finditer(text, start, end):
            yield FoundWorkplace(match.start("value"), match.end("value"), 0.5, "where somebody works")
    yield from organisations(text, start, end)
    yield from degrees(text, start, end)


def keyed(text: str, start: int, end: int) -> Iterator[FoundWorkplace]:
    """Find what a label announces."""
    for match in _KEYED.finditer(text, start, end):
        begin, stop = value_of(match)
        if stop - begin >= 3:
            yield FoundWorkplace(begin, stop, 0.5, "after a label")
    for match in _MODEST.finditer(text, start, end):
        begin, stop = value_of(match)
        if _POSITION.search(text, begin, stop):
            yield FoundWorkplace(begin, stop, 0.5, "position after a label")


def value_of(match: re.Match[str]) -> tuple[int, int]:
    """Say where the value after a label begins and ends."""
    told = match.groupdict()
    for group in ("firm", "quoted"):
        if told.get(group) is not None:
            return match.span(group)
    begin, stop = match.span("plain")
    over = _ENDS_VALUE.search(match.string, begin, stop)
    stop = over.start() if over else stop
    return begin, begin + len(match.string[begin:stop].rstrip(" \t\u00a0.-–—"))


def organisations(text: str, start: int, end: int) -> Iterator[FoundWorkplace]:
    """Find organisations by legal form, with the position that stands beside them."""
    for match in _ORGANISATION.finditer(text, start, end):
        before = _LEADING_POSITION.search(text, max(start, match.start() - 60), match.start())
        after = _FOLLOWING_POSITION.match(text, match.end(), min(end, match.end() + 60))
        if before or after:
            begin = before.start() if before else match.start()
            yield FoundWorkplace(
                begin, after.end() if after else match.end(), 0.55, "position and organisation"
            )
        else:
            yield FoundWorkplace(match.start(), match.end(), 0.4, "organisation")


def degrees(text: str, start: int, end: int) -> Iterator[FoundWorkplace]:
    """Find degrees and titles; a person beside one makes it sure, and a title without a person is none."""
    people = _People(text, start, end)
    for match in _DEGREE.finditer(text, start, end):
        score = 0.55 if people.beside(match) else 0.35
        yield FoundWorkplace(match.start(), match.end(), score, "degree")
    for match in _TITLED.finditer(text, start, end):
        if people.beside(match):
            yield FoundWorkplace(match.start(), match.end(), 0.45, "title of a person")


class _People:
    """Where names begin and end on a line, which is read for them once, and only if somebody asks."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end

    @cached_property
    def _names(self) -> tuple[list[int], list[int]]:
        found = list(person_name.find(self._text[self._start : self._end]))
        return (
            sorted(self._start + name.start for name in found),
            sorted(self._start + name.end for name in found),
        )

    def beside(self, match: re.Match[str]) -> bool:
        """Say whether a name stands right before or after the match."""
        starts, ends = self._names
        after = bisect_left(starts, match.end())
        before = bisect_right(ends, match.start()) - 1
        return (after < len(starts) and starts[after] - match.end() < _NEAR) or (
            before >= 0 and match.start() - ends[before] < _NEAR
        )


@emptied
def compact(workplace: str) -> str:
    """Drop blanks around and repeated inside, and invisible characters.

    >>> compact("  ТОО  «Үлгі» ")
    'ТОО «Үлгі»'
    """
    return " ".join(re.sub("[\u200b-\u200d\ufeff\u00ad]", "", workplace).split())


@emptied
def is_valid(workplace: str) -> bool:
    """Say whether the whole text is an organisation, a position, a degree, or a position and an organisation."""
    workplace = compact(workplace)
    whole = any(found.start == 0 and found.end == len(workplace) for found in find(workplace))
    return whole or _POSITION.fullmatch(workplace) is not None


@emptied
def validate(workplace: str) -> str:
    """Return the compact form, or raise :class:`InvalidNumber`."""
    workplace = compact(workplace)
    if not is_valid(workplace):
        raise InvalidFormat("format", "not shaped like a workplace")
    return workplace


@emptied
def parse(workplace: str) -> Workplace:
    """Tell the parts apart.

    >>> parse("главный бухгалтер ТОО «Үлгі»")
    Workplace(position='главный бухгалтер', organisation='ТОО «Үлгі»', degree='')
    """
    workplace = validate(workplace)
    organisation, degree = _ORGANISATION.search(workplace), _DEGREE.search(workplace)
    rest = workplace.replace(organisation.group(), "") if organisation else workplace
    position = _POSITION.search(rest) if not degree else None
    return Workplace(*(found.group().strip() if found else "" for found in (position, organisation, degree)))


@emptied
def format(workplace: str) -> str:
    """Write the position and the organisation, parted by a comma.

    >>> format("«Үлгі» ЖШС бас бухгалтері")
    'бас бухгалтері, «Үлгі» ЖШС'
    """
    told = parse(workplace)
    return ", ".join(part for part in (told.degree, told.position, told.organisation) if part)
