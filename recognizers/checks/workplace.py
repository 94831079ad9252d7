"""Workplaces: organisations by legal form, positions, degrees and titles.

A name of a firm by itself says little about a person, so it is graded low; a label, a position before it or a
person beside it makes it a workplace. Free-standing names of organisations are not looked for.

>>> [f.score for f in find("директор ТОО «Үлгі»")], [f.score for f in find("ТОО «Үлгі»")]
([0.55], [0.4])
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.exceptions import InvalidFormat
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LOWER
from piiguard.recognizers.checks.position_words import LIKE_POSITION, POSITION
from piiguard.recognizers.checks.taken import Taken
from piiguard.recognizers.checks.workplace_keyed import keyed
from piiguard.recognizers.checks.workplace_line import AFTER_NAME, REACH, FoundWorkplace, Line
from piiguard.recognizers.checks.workplace_words import (
    DEGREE,
    DUTY,
    DUTY_KK,
    EMPLOYED,
    EMPLOYED_KK,
    END,
    GAP,
    INSTITUTION,
    INSTITUTION_KK,
    OF_INSTITUTION,
    ORGANISATION,
    STAFF,
    STAFF_KK,
    TITLE,
)

__all__ = ["FoundWorkplace", "Workplace", "compact", "find", "format", "is_valid", "parse", "validate"]

WEAK = 0.14  # only right behind a label, or in a column that says so
_EDGE = f"(?<![{ANY}])"
_PLACE = rf"{ORGANISATION}|{INSTITUTION}"
_AT = later(rf"{GAP}(?:в|во|на|at|of|in|for){GAP}(?:{_PLACE})")
_EMPLOYED = later(
    rf"{_EDGE}{EMPLOYED}{GAP}(?:(?:as|at|by|for|in|v|na|в|во|на|an?|the|качестве|должности|the position of){GAP}){{0,3}}(?P<place>{_PLACE})?"
)
_GENITIVE = r"(?![а-яё]*(?:ся|ть|н[оаы])(?![а-яё]))[а-яё-]{4,25}(?:ого|его|ей|ой|а|я|и|ы)(?![а-яё])"
_DUTY = later(rf"{_EDGE}{DUTY}{GAP}(?P<place>{_GENITIVE})?")
_PLACE_KK = rf"(?:{ORGANISATION}|{INSTITUTION_KK})[{ANY}-]{{0,8}}"
_AS = later(
    rf"(?:{GAP}?,)?{GAP}(?:(?:since|с){GAP}[0-9]{{4}}(?:{GAP}г(?:ода|\.))?,?{GAP})?(?:(?:as|an?|the|в|на|качестве|должности|позиции){GAP}){{0,3}}"
)
_OF_PERSON = later(rf"[ \u00a0]?[,(–—-][ \u00a0]?(?P<place>{INSTITUTION})(?=[ \u00a0]?(?:[,.;)]|$|\n))")
_EMPLOYED_KK = later(rf"{GAP}{EMPLOYED_KK}")
_AT_KK = f"(?:{GAP}[{ANY}]{{3,14}}(?:[дт][ае]|[dt][ae]))?"  # «ЖШС компаниясында»
_PLACE_BEFORE = later(rf"{_PLACE_KK}{_AT_KK}{GAP}$")
_SMALL = f"[{LOWER}-]{{3,20}}"
_DUTY_KK = later(rf"(?P<place>(?<![{ANY}]){_SMALL}(?:{GAP}{_SMALL}){{0,3}})?{GAP}{DUTY_KK}")
_STAFF = later(
    rf"{_EDGE}{STAFF}{GAP}(?P<value>{ORGANISATION})|(?P<before>{ORGANISATION}){GAP}{STAFF_KK}{END}"
)
_TITLED = later(rf"{_EDGE}{TITLE}[{ANY}]{{0,4}}(?:{GAP}(?:школы|лицея|гимназии|колледжа|университета))?{END}")
_POSITION = later(POSITION)
_ALONE = "(?i:магистр|бакалавр|докторант|кандидат наук|доктор философии|доктор|кандидат|магистрант|master|bachelor|doctor)"
_WHOLE = later(
    rf"(?:{LIKE_POSITION}(?:{GAP}[{ANY}]{{3,20}}){{0,2}}|{INSTITUTION}|{DEGREE}|(?i:{TITLE})|{_ALONE})"
)
_ORGANISATION = later(ORGANISATION)
_DEGREE = later(DEGREE)
_BLANK, _COMMA = later(GAP), later(rf",{GAP}")
_OF_INSTITUTION = later(rf"(?:в{GAP}|на{GAP})?{OF_INSTITUTION}")
_OF_NUMBERED = later(rf"(?:№{GAP}?[0-9]{{1,3}}|[«\"][^«»\"\n]{{2,60}}[»\"]){GAP}$")
_WORKS = ("работа", "rabota", "труд", "устроил", "служ", "work", "employed")
_SERVES = ("болып", "істе", "қызмет", "bolyp", "iste", "yzmet")
_KAZAKH_WORDS = (*_SERVES, "лауазым")
_STAFF_WORDS = ("отрудни", "аботни", "лужащ", "қызметкер", "жұмысшы", "маман", "employee", "staff")
_LONGEST = 60  # characters of a line that is a position and nothing else


@dataclass(frozen=True, slots=True)
class Workplace:
    """The parts of a workplace as written; an absent part is empty."""

    position: str
    organisation: str
    degree: str


def find(text: str) -> Iterator[FoundWorkplace]:
    """Find workplaces, line by line; of those that overlap, the one found by the surer rule."""
    start = 0
    for broken in text.split("\n"):
        line = broken.removesuffix("\r")  # which belongs to the break, on Windows
        if len(line) > 2:
            taken = Taken(len(line))
            for found in candidates(text, start, start + len(line)):
                if taken.take(found.start - start, found.end - start):
                    yield found
        start += len(broken) + 1


def candidates(text: str, start: int, end: int) -> Iterator[FoundWorkplace]:
    """Give the matches of all rules, the surest rule first."""
    line = Line(text, start, end)
    yield from keyed(line)
    yield from employed(line)
    yield from organisations(line)
    yield from beside_people(line)
    yield from whole(line)


def employed(line: Line) -> Iterator[FoundWorkplace]:
    """Find what a verb of work says: where, as what, or both; the verb stands before it, in Kazakh behind it."""
    text, why = line.text, "where somebody works"
    for pattern, words in ((_EMPLOYED, _WORKS), (_DUTY, ("должност",))):
        for match in pattern.finditer(text, line.start, line.end) if line.says(words) else ():
            begin = match.start("place") if match["place"] else match.end()
            stop = line.positions.get(begin)
            if stop is not None:
                at = _AT.match(text, stop, line.end)
                yield FoundWorkplace(begin, at.end() if at else stop, 0.5, why)
            elif match["place"]:
                yield FoundWorkplace(*match.span("place"), 0.5, why)
                if as_what := position_at(line, match.end("place")):
                    yield FoundWorkplace(*as_what, 0.5, why)
    ends = line.ends if line.says(_KAZAKH_WORDS) else {}
    for match in _EMPLOYED_KK.finditer(text, line.start, line.end) if line.says(_SERVES) else ():
        position = ends.get(match.start())
        place = _PLACE_BEFORE.search(
            text, max(line.start, match.start() - REACH), match.start() + 1 if position is None else position
        )
        if position is not None:
            yield FoundWorkplace(place.start() if place else position, match.start(), 0.5, why)
        elif place and not {"болып", "bolyp"} & set(match.group().split()):
            yield FoundWorkplace(place.start(), match.start(), 0.5, why)
    for match in _DUTY_KK.finditer(text, line.start, line.end) if line.says(("лауазым", "қызметіне")) else ():
        stop = match.end("place") if match["place"] else match.start()
        begin = min(ends.get(stop, stop), match.start("place") if match["place"] else stop)
        if begin < stop:
            yield FoundWorkplace(begin, stop, 0.5, why)
    for match in _STAFF.finditer(text, line.start, line.end) if line.says(_STAFF_WORDS) else ():
        yield FoundWorkplace(*match.span(str(match.lastgroup)), 0.5, why)


def position_at(line: Line, place: int) -> tuple[int, int] | None:
    """Where the position stands that somebody has at a place: «… в ТОО «Үлгі» слесарем», "… at Ulgi LLP as an engineer"."""
    link = _AS.match(line.text, place, line.end)
    stop = line.positions.get(link.end()) if link else None
    return (link.end(), stop) if link and stop is not None else None


def organisations(line: Line) -> Iterator[FoundWorkplace]:
    """Find organisations by legal form, with the position that stands beside them; or right behind a name."""
    for match in _ORGANISATION.finditer(line.text, line.start, line.end):
        begin = line.position_before(match.start())
        stop = line.position_behind(match.end(), _BLANK)
        next_stop = line.position_behind(stop, _COMMA)
        if (begin, stop) != match.span() or next_stop != stop:
            yield FoundWorkplace(begin, stop, 0.55, "position and organisation")
            if next_stop != stop:
                yield FoundWorkplace(stop + len(", "), next_stop, 0.55, "position and organisation")
        else:
            known = line.name_before(begin) is not None
            yield FoundWorkplace(begin, stop, 0.5 if known else 0.4, "organisation")


def beside_people(line: Line) -> Iterator[FoundWorkplace]:
    """Find degrees and positions beside the name of who holds them."""
    done = -1
    for begin, stop, degree in line.callings():
        if not degree:
            begin, stop = of_institution(line, begin, stop)
        linked = done >= 0 and AFTER_NAME.fullmatch(line.text, done, begin)
        first = begin if linked else line.name_before(begin, blank=says_more(line.text, begin, stop))
        if first is None and (
            line.ends_list(begin, stop)
            or (line.beside_name(begin, stop) if degree else line.name_behind(stop))
        ):
            first = begin
        if first is not None:
            done = stop
            yield FoundWorkplace(first, stop, 0.55 if degree else 0.5, "beside a name")
            yield from of_person(line, stop)
        elif degree:
            yield FoundWorkplace(begin, stop, 0.35, "degree")
    for end in line.names_end():
        yield from of_person(line, end)
    for match in _TITLED.finditer(line.text, line.start, line.end) if line.positions else ():
        if line.beside_name(*match.span()):
            yield FoundWorkplace(*match.span(), 0.45, "title of a person")


def of_person(line: Line, end: int) -> Iterator[FoundWorkplace]:
    """Find the institution that a sign joins to a name, or to the position beside it: «Сынақов Ү., врач, больница № 2»."""
    if place := _OF_PERSON.match(line.text, end, line.end):
        yield FoundWorkplace(*place.span("place"), 0.5, "place of work beside a name")


def of_institution(line: Line, begin: int, stop: int) -> tuple[int, int]:
    """Go on from a position to the school or the office that it is of, and in Kazakh back to it, but not into a name."""
    text = line.text
    before = _OF_NUMBERED.search(text, max(line.start, begin - REACH), begin)
    after = max(
        (
            found.end()
            for at in (text.rfind(" ", begin, stop) + 1, stop + 1)
            if at > begin and (found := _OF_INSTITUTION.match(text, at, line.end))
        ),
        default=stop,
    )
    first = line.name_after(stop)
    return before.start() if before else begin, after if stop < after <= first else stop


def says_more(text: str, start: int, end: int) -> bool:
    """Say whether a position is more than one noun: it has a rank, a department or a field."""
    return not text[start:end].isalpha()


def whole(line: Line) -> Iterator[FoundWorkplace]:
    """Find a position that is all of its line, as in a signature or a cell; a single word needs a column of such."""
    plain = line.text[line.start : line.end]
    begin = line.start + len(plain) - len(plain.lstrip(" \t\u00a0"))
    stop = line.start + len(plain.rstrip(" \t\u00a0,.;"))
    if not 3 <= stop - begin <= _LONGEST:
        return
    if line.positions.get(begin) == stop:
        score = 0.5 if says_more(line.text, begin, stop) else WEAK
        yield FoundWorkplace(begin, stop, score, "position on its own line")
    elif _WHOLE.fullmatch(line.text, begin, stop):
        yield FoundWorkplace(begin, stop, WEAK, "word for a position or a place of work")


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
    return (
        any(
            found.start == 0 and found.end == len(workplace) and found.score > WEAK
            for found in find(workplace)
        )
        or _POSITION.fullmatch(workplace) is not None
    )


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
