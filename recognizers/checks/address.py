"""Postal addresses of Kazakhstan: parts chained over commas and blanks.

A chain is an address when it holds a street or a district of houses with a number, a settlement with a street, a
house with a flat, or a postal code with a settlement. A town, a region or a street alone is none. There is no
register to ask, so :func:`is_valid` says "shaped like an address", never "exists".

Source: the order of parts that forms of Kazakhstan prescribe (country, region, settlement, street, house, flat)
and its reverse in English; the postal codes of 1993 (six digits) and 2015 (letters and digits).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.address_parts import PART, is_city, led
from piiguard.recognizers.checks.exceptions import InvalidFormat
from piiguard.recognizers.checks.later import later

__all__ = ["Address", "FoundAddress", "compact", "find", "format", "is_valid", "parse", "validate"]

# One of these stands in every address; the grammar runs only around them. Do not let them grow vague: they are also
# what decides how many lines of a log the grammar sees.
_N = "[ \u00a0]{0,2}(?:№ ?)?[0-9]"
ANCHORS = (
    r"(?:ул|просп|пер|б-р|бул|пл|наб|мкрн?|м-н|пр-т|пр-кт|пр)\.",
    r"(?:ул|мкрн?|мкр-н|м-н|пр-к?т|кв-л|б-р|ж/м)[ \u00a0]",
    r"улиц[аеуы]|проспект|переул(?:ок|ке)|бульвар|шоссе|площадь|набережная|проезд|тупик|аллея|тракт|трасса|квартал",
    r"микрорайон|мкр|жилой массив|жилмассив|ж\.м|жм[ \u00a0]",
    r"көш(?:е|\.)|к-с[іи]|даң(?:ғ|\.)|д-лы|тұйы[қғ]|алаңы|орамы|желекжолы|тас ?жолы|шоссесі|қиылысы|дангылы|кошес[иі]",
    r"ықш|мөлтек|шағын|тұрғын алабы|(?:ы|м|ш)/а|(?:ы|ш)\.а\.",
    r"[ \u00a0](?:street|str\.|st|avenue|ave|road|rd|boulevard|blvd|lane|highway|hwy|prospekti|ulitsa)(?![a-z])",
    r"[ \u00a0](?:k[oöó](?:sh|ş)[e.]|dan[gǵ]|da[ńñ])",
    r"(?<![a-z])(?:ulitsa|ul|prospekt|pr-t|mkr|microdistrict|bulvar|pereulok)[ \u00a0]",
    r"(?<![a-z])(?:ul|per|pr|mkr|prosp|pr-t|prospekt|ulitsa)\.",
    rf"(?:дом[еау]?|д|здани[ея]|зд|үй|house)\.?{_N}",
    r"[0-9][а-яa-z]?[ \u00a0]?-?[ \u00a0]?(?:үй|уй|дом|ui(?![a-z])|üi|úı|п\.|пәтер)|[0-9] ?ш\.",
    r"кв\.?[ \u00a0]?[0-9]",
    r"(?-i:(?:г\.?|город)[ \u00a0]?[А-ЯӘҒҚҢӨҰҮҺІ][^,\n]{2,20},[ \u00a0][А-ЯӘҒҚҢӨҰҮҺІ])",
    r"(?<![0-9])[0-9]{6},?[ \u00a0]{1,2}(?:г\.|г |город|(?-i:[A-ZА-ЯӘҒҚҢӨҰҮҺІ]))",
    # in capitals and by itself: the hexadecimal numbers of a log are full of such runs
    r"(?<![0-9A-Za-z_])(?-i:[A-Z][0-9]{2}[A-Z][0-9][A-Z][0-9])(?![0-9A-Za-z_])",
    r",[ \u00a0]{0,2}[0-9]{6}",
)
ANCHOR = later("|".join(map(led, ANCHORS)), re.IGNORECASE)
# What every anchor holds, for a quick look at each line: finding a string costs far less than a pattern.
CYRILLIC_HINTS = (
    *(
        "ул.",
        "ул ",
        "ул\u00a0",
        "улиц",
        "просп",
        "пер.",
        "переул",
        "б-р",
        "бул",
        "пл.",
        "площад",
        "наб",
        "мкр",
        "микрор",
        "м-н",
    ),
    *(
        "пр-",
        "пр.",
        "кв",
        "квартал",
        "ж/м",
        "ж.м",
        "масси",
        "жм ",
        "шоссе",
        "проезд",
        "тупик",
        "аллея",
        "тракт",
        "трасса",
        "дом",
    ),
    *(
        "д.",
        "д ",
        "здан",
        "зд",
        "кош",
        "көш",
        "к-с",
        "даң",
        "д-лы",
        "тұй",
        "алаң",
        "орам",
        "желек",
        "жолы",
        "қиыл",
        "данг",
    ),
    *("ықш", "мөлтек", "шағын", "алаб", "/а", ".а.", "үй", "уй", "п.", "пәтер", "ш.", "г.", "г ", "город"),
)
LATIN_HINTS = (
    *(
        " street",
        " str.",
        " st.",
        " st ",
        " st,",
        " ave",
        " road",
        " rd",
        " boulevard",
        " blvd",
        " lane",
        " highway",
        " hwy",
    ),
    *(
        " kosh",
        " kösh",
        " kósh",
        " dang",
        " dań",
        " dañ",
        " köş",
        "üi",
        "úı",
        " prospekti",
        "ulits",
        "ul.",
        "ul ",
        "prosp",
        "pr-t",
        "per.",
        "pereulok",
    ),
    *("bulvar", "pr.", "mkr", "microd", "house", " ui", "-ui"),
)
INDEX = later("[0-9]{6}|[0-9][A-Za-z][0-9][A-Za-z][0-9]")
REACH = 150  # characters before and after an anchor
LONGEST = 400  # characters: what goes on behind them is another address
SEPARATOR = later(r"[ \t\u00a0,;.:–—\-«»\"()|]{0,6}(?:(?:в|на|по|бойынша|in|уг\.|угол)[ \u00a0])?")
STREETS = {"street", "english_street", "numbered_street", "micro", "bare_street"}
NUMBERS = {"house", "block", "flat", "number"}
PLACES = {"city", "region", "index"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its kind and where it stands."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address in a text: characters from ``start`` to ``end``."""

    start: int
    end: int
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address as written; an absent part is empty."""

    index: str
    country: str
    region: str
    city: str
    street: str
    house: str
    flat: str


def promising(line: str) -> bool:
    """Say quickly whether a line can hold an anchor."""
    small = line.lower().replace("\u00a0", " ") + " "
    hints = LATIN_HINTS if line.isascii() else CYRILLIC_HINTS + LATIN_HINTS
    return any(hint in small for hint in hints) or INDEX.search(line) is not None


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Give the stretches around anchors, merged where they overlap, each within its line."""
    start = 0
    for line in text.split("\n"):
        if len(line) > 5 and promising(line):
            yield from windows_of_line(text, start, start + len(line))
        start += len(line) + 1


