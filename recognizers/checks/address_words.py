"""The words that postal addresses of Kazakhstan are made of: markers of streets, houses and places, and their endings.

Russian and English markers stand before a name («ул. Сынақова»), Kazakh ones after it («Сынақов көшесі»); both
come in Latin letters too, the Kazakh ones in the alphabets of 2018 and 2021 and as people type them.
Sources: the abbreviations that the address register and postal forms of Kazakhstan print.
"""

from __future__ import annotations

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY

__all__ = ["led"]

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


GAP = "[ \t\u00a0]"
EDGE = f"(?<![{ANY}0-9_])"
END = f"(?![{ANY}0-9_])"
# What a Kazakh word takes behind its possessive: «көшесінің», «үйінде», «päterinde».
CASE = f"(?:[нгдмngdm][{ANY}]{{1,5}})?"

# Words that begin the next part and so end a name.
NEXT = any_case(
    r"дом|д|зд|здание|кв|квартира|оф|офис|корпус|корп|стр|строение|город|г|обл|область|район|р-н|ул|улица|үй|пәтер|пр|тел"
    r"|телефон|көшесі|даңғылы|қаласы|ауданы|облысы|ауылы|house|apt|office|flat|building|st|street|ave|avenue|вп|нп|пом|иин|жсн"
    r"|мкр|мкрн|микрорайон|блок|block|floor|угол|уг"
)
# What goes on in small letters inside a name of a street or a village.
TAIL = any_case(
    r"батыра?|батыр|акына?|ақын|хана?|хандар|би|бия|жырау|ата|ана|апа|жолы|ел|көш|лет|летия|мая|марта|октября|июня|жылдығы|жыл|дала"
    r"|batyra?|khana?|hana?|bi|ata|zholy|joly|zhyrau|jyrau|el"
)
AND = any_case("және|и")
RANK = any_case(
    r"им\.|имени|акад\.|академика?|ген\.|генерала?|маршала?|проф\.|космонавта|поэта|лётчика|героя"
)
# What stands before a number as a name of a street would, and is none.
NO_STREET = any_case(
    "этаж|подъезд|вход|выход|домофон|секция|том|код|блок|литер|лист|глава|статья|пункт|раздел|приложение|часть|класс|группа|вагон"
    "|место|терминал|рейс|поезд|билет|версия|школа|корп|корпус|дом|квартира|кв|кабинет|каб|офис|қабат|кіреберіс|бөлім|бап|тармақ"
    "|көшесі|мкр|микрорайон|тел|январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?|сентябр[ья]|октябр[ья]"
    "|ноябр[ья]|декабр[ья]|қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан|цена|курс|сч[её]т|порт|регистр|сервер|хост|маршрут"
    "|договор|приказ|шарт|бұйрық|закон|указ|заказ|протокол|акт|лицензия|удостоверение|справка|решение|постановление|заявка|обращение|письмо"
    "|office|room|page|line|column|block|floor|port|version|chapter|section|part|step|class|unit|table|figure|level|no|n|windows|android|ios|ubuntu|debian|python|java"
)
# What begins a sentence or leads to a place, and is no part of its name, whatever its capitals.
PROSE = any_case(
    "мен|біз|ол|олар|сен|сіз|менің|біздің|оның|бұл|осы|на|в|во|по|из|с|со|от|до|за|у|к|и|я|он|она|мы|они|мой|наш|адрес|мекенжай[ыі]?|живу"
    "|живёт|живет|живут|проживает|улица|дом|at|in|on|the|our|from|to|ship"
)
UNIT = any_case(
    rf"лет|год[ау]?|жыл[ыа]?|тенге|теңге|тг|человека?|чел|адам|раз|рет|час[ао]?в?|мин|минут[ыа]?|км|шақырым|километр(?:ов|а)?|метр(?:ов|а)?|кг|руб|kzt|usd|шт|дней|дня|голос|балл|жас[{ANY}]{{0,5}}|ай"
)

