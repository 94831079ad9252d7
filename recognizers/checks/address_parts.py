"""The parts that postal addresses of Kazakhstan are made of, as one pattern.

Every repeat is bounded or possessive, so the cost is linear in the text. In a text of capitals any word looks like a
name, so there a name goes on only with words that streets go on with, or where a sign or a marker bounds it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from piiguard.recognizers.checks.address_words import (
    AND,
    BLOCK,
    CITY_AFTER,
    CITY_BEFORE,
    CORNER,
    COUNTRY,
    CROSSING,
    CROSSING_KK,
    EDGE,
    END,
    ESTATE,
    ESTATE_KK,
    FLAT,
    FLAT_AFTER,
    FLOOR,
    GAP,
    HOUSE,
    HOUSE_AFTER,
    LONG_CITY_AFTER,
    MICRO_KK,
    MICRO_RU,
    NEXT,
    NO_STREET,
    PROSE,
    RANK,
    REGION_AFTER,
    SIDES,
    STREET_KK,
    STREET_LATIN_AFTER,
    STREET_LATIN_BEFORE,
    STREET_RU,
    TAIL,
    UNIT,
    any_case,
)
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LATIN_LOWER, LATIN_UPPER, LOWER, UPPER, latin_key

__all__ = ["PART", "is_city"]

LATIN = later(f"[{LATIN_LOWER}-]+")
DATA = Path(__file__).parent.parent / "data"

_LETTER = f"[А-Яа-яA-Za-z]{END}"
NUMBER = (
    rf"(?:№{GAP}?|N{GAP}?)?[0-9]{{1,4}}(?:[А-Яа-яA-Za-z](?=[-–/][0-9]))?(?:{GAP}?[-–/\\]{GAP}?[0-9]{{1,4}}(?![0-9])){{0,2}}"
    rf"(?:(?:{GAP}?[-/]{GAP}?)?{_LETTER}|{GAP}[А-ДA-Dабг]{END}|{GAP}?[«\"][а-яА-Яa-z][»\"])?(?![0-9])"
)
WORD = rf"[{UPPER}][{ANY}]*+(?:[-’'][{ANY}]++){{0,2}}+(?:-?[0-9]{{1,2}}(?![0-9/]))?"
QUIET = rf"(?=[{UPPER}](?:[{LOWER}'’]|-[{UPPER}][{LOWER}]|{GAP}?\.)){WORD}"  # not in capitals
BOUND = rf"{GAP}{{0,2}}(?:[,;)]|[0-9№]|{NEXT})"
MORE = rf"(?:{QUIET}|{TAIL}{END}|{WORD}(?={BOUND}))"
ORDINAL = rf"[0-9]{{1,3}}(?:-?(?:я|й|ая|ый|го|летия|лет|ші|шы|інші|ыншы|жылдығы))?{GAP}"
_LEAD = rf"(?=[{UPPER}0-9агикмплАГИКМПЛ])(?:{RANK}{GAP}?)?(?:[{UPPER}]\.{GAP}?){{0,2}}(?:{ORDINAL}(?:(?:лет|летия|жыл){GAP})?)?"
NAME = rf"{_LEAD}{WORD}(?:{GAP}(?!{NEXT}{END})(?:{AND}{GAP})?{MORE}){{0,3}}"
# Before a Kazakh marker, where nothing says where the name begins.
NAME_BEFORE = (
    rf"(?!{PROSE}{END}){_LEAD}(?:{QUIET}(?:{GAP}(?!{NEXT}{END})(?:{QUIET}|{TAIL}{END})){{0,3}}"
    rf"|{WORD}(?:{GAP}{TAIL}{END})?|(?<![{ANY}]{GAP}){WORD}{GAP}{WORD})"
)
LOWERED = f"[{ANY}](?:[{ANY}]|-(?=[{ANY}])){{1,20}}{END}"  # a name typed in small letters: only right before its house number
INDEX_LABEL = any_case("почтовый индекс|индекс|пошта индексі|post(?:al)? ?code|zip")
NEW_INDEX = "[A-Z][0-9]{2}[A-Z][0-9][A-Z][0-9]"
_FLAT_WORD = "(?i:кв|квартира|оф|офис|kv|apt|flat|office)"
_FLAT_LAST = "(?i:пәтер|pater|päter)"
HOUSE_AHEAD = rf",?{GAP}{{0,2}}(?i:д\.|дом|№)?{GAP}?[0-9]"
FLAT_AHEAD = (
    rf",?{GAP}[0-9]{{1,3}}[А-Яа-яA-Za-z]?(?:/[0-9]{{1,3}})?,?{GAP}(?:(?i:блок|подъезд|этаж|корп|корпус)\.?{GAP}[0-9А-Я]{{1,2}},?{GAP}){{0,2}}"
    rf"(?:{_FLAT_WORD}\.?{GAP}?№?{GAP}?[0-9]|[0-9]{{1,3}}[ -]?{_FLAT_LAST})"
)
# A house that may stand behind a street which lacks its word.
HOUSE_NEXT = (
    rf",?{GAP}{{1,2}}(?:(?:(?i:д|дом|зд|здание|house|d|dom)(?:\.|{GAP}){GAP}?№?{GAP}?))?[0-9]{{1,3}}(?:[А-Яа-яA-Za-z]{END}|[А-Яа-я](?=[-/]))?"
    rf"(?:{GAP}?[-–/][0-9]{{1,3}}[А-Яа-я]?)?(?![0-9{ANY}:%]|\.[0-9]|{GAP}{UNIT}{END})"
)
ENGLISH_WORD = rf"(?:[{LATIN_UPPER}]|al-)[{ANY}’'-]{{1,30}}{GAP}"
ENGLISH_NAME = rf"(?:[0-9]{{1,2}}{GAP})?{ENGLISH_WORD}(?:{ENGLISH_WORD}|(?:batyra?|khana?|bi|ata|ana|z?h?oly|joly|z?hyrau|jyrau|el){GAP}){{0,2}}"
_STREET_WORD = rf"(?:{STREET_RU}\.?{GAP}{{0,2}})?"
_THEN = rf"(?:\.{GAP}{{0,2}}|{GAP}{{1,2}}|(?=[«\"0-9]))"  # what ends an abbreviation: «пр» begins many words
_WITH = any_case("мен|бен|пен|және")
# An initial before it makes «С.» an initial too, and no village.
NOT_INITIAL = rf"(?<![0-9]{GAP})(?<![{UPPER}]\.)(?<![{UPPER}]\.{GAP})"

# Kinds in the order in which they are tried; each with its alternatives.
PARTS = {
    "index": (rf"(?:{INDEX_LABEL}[:.]?{GAP}{{0,2}})?(?:[0-9]{{6}}|{NEW_INDEX}){END}(?!-[0-9])",),
    "country": (rf"{COUNTRY}{END}(?!{GAP}[0-9]{{1,3}}(?![0-9]))",),
    "corner": (
        rf"{CROSSING}{GAP}{_STREET_WORD}(?![{ANY}]{END}){WORD}(?:{GAP}(?:{TAIL}){END})?{GAP}?(?:{GAP}(?:и|с|and){GAP}|/|{GAP}?[-–]{GAP}?){_STREET_WORD}{WORD}(?:{GAP}(?:{TAIL}){END})?",
        rf"{NAME_BEFORE}(?:{GAP}{STREET_KK})?{GAP}{_WITH}{GAP}{NAME_BEFORE}(?:{GAP}{STREET_KK})?{GAP}{CROSSING_KK}{END}",
        rf"{WORD}(?:{GAP}(?:{TAIL}){END})?,?{GAP}{CORNER}{GAP}?{WORD}(?:{GAP}(?:{TAIL}){END})?{END}(?!\.)",
    ),
    "street": (
        rf"(?:[0-9]{{1,2}}-?(?:й|я|ый|ая|ой){GAP})?{STREET_RU}{_THEN}[«\"]?(?:{NAME})[»\"]?",
        rf"{any_case('улица|ул')}\.?{GAP}{{0,2}}№?[0-9]{{1,4}}(?=,?{GAP}{{0,2}}(?i:д\.|дом))",
        rf"{CORNER}{GAP}{{0,2}}(?:{NAME})",
        rf"(?!(?:{NEXT}|{NO_STREET}|{PROSE}){END})(?:{WORD}(?:{GAP}{MORE})?|{LOWERED})(?={FLAT_AHEAD})",
        rf"{any_case('улица|ул|проспект|пр-т')}(?:\.{GAP}{{0,2}}|{GAP}{{1,2}}){LOWERED}(?:{GAP}{LOWERED}){{0,2}}(?={HOUSE_AHEAD})",
        rf"{NAME_BEFORE}{GAP}{STREET_KK}(?![{ANY}])",
        rf"{NAME_BEFORE}{GAP}к\.(?={GAP}?[0-9])",
        rf"{LOWERED}{GAP}(?i:көшесі|даңғылы|к-сі)(?={HOUSE_AHEAD})",
        rf"{STREET_LATIN_BEFORE}\"?(?:{NAME})",
    ),
    "micro": (
        rf"{MICRO_RU}{_THEN}[«\"]?(?:{NAME}|[0-9]{{1,2}}[а-яА-Я]?{END})[»\"]?",
        rf"[0-9]{{1,2}}(?:-?(?:й|ый|ой|ші|шы))?[ -]?{MICRO_RU}\.?{END}",
        rf"[0-9]{{1,3}}(?:-?(?:й|ый|ой))?[ -]?(?i:квартал|кв-л)(?=,?{GAP}(?i:д|дом|уч)(?:\.|{GAP}){GAP}?[0-9])",
        rf"{any_case('мкр|микрорайон')}(?:\.{GAP}{{0,2}}|{GAP}{{1,2}}){LOWERED}(?={HOUSE_AHEAD})",
        rf"(?:{NAME_BEFORE}{GAP}|[0-9]{{1,2}}(?:-?(?:ші|шы|інші|ыншы))?[ -]?)(?:{MICRO_KK})(?![{ANY}])",
        rf"{MICRO_KK}\.?{GAP}{{0,2}}(?:{WORD}|[0-9]{{1,2}}{END})",
        rf"{WORD}{GAP}(?i:мкр|микрорайон|мкрн)\.?{END}",
        rf"[0-9]{{1,2}}{GAP}?ш\.",  # Aktau numbers its districts: «17 ш.»
        rf"[{ANY}]{{3,20}}-[0-9]{{1,2}}(?=,?{GAP}(?:(?i:д|дом)(?:\.|{GAP}){GAP}?[0-9]|[0-9]{{1,3}}[а-я]?[ -]?(?i:үй)))",
    ),
    "numbered_street": (
        rf"[0-9]{{1,4}}[A-Za-z]?(?:/[0-9]{{1,4}})?,?{GAP}{ENGLISH_NAME}(?:{STREET_LATIN_AFTER}|(?i:st)){END}",
    ),
    "english_street": (rf"{ENGLISH_NAME}{STREET_LATIN_AFTER}(?![{ANY}])",),
    "region": (
        rf"(?:{SIDES}{GAP})?{WORD}{GAP}{REGION_AFTER}(?![{ANY}])",
        rf"(?<=[,:;]{GAP}){WORD}{GAP}{QUIET}{GAP}{REGION_AFTER}(?![{ANY}])",
        rf"(?:Левый|Правый){GAP}берег{END}",
        rf"(?:ЗКО|СКО|ВКО|ЮКО|БҚО|СҚО|ШҚО|ОҚО){END}",
        rf"{any_case('район|р-н|обл|область|ауд|с/о|а/о')}\.?{GAP}{{0,2}}(?:{RANK}{GAP}?)?{WORD}(?:{GAP}{TAIL})?{END}",
    ),
    "city": (
        rf"{NOT_INITIAL}(?!(?i:[спд]){GAP}{WORD}{HOUSE_NEXT}){CITY_BEFORE}(?:\.{GAP}{{0,2}}|{GAP})(?!{NEXT}{END}){WORD}(?:{GAP}(?!{NEXT}{END})(?:{QUIET}|{TAIL}|{WORD}(?=,)))?{END}",
        rf"{NOT_INITIAL}а\.{GAP}?{WORD}{END}",
        rf"{WORD}{GAP}(?:{CITY_AFTER})(?![{ANY}])",
        rf"{WORD}{GAP}[{LOWER}]{{2,14}}+{GAP}(?:{LONG_CITY_AFTER}|(?:қ|а)\.(?=,))(?![{ANY}])",
        rf"(?<=[,:;]{GAP}){WORD}{GAP}{WORD}{GAP}(?:{LONG_CITY_AFTER}|(?:қ|а)\.(?=,))(?![{ANY}])",
    ),
    "town": (rf"{any_case('город|г')}(?:\.{GAP}{{0,2}}|{GAP}){LOWERED}",),
    "house": (
        rf"{HOUSE}\.?{GAP}{{0,2}}{NUMBER}",
        rf"(?:№{GAP}?)?[0-9]{{1,4}}(?:/[0-9]{{1,4}})?[А-Яа-яA-Za-z]?{GAP}?-?{GAP}?{HOUSE_AFTER}{END}",
    ),
    "estate": (
        rf"{ESTATE}\.?{GAP}{{0,2}}(?:[«\"“][^«»\"“”\n]{{2,40}}[»\"”]|{NAME})",
        rf"[«\"“][^«»\"“”\n]{{2,40}}[»\"”]{GAP}{ESTATE_KK}{END}",
    ),
    "block": (
        rf"{BLOCK}\.?{GAP}{{0,2}}(?:[А-ЯA-Z](?:{GAP}?[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?)?{END}|{NUMBER}(?:\.[0-9]{{1,2}}{END})?)",
        rf"[А-ЯA-Z0-9]{{1,2}}[ -](?i:блогы|корпусы){END}",
    ),
    "floor": (FLOOR,),
    "flat": (
        rf"{FLAT}\.?{GAP}{{0,2}}#?{NUMBER}",
        rf"[0-9]{{1,4}}[А-Яа-я]?{GAP}?-?{GAP}?{FLAT_AFTER}(?![{ANY}])",
        rf"#{GAP}?[0-9]{{1,4}}{END}",
    ),
    "date_street": (
        rf"[0-9]{{1,2}}{GAP}(?i:мая|марта|декабря|октября)(?=,?{GAP}[0-9]{{1,3}}(?![0-9{ANY}.:%]))",
    ),
    "number": (rf"(?:{NUMBER}|(?i:б/н))(?![{ANY}%:]|[.,][0-9]|{GAP}{UNIT}{END})",),
    "bare_street": (rf"(?!(?:{NEXT}|{NO_STREET}|{PROSE}){END}){WORD}(?:{GAP}{MORE}{END})?(?={HOUSE_NEXT})",),
    "word": (rf"{WORD}{END}",),
}
PART = later(f"{EDGE}(?:" + "|".join(f"(?P<{kind}>{'|'.join(forms)})" for kind, forms in PARTS.items()) + ")")


@cache
def cities() -> frozenset[str]:
    """List the towns that are known without a marker, in small letters."""
    names = ("cities_kk", "cities_kz")
    lines = [line for name in names for line in (DATA / f"{name}.txt").read_text("utf-8").splitlines()]
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def city_keys() -> frozenset[str]:
    """List the Latin keys of the towns, so that every transliteration of them is known."""
    return frozenset(key for key in map(latin_key, cities()) if len(key) >= 5)


def is_city(word: str) -> bool:
    """Say whether a capitalised word is a known town, in a form that addresses and prose use.

    >>> is_city("Астана"), is_city("Астанада"), is_city("Сынақов")
    (True, True, False)
    """
    word = word.lower()
    if LATIN.fullmatch(word):
        return word in cities() or latin_key(word) in city_keys()
    stem = re.sub("(?:да|де|та|те|ның|нің|дан|ден|е|ы|у)$", "", word)
    return not {word, stem, stem + "а"}.isdisjoint(cities())