def windows_of_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the stretches around the anchors of one line; a short line is one stretch."""
    if end - start <= 2 * REACH:
        if ANCHOR.search(text, start, end):
            yield start, end
        return
    low, high = start, start
    for anchor in ANCHOR.finditer(text, start, end):
        if anchor.start() - REACH > high > low:
            yield low, high
            low = anchor.start() - REACH
        elif high == low:
            low = max(start, anchor.start() - REACH)
        high = min(end, anchor.end() + REACH)
    if high > low:
        yield low, high


def parts(text: str, start: int, end: int) -> Iterator[Part]:
    """Read the parts of a stretch; a capitalised word that is no town breaks a chain, so it is left out."""
    for match in PART.finditer(text, start, end):
        kind = str(match.lastgroup).replace("date_street", "bare_street")
        if kind in ("word", "town", "bare_street"):
            if is_city(re.split("[. \u00a0]", match.group())[-1]):
                kind = "city"
            elif kind != "bare_street":
                continue
        yield Part(kind, match.start(), match.end())


def chains(text: str, start: int, end: int) -> Iterator[list[Part]]:
    """Group parts that only separators divide."""
    chain: list[Part] = []
    for part in parts(text, start, end):
        if chain and (part.end - chain[0].start > LONGEST or not follows(text, chain[-1], part)):
            yield chain
            chain = []
        if stands(text, chain, part):
            chain.append(part)
    yield chain


def stands(text: str, chain: list[Part], part: Part) -> bool:
    """Say whether a part may stand here: a bare number behind a street, a street without a marker behind a town."""
    if part.kind == "number":
        return bool(chain) and chain[-1].kind in STREETS | NUMBERS
    if part.kind == "bare_street":
        known = bool(chain) and chain[-1].kind in ("city", "region")
        return known and "," in text[chain[-1].end : part.start]
    return True


def follows(text: str, left: Part, right: Part) -> bool:
    """Say whether two parts belong together."""
    gap = SEPARATOR.fullmatch(text, left.end, right.start)
    if gap is None:
        return False
    if right.kind == "number":
        return left.kind in STREETS | NUMBERS and right.start - left.end <= 3
    return True


def grade(chain: list[Part]) -> tuple[float, str] | None:
    """Score a chain by what it holds, or give None."""
    kinds = {part.kind for part in chain}
    street, number, place = kinds & STREETS, kinds & NUMBERS, kinds & PLACES
    if street == {"bare_street"}:
        return (0.6, "settlement, name and number") if number and "city" in kinds else None
    if street and (number or "numbered_street" in kinds):
        return (0.9 if place or len(kinds) > 2 else 0.8), "street and number"
    if street and kinds & {"city", "index"}:
        return 0.6, "settlement and street"
    if {"house", "flat"} <= kinds or ("house" in kinds and "city" in kinds):
        return 0.55, "house and flat"
    if {"index", "city"} <= kinds:
        return 0.5, "postal code and settlement"
    return None


def trimmed(text: str, chain: list[Part]) -> list[Part]:
    """Drop a country at the end unless a comma ties it on: there it begins the next phrase."""
    if len(chain) > 1 and chain[-1].kind == "country" and "," not in text[chain[-2].end : chain[-1].start]:
        return chain[:-1]
    return chain


def find(text: str) -> Iterator[FoundAddress]:
    """Find the addresses of a text.

    >>> [(f.start, f.end, f.score) for f in find("адрес: г.Астана, ул.Ү.Сынақова, д.12/1, ВП 11")]
    [(7, 45, 0.9)]
    >>> list(find("г. Астана, 2015 г."))
    []
    """
    for start, end in windows(text):
        for chain in chains(text, start, end):
            chain = trimmed(text, chain)
            if graded := grade(chain):
                yield FoundAddress(chain[0].start, chain[-1].end, *graded)


@emptied
def compact(address: str) -> str:
    """Drop blanks around and repeated inside, and invisible characters.

    >>> compact("  ул.  Сынақова, 5 ")
    'ул. Сынақова, 5'
    """
    return " ".join(re.sub("[\u200b-\u200d\ufeff\u00ad]", "", address).split())


@emptied
def is_valid(address: str) -> bool:
    """Say whether the whole text is shaped like one address."""
    address = compact(address)
    return any(found.start == 0 and found.end == len(address) for found in find(address))


@emptied
def validate(address: str) -> str:
    """Return the compact form, or raise :class:`InvalidNumber`."""
    address = compact(address)
    if not is_valid(address):
        raise InvalidFormat("format", "not shaped like an address")
    return address


@emptied
def parse(address: str) -> Address:
    """Tell the parts apart.

    >>> parse("050000, г. Алматы, ул. Сынақова, д. 52, кв. 5").house
    'д. 52'
    """
    address = validate(address)
    told: dict[str, list[str]] = {}
    for part in parts(address, 0, len(address)):
        kind = (
            "street" if part.kind in STREETS else "house" if part.kind in ("number", "block") else part.kind
        )
        told.setdefault(kind, []).append(address[part.start : part.end])
    return Address(**{kind: ", ".join(told.get(kind, ())) for kind in Address.__slots__})


@emptied
def format(address: str) -> str:
    """Write an address from the country down to the flat, parted by commas.

    >>> format("ул. Сынақова, д. 5, кв. 7, Алматы, 050000")
    '050000, Алматы, ул. Сынақова, д. 5, кв. 7'
    """
    told = parse(address)
    return ", ".join(part for kind in Address.__slots__ if (part := getattr(told, kind)))