STREET_RU = any_case(
    r"улиц[аеуы]|ул|проспект[еау]?|просп|пр-т|пр-кт|пр|переул(?:ок|ке|ка)|пер|бульвар[еа]?|б-р|бул|шоссе|площад[ьи]|пл"
    r"|набережн(?:ая|ой)|наб|проезд[еа]?|тупик|аллея|тракт|трасса|квартал[ае]?|кв-л"
)
MICRO_RU = any_case(
    r"микрорайон[еа]?|мкрн|мкр-н|мкр|м-н|жилой массив|ж/м|ж\.м|жм|жилмассив|mkr|microdistrict"
)
_STREET_KK = (
    rf"(?:көшес[іi]|кошес[иi]){CASE}|к-с[іи]|көш\.|даңғыл(?:ы{CASE})?|дангыл(?:ы{CASE})?|д-лы|даңғ\.|даң\.|тұйық көшесі{CASE}"
    rf"|(?:тұйығ|туйыг|бульвар|алаң|орам|желекжол|тас ?жол)ы{CASE}|шоссесі{CASE}|қиылысы{CASE}"
    rf"|k[oöó](?:sh|ş)es[iıí]{CASE}|k[oö](?:sh|ş)\.|da[nñńŋ]g?[gğǵ]?[yı]?l[yı]{CASE}"
)
STREET_KK = any_case(_STREET_KK)
MICRO_KK = any_case(
    rf"ықшам ?аудан(?:ы{CASE})?|ықш\.|ы\.а\.|ы/а|мөлтек ?аудан(?:ы{CASE})?|м/а|шағын ?аудан(?:ы{CASE})?|ш/а|ш\.а\.|тұрғын алабы"
    r"|(?:shagyn|şağyn|yqsham|yqşam) ?audany?"
)
STREET_LATIN_BEFORE = (
    rf"(?=[upUP])(?i:(?:ulitsa|ulica|ul|prospekt|pr-t)(?:\.{GAP}?|{GAP})|(?:prosp|per|pr)\.{GAP}?)"
)
STREET_LATIN_AFTER = any_case(
    rf"street|str\.|st\.|avenue|ave\.|ave|road|rd\.|boulevard|blvd\.|blvd|lane|highway|hwy|k[oöó](?:sh|ş)es[iıí]{CASE}"
    rf"|k[oö](?:sh|ş)\.|dang?[hy]?yly|da[nñńŋ]g?[gğǵ]?[yı]?l[yı]{CASE}|prospekti|bulvary|ulitsa"
)
ESTATE = any_case(
    r"жк|жилой комплекс|бц|бизнес-?центр|тц|трц|трк|торговый (?:дом|центр)|снт|дачный массив|тұрғын үй кешені"
)
ESTATE_KK = any_case("тұрғын үй кешені|тк|бо|бизнес орталығы|сауда үйі|со")
CORNER = any_case(r"уг\.|угол")
CROSSING = any_case(r"угл[уа]|угол|уг\.|пересечени[еи]|перекр[её]ст(?:ок|ке|ка)|corner of|intersection of")
CROSSING_KK = any_case(rf"қиылысы{CASE}|бұрышы{CASE}")

HOUSE = any_case(r"дом[еау]?|д|здани[ея]|зд|үй|уй|ғимарат|house|building|bldg|bld|dom|d|ui|üi|үйі")
BLOCK = any_case(
    r"строение|стр|корпус[еа]?|корп|блок[еа]?|бл|владение|вл|участок|уч|бокс|павильон|литера?|ряд|место|гараж|склад|korp|block|wing"
)
_HOUSE_KK = rf"(?:үй|уй|ui|uy|üi|üy|úı)(?:[іиıi]?(?:[нгдngd][{ANY}]{{1,5}})?)?"
HOUSE_AFTER = any_case(rf"{_HOUSE_KK}|дом|корпус[ыі]?|ғимараты?|блогы")
_FLAT_KK = rf"(?:пәтер|патер|pater|päter|páter)(?:[іиıi]?(?:[нгдngd][{ANY}]{{1,5}})?)?"
FLAT = any_case(
    r"квартир[аеыу]|кв|офис[еа]?|оф|помещение|пом|комната|ком|кабинет|каб|подъезд|этаж|эт|н\.? ?п|вп|нп|секция|пәтер|кеңсе|бөлме"
    r"|apartment|apt|suite|ste|office|flat|unit|room|floor|kv|of|pater|päter|кабинеті|а/я|абонентский ящик"
)
FLAT_AFTER = any_case(
    rf"{_FLAT_KK}|п\.|кеңсе(?:сі)?|бөлме(?:сі)?|қабат(?:ы)?|кіреберіс|кв\.?|квартира|этаж|офис|floor"
)
FLOOR = any_case(
    rf"[0-9]{{1,2}}(?:st|nd|rd|th){GAP}floor|[0-9]{{1,2}}-?(?:й|м|ой|ый|ші|шы|ом)?{GAP}?(?:этаж|қабат)[{ANY}]{{0,3}}"
)
CITY_BEFORE = any_case(
    r"город[еа]?|гор|г|пос[её]л(?:ок|ке)|пос|п|сел[оае]|с|ауыл|аул|пгт|деревня|дер|д|станция|ст|city of|g"
)
LONG_CITY_AFTER = any_case(
    rf"[қк]аласы{CASE}|ауылы{CASE}|кенті{CASE}|ауылды[қк] округі{CASE}|стансасы|[qk]alasy{CASE}|auyly{CASE}|kenti{CASE}"
)
CITY_AFTER = rf"{LONG_CITY_AFTER}|(?:қ|а|к|q|k)\.|(?i:[қк]-сы|а/о|с/о|city)"
REGION_AFTER = any_case(
    rf"область|области|обл\.?|край|район[еау]?|р-н[еа]?|облыс[ыи]{CASE}|ауданы{CASE}|ауд\.|сельск(?:ий|ого) округа?"
    rf"|region|district|oblysy{CASE}|audany{CASE}|oblast|rayon"
)
SIDES = any_case("шығыс|батыс|солтүстік|оңтүстік|шыгыс|солтустик|онтустик|shygys|batys|soltustik|ontustik")
COUNTRY = any_case(
    r"Республик[аи] Казахстан|Казакстан Республикасы|Казакстан|Қазақстан Республикасы|Republic of Kazakhstan|Казахстан|Қазақстан|Kazakhstan|РК|ҚР|Россия|РФ"
    r"|Qazaqstan Respublikasy|Qazaqstan"
)
