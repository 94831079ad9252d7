"""The parts that postal addresses of Kazakhstan are made of, as one pattern.

Russian and English markers stand before a name («ул. Сынақова»), Kazakh ones after it («Сынақов көшесі»); both
come in Latin letters too. Every repeat is bounded or possessive, so the cost is linear in the text.
Sources: the abbreviations that the address register and postal forms of Kazakhstan print.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LATIN_LOWER, LATIN_UPPER, UPPER, latin_key

__all__ = ["PART", "is_city", "led"]

LATIN = later(f"[{LATIN_LOWER}-]+")
DATA = Path(__file__).parent.parent / "data"
GAP = "[ \t\u00a0]"
EDGE = f"(?<![{ANY}0-9_])"
END = f"(?![{ANY}0-9_])"

_OPENING = later(r"(?:\(\?(?:<![^)]*\)|-?i?:))*")
_FIRST = later(r"\[([^\]]+)\]|(\\?.)")


def led(words: str) -> str:
    """Put a look at the first letter before alternatives, which the regex engine else tries one by one.

    >>> led("ул|просп"), led("[қк]аласы|[0-9] ?ш")
    ('(?=[пу])(?:ул|просп)', '(?=[0-9қк])(?:[қк]аласы|[0-9] ?ш)')
    """
    firsts = {
        letter for word in words.split("|") for letter in _FIRST.findall(_OPENING.sub("", word, count=1))[0]
    }
    return f"(?=[{''.join(sorted(firsts))}])(?:{words})"


def any_case(words: str) -> str:
    """Alternatives in any case."""
    return f"(?i:{led(words)})"


# Words that begin the next part and so end a name.
NEXT = any_case(
    r"дом|д|зд|здание|кв|квартира|оф|офис|корпус|корп|стр|строение|город|г|обл|область|район|р-н|ул|улица|үй|пәтер|пр|тел"
    r"|телефон|көшесі|даңғылы|қаласы|ауданы|облысы|ауылы|house|apt|office|flat|building|st|street|ave|avenue|вп|нп|пом|иин|жсн"
)
NUMBER = rf"(?:№{GAP}?|N{GAP}?)?[0-9]{{1,4}}(?:{GAP}?[-/\\]{GAP}?[0-9]{{1,4}}(?![0-9]))?(?:(?:{GAP}?[-/]{GAP}?)?[А-Яа-яA-Za-z]{END}|{GAP}[А-ДA-Dабг]{END})?(?![0-9])"
WORD = rf"[{UPPER}][{ANY}]*+(?:[-’'][{ANY}]++){{0,2}}+(?:-?[0-9]{{1,2}}(?![0-9/]))?"
TAIL = (
    "батыра?|батыр|хана?|хандар|би|бия|жырау|ата|ана|апа|жолы|ел|көш|лет|летия|мая|марта|октября|июня|жылдығы|жыл"
    "|және|и|batyra?|khan|bi|ata|zholy"
)
ORDINAL = rf"[0-9]{{1,3}}(?:-?(?:я|й|ая|ый|го|летия|лет|ші|шы|інші|ыншы|жылдығы))?{GAP}"
RANK = rf"(?:им\.|имени|акад\.|академика?|ген\.|генерала?|маршала?|проф\.|космонавта|поэта){GAP}?"
NAME = (
    rf"(?=[{UPPER}0-9агикмп])(?:{RANK})?(?:[{UPPER}]\.{GAP}?){{0,2}}(?:{ORDINAL}(?:(?:лет|летия|жыл){GAP})?)?{WORD}"
    rf"(?:{GAP}(?!{NEXT}{END})(?:{WORD}|(?:{TAIL}){END})){{0,3}}"
)
LOWERED = f"[{ANY}](?:[{ANY}]|-(?=[{ANY}])){{1,20}}{END}"  # a name typed in small letters: only right before its house number
INDEX_LABEL = any_case("почтовый индекс|индекс|пошта индексі|post(?:al)? ?code|zip")
NEW_INDEX = "[A-Z][0-9]{2}[A-Z][0-9][A-Z][0-9]"
HOUSE_AHEAD = rf",?{GAP}{{0,2}}(?i:д\.|дом|№)?{GAP}?[0-9]"
FLAT_AHEAD = rf",?{GAP}[0-9]{{1,3}}[А-Яа-я]?(?:/[0-9]{{1,3}})?,?{GAP}(?i:кв|квартира|пәтер)\.?{GAP}?[0-9]"
NO_STREET = any_case(
    "этаж|подъезд|вход|домофон|секция|том|код|блок|литер|лист|глава|пункт|корп|қабат|кіреберіс|көшесі|мкр|микрорайон"
)
ENGLISH_WORD = rf"(?:[{LATIN_UPPER}]|al-)[{ANY}’'-]{{1,30}}{GAP}"
ENGLISH_NAME = rf"(?:[0-9]{{1,2}}{GAP})?{ENGLISH_WORD}(?:{ENGLISH_WORD}|(?:batyra?|khana?|bi|ata|ana|z?h?oly|joly|z?hyrau|jyrau|el){GAP}){{0,2}}"

STREET_RU = any_case(
    r"улиц[аеуы]|ул|проспект[еау]?|просп|пр-т|пр-кт|пр|переул(?:ок|ке)|пер|бульвар[еа]?|б-р|бул|шоссе|площадь|пл"
    r"|набережная|наб|проезд|тупик|аллея|тракт|трасса|квартал|кв-л"
)
MICRO_RU = any_case(
    r"микрорайон[еа]?|мкрн|мкр-н|мкр|м-н|жилой массив|ж/м|ж\.м|жм|жилмассив|mkr|microdistrict"
)
STREET_KK = any_case(
    r"көшес[іи]н?[дт]?[еа]?н?г?[іи]?|көш\.|к-с[іи]|даңғыл[ы]?(?:н[ыда]{1,3})?|д-лы|даңғ\.|даң\.|тұйық көшесі|тұйығы|бульвары"
    r"|алаңы|орамы|желекжолы|тас жолы|тасжолы|шоссесі|қиылысы|көшесi|кошес[иі]|дангылы|туйыгы"
)
MICRO_KK = any_case(
    r"ықшам ?ауданы?|ықш\.|ы\.а\.|ы/а|мөлтек ?ауданы?|м/а|шағын ?ауданы?|ш/а|ш\.а\.|тұрғын алабы"
)
STREET_LATIN_BEFORE = (
    rf"(?=[upUP])(?i:(?:ulitsa|ul|prospekt|pr-t)(?:\.{GAP}?|{GAP})|(?:prosp|per|pr)\.{GAP}?)"
)
STREET_LATIN_AFTER = any_case(
    "street|str\\.|st\\.|avenue|ave\\.|ave|road|rd\\.|boulevard|blvd\\.|blvd|lane|highway|hwy|k[oöó](?:sh|ş)es[iı]|k[oö](?:sh|ş)\\."
    "|dang?[hy]?yly|da[nñń][gğǵ]yly|prospekti|bulvary|ulitsa"
)
# An initial before it makes «С.» an initial too, and no village.
NOT_INITIAL = rf"(?<![0-9]{GAP})(?<![{UPPER}]\.)(?<![{UPPER}]\.{GAP})"
ESTATE = any_case(
    r"жк|жилой комплекс|бц|бизнес-?центр|тц|трц|трк|торговый (?:дом|центр)|снт|дачный массив|тұрғын үй кешені"
)
CORNER = any_case(r"уг\.|угол")
HOUSE = any_case(r"дом[еау]?|д|здани[ея]|зд|үй|уй|ғимарат|house|building|bldg|bld|dom|d|ui|üi|үйі")
BLOCK = any_case(r"строение|стр|корпус|корп|блок|бл|владение|вл|участок|уч|korp")
HOUSE_AFTER = any_case(r"үй(?:і|де|дің|інде)?|уй|дом|корпус|ғимараты?|ui|üi|úı|үйi")
FLAT = any_case(
    r"квартира|кв|офис|оф|помещение|пом|комната|ком|кабинет|каб|подъезд|этаж|эт|н\.? ?п|вп|нп|секция|пәтер|кеңсе|бөлме"
    r"|apartment|apt|suite|ste|office|flat|unit|room|kv|of|pater|päter|кабинеті|а/я|абонентский ящик"
)
FLAT_AFTER = any_case(
    r"пәтер(?:і|інде|де)?|патер|п\.|кеңсе(?:сі)?|бөлме(?:сі)?|қабат|кв\.?|квартира|этаж|офис|pater|päter|páter"
)
CITY_BEFORE = any_case(
    r"город[еа]?|гор|г|пос[её]л(?:ок|ке)|пос|п|сел[оае]|с|ауыл|аул|пгт|деревня|дер|д|станция|ст|city of|g"
)
LONG_CITY_AFTER = any_case(
    r"[қк]аласы(?:нда|ның)?|ауылы(?:нда)?|кенті|ауылды[қк] округі|стансасы|qalasy|auyly|kenti"
)
CITY_AFTER = rf"{LONG_CITY_AFTER}|(?:қ|а|к)\.|(?i:[қк]-сы|а/о|с/о|city)"
REGION_AFTER = any_case(
    r"область|области|обл\.?|край|район[еа]?|р-н[еа]?|облыс[ыи](?:ның|нда)?|ауданы(?:ның|нда)?|ауд\.|сельский округ"
    r"|region|district|oblysy|audany|oblast|rayon"
)
COUNTRY = any_case(
    r"Республика Казахстан|Казакстан Республикасы|Казакстан|Қазақстан Республикасы|Republic of Kazakhstan|Казахстан|Қазақстан|Kazakhstan|РК|ҚР|Россия|РФ"
    r"|Qazaqstan Respublikasy|Qazaqstan"
)

# Kinds in the order in which they are tried; each with its alternatives.
PARTS = {
    "index": (rf"(?:{INDEX_LABEL}[:.]?{GAP}{{0,2}})?(?:[0-9]{{6}}|{NEW_INDEX}){END}(?!-[0-9])",),
    "country": (rf"{COUNTRY}{END}",),
    "street": (
        rf"(?:[0-9]{{1,2}}-?(?:й|я|ый|ая|ой){GAP})?{STREET_RU}\.?{GAP}{{0,2}}[«\"]?(?:{NAME})[»\"]?",
        rf"{any_case('улица|ул')}\.?{GAP}{{0,2}}№?[0-9]{{1,4}}(?=,?{GAP}{{0,2}}(?i:д\.|дом))",
        rf"{CORNER}{GAP}{{0,2}}(?:{NAME})",
        rf"(?!(?:{NEXT}|{NO_STREET}){END})(?:{WORD}(?:{GAP}(?:{WORD}|(?:{TAIL}){END}))?|{LOWERED})(?={FLAT_AHEAD})",
        rf"{any_case('улица|ул|проспект|пр-т')}\.?{GAP}{{0,2}}{LOWERED}(?:{GAP}{LOWERED}){{0,2}}(?={HOUSE_AHEAD})",
        rf"{NAME}{GAP}(?:{STREET_KK})(?![{ANY}])",
        rf"{LOWERED}{GAP}(?i:көшесі|даңғылы|к-сі)(?={HOUSE_AHEAD})",
        rf"{STREET_LATIN_BEFORE}\"?(?:{NAME})",
    ),
    "micro": (
        rf"{MICRO_RU}\.?{GAP}{{0,2}}[«\"]?(?:{NAME}|[0-9]{{1,2}}[а-яА-Я]?{END})[»\"]?",
        rf"[0-9]{{1,2}}(?:-?(?:й|ый|ой|ші|шы))?[ -]?{MICRO_RU}\.?{END}",
        rf"{any_case('мкр|микрорайон')}\.?{GAP}{{0,2}}{LOWERED}(?={HOUSE_AHEAD})",
        rf"(?:{NAME}|[0-9]{{1,2}}(?:-?(?:ші|шы|інші|ыншы))?){GAP}(?:{MICRO_KK})(?![{ANY}])",
        rf"{MICRO_KK}\.?{GAP}{{0,2}}(?:{WORD}|[0-9]{{1,2}}{END})",
        rf"{WORD}{GAP}(?i:мкр|микрорайон|мкрн)\.?{END}",
        rf"[0-9]{{1,2}}{GAP}?ш\.",  # Aktau numbers its districts: «17 ш.»
    ),
    "numbered_street": (
        rf"[0-9]{{1,4}}[A-Za-z]?(?:/[0-9]{{1,4}})?,?{GAP}{ENGLISH_NAME}(?:{STREET_LATIN_AFTER}|(?i:st)){END}",
    ),
    "english_street": (rf"{ENGLISH_NAME}{STREET_LATIN_AFTER}(?![{ANY}])",),
    "region": (
        rf"{WORD}(?:{GAP}{WORD})?{GAP}{REGION_AFTER}(?![{ANY}])",
        rf"(?:Левый|Правый){GAP}берег{END}",
        rf"(?:ЗКО|СКО|ВКО|ЮКО|БҚО|СҚО|ШҚО|ОҚО){END}",
        rf"{any_case('район|р-н|обл|область|ауд')}\.?{GAP}{{0,2}}{WORD}{END}",
    ),
    "city": (
        rf"{NOT_INITIAL}{CITY_BEFORE}(?:\.{GAP}{{0,2}}|{GAP})(?!{NEXT}{END}){WORD}(?:{GAP}(?!{NEXT}{END})(?:{WORD}|(?:{TAIL}){END}))?{END}",
        rf"{WORD}{GAP}(?:{CITY_AFTER})(?![{ANY}])",
        rf"{WORD}{GAP}[{ANY}]{{2,14}}+{GAP}(?:{LONG_CITY_AFTER}|(?:қ|а)\.(?=,))(?![{ANY}])",
    ),
    "town": (rf"{any_case('город|г')}(?:\.{GAP}{{0,2}}|{GAP}){LOWERED}",),
    "house": (
        rf"{HOUSE}\.?{GAP}{{0,2}}{NUMBER}",
        rf"(?:№{GAP}?)?[0-9]{{1,4}}(?:/[0-9]{{1,4}})?[А-Яа-яA-Za-z]?{GAP}?-?{GAP}?{HOUSE_AFTER}{END}",
    ),
    "estate": (rf"{ESTATE}\.?{GAP}{{0,2}}(?:[«\"“][^«»\"“”\n]{{2,40}}[»\"”]|{NAME})",),
    "block": (rf"{BLOCK}\.?{GAP}{{0,2}}(?:{NUMBER}|[А-ЯA-Z]{END})",),
    "flat": (
        rf"{FLAT}\.?{GAP}{{0,2}}#?{NUMBER}",
        rf"[0-9]{{1,4}}[А-Яа-я]?{GAP}?-?{GAP}?{FLAT_AFTER}(?![{ANY}])",
        rf"#{GAP}?[0-9]{{1,4}}{END}",
    ),
    "date_street": (
        rf"[0-9]{{1,2}}{GAP}(?i:мая|марта|декабря|октября)(?=,?{GAP}[0-9]{{1,3}}(?![0-9{ANY}.:%]))",
    ),
    "number": (rf"{NUMBER}(?![{ANY}%:]|[.,][0-9])",),
    "bare_street": (
        rf"{WORD}(?:{GAP}(?:{WORD}|(?:{TAIL}){END}))?(?=,?{GAP}[0-9]{{1,3}}(?:/[0-9]{{1,3}})?[А-Яа-я]?(?![0-9{ANY}.:%]))",
    ),
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
