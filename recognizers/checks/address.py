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
from piiguard.recognizers.checks.address_anchors import windows
from piiguard.recognizers.checks.address_parts import PART, is_city
from piiguard.recognizers.checks.exceptions import InvalidFormat
from piiguard.recognizers.checks.later import later

__all__ = ["UNSURE", "Address", "FoundAddress", "compact", "find", "format", "is_valid", "parse", "validate"]

LONGEST = 400  # characters: what goes on behind them is another address
SEPARATOR = later(r"[ \t\u00a0,;.:–—\-«»\"()|]{0,6}(?:(?:в|на|по|бойынша|in|уг\.|угол)[ \u00a0])?")
MARKED = {"corner", "street", "english_street", "numbered_street", "micro"}
STREETS = MARKED | {"bare_street"}
NUMBERS = {"house", "block", "floor", "flat", "number"}
CITIES = {"city", "town"}
PLACES = CITIES | {"region", "index"}
_TOLD_AS = dict.fromkeys(STREETS, "street") | {
    "number": "house",
    "block": "house",
    "floor": "flat",
    "town": "city",
}
WEAK = 0.14  # only right behind a label, or in a column that says so
# How the names of streets end in Russian; and a house with its flat, «7-12».
_BARE, _WEAKLY = "settlement, name and number", "name and number"
UNSURE = frozenset({_BARE, _WEAKLY})
"""The rules by which a street that lacks its word is told by what stands around it."""
_STREET_LIKE = later(
    r"(?:[оеё]в|ин)а$|[аеиоуыя]й$|ая$|енко$|[ұу]лы$|(?i:батыра?|хана?|би|жолы|жырау|ата|ел|мая|марта|hana?|khana?|batyra?|zholy)$|[a-z]*(?:ova|eva|ina|aya|uly)$"
)
_SURE_STREET = later("(?i:[ \u00a0](?:батыра?|хана?|би|жырау|жолы|batyra?|khana?|bi|zholy|zhyrau)$)")
# «Free Software Foundation, Inc., 51 …», over the end of a line of comment: every file of a free program has one.
_FIRM_BEFORE = later(r"\b(?:Inc|Ltd|LLC|Corp|Foundation|GmbH|Limited)\b[.,]{0,3}[ \t\r\n#*/;%|-]{1,12}$")
_HOUSE_AND_FLAT = later(r"[0-9][А-Яа-я]?[-/–][0-9]")


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


def parts(text: str, start: int, end: int) -> Iterator[Part]:
    """Read the parts of a stretch; a capitalised word that is no town breaks a chain, so it is left out."""
    for match in PART.finditer(text, start, end):
        kind = str(match.lastgroup).replace("date_street", "bare_street")
        if kind == "word" and not is_city(match.group()):
            continue
        if kind == "bare_street" and text.startswith(",", match.end()) and is_city(match.group()):
            kind = "word"  # «Сынақ, 5 …» goes on, with a district or a street that begins with a number
        if kind == "town":
            if not is_city(re.split("[. \u00a0]", match.group())[-1]):
                continue
            kind = "city"
        yield Part("town" if kind == "word" else kind, match.start(), match.end())


def chains(text: str, start: int, end: int) -> Iterator[list[Part]]:
    """Group parts that only separators divide."""
    chain: list[Part] = []
    for part in parts(text, start, end):
        if chain and (part.end - chain[0].start > LONGEST or not follows(text, chain[-1], part)):
            yield chain
            chain = []
        if stands(chain, part):
            chain.append(part)
    yield chain


def stands(chain: list[Part], part: Part) -> bool:
    """Say whether a part may stand here: a bare number behind a street, a street without a marker before all others."""
    if part.kind == "number":
        return bool(chain) and chain[-1].kind in STREETS | NUMBERS
    if part.kind == "bare_street":
        return not any(each.kind in STREETS | NUMBERS for each in chain)
    return True


def follows(text: str, left: Part, right: Part) -> bool:
    """Say whether two parts belong together."""
    gap = SEPARATOR.fullmatch(text, left.end, right.start)
    if gap is None:
        return False
    if right.kind == "number":
        return left.kind in STREETS | NUMBERS and right.start - left.end <= 3
    return True


def grade(text: str, chain: list[Part]) -> tuple[float, str] | None:
    """Score a chain by what it holds, or give None."""
    kinds = {part.kind for part in chain}
    if "numbered_street" in kinds and _FIRM_BEFORE.search(text, max(0, chain[0].start - 30), chain[0].start):
        return WEAK, "street of a firm"
    street, number, place = kinds & MARKED, kinds & NUMBERS, kinds & PLACES
    if "bare_street" in kinds and not street:
        return bare_grade(text, chain, kinds)
    if street and (number or kinds & {"numbered_street", "corner"}):
        return (0.9 if place or len(kinds) > 2 else 0.8), "street and number"
    if street and kinds & (CITIES | {"index"}):
        return 0.6, "settlement and street"
    if {"house", "flat"} <= kinds or ("house" in kinds and kinds & CITIES):
        return 0.55, "house and flat"
    if "index" in kinds and kinds & CITIES:
        return 0.5, "postal code and settlement"
    if street or {"region", "city"} <= kinds:
        return WEAK, "street or settlement"
    return None


def bare_grade(text: str, chain: list[Part], kinds: set[str]) -> tuple[float, str] | None:
    """Score a street without its word: its house tells it, where a town or a flat stands by."""
    if not kinds & NUMBERS:
        return None
    street = next(part for part in chain if part.kind == "bare_street")
    told = kinds & {"flat", "index", "region"} or _HOUSE_AND_FLAT.search(text, street.end, chain[-1].end)
    shaped = _STREET_LIKE.search(text, street.start, street.end)
    if _SURE_STREET.search(text, street.start, street.end):
        return 0.6, _BARE
    before = {part.kind for part in chain if part.start < street.start}
    if "city" in before or ("town" in before and (told or shaped)) or {"house", "flat"} <= kinds:
        return 0.6, _BARE
    return WEAK, _WEAKLY


def trimmed(text: str, chain: list[Part]) -> list[Part]:
    """Drop a country at the end unless a comma ties it on, as it begins the next phrase; and a name before a street."""
    marked = next((place for place, part in enumerate(chain) if part.kind in MARKED), 0)
    if chain and chain[0].kind == "bare_street" and marked:
        chain = chain[marked:]
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
            if graded := grade(text, chain):
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
    return any(
        found.start == 0 and found.end == len(address) and found.score > WEAK for found in find(address)
    )


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
        kind = _TOLD_AS.get(part.kind, part.kind)
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
