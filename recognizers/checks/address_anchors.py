"""Where an address may stand: a word or a shape of which every address has one, so that most lines are never read.

They decide how many lines of a log the grammar sees: do not let them grow vague.
"""

from __future__ import annotations

from collections.abc import Iterator

from piiguard.recognizers.checks.alternatives import firsts, one_of
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import UPPER

__all__ = ["ANCHORS", "windows"]

_N = "[ \u00a0]{0,2}(?:№ ?)?[0-9]"
_UP, _LOW = "[А-ЯӘҒҚҢӨҰҮҺІ]", "[а-яәғқңөұүһіА-ЯӘҒҚҢӨҰҮҺІ]"
_CAPITAL = f"[{UPPER}]"
_SAYS = r"[^0-9\n]{1,50}[0-9]"  # a label, and a number behind it
# The towns that are written without a word for town; they stand in capitals or not.
_TOWNS = (
    "алматы|астана|шымкент|караганд|қарағанды|актобе|ақтөбе|тараз|павлодар|усть-каменогорск|өскемен|семей|костанай|қостанай|кызылорд"
    "|қызылорда|атырау|уральск|орал|петропавл|актау|ақтау|темиртау|теміртау|кокшетау|көкшетау|туркестан|түркістан|талдыкорган"
    "|талдықорған|экибастуз|екібастұз|рудный|жезказган|жезқазған|балхаш|балқаш|жанаозен|жаңаөзен|каскелен|қаскелең|конаев|қонаев|талгар"
)
_LATIN_TOWNS = (
    "almaty|astana|shymkent|karagand[ay]|qaragandy|aktobe|aqtobe|taraz|pavlodar|oskemen|semey|kostanay|qostanay|kyzylorda|qyzylorda|atyrau"
    "|uralsk|oral|petropavl|aktau|aqtau|temirtau|kokshetau|turkistan|turkestan|taldykorgan|ekibastuz|rudny|zhezkazgan|balkhash"
)
_B = "[ \u00a0]"


def _each(words: str, behind: str) -> str:
    """Put the same behind each word."""
    return "|".join(word + behind for word in words.split("|"))


_WORDS = "|".join(
    (
        _each("ул|просп|пер|б-р|бул|пл|наб|мкр|мкрн|м-н|пр-т|пр-кт|пр", r"\."),
        _each("ул|мкр|мкрн|мкр-н|м-н|пр-т|пр-кт|кв-л|б-р|ж/м", _B),
        "улица|улицу|улице|улицы|проспект|переул|бульвар|шоссе|площадь|площади|набережн|проезд|тупик|аллея|тракт|трасса|квартал",
        rf"микрорайон|мкр|жилой массив|жилмассив|ж\.м|жм{_B}|көше|көш\.|к-сі|к-си|даңғ|даң\.|д-лы|тұйық|тұйығ|алаңы|орамы|желекжолы",
        r"тас жолы|тасжолы|шоссесі|қиылыс|бұрышы|дангыл|кошес|ықш|мөлтек|шағын|тұрғын алабы|ы/а|м/а|ш/а|ы\.а\.|ш\.а\.",
        rf"угл[уа]{_B}|угол{_B}|уг\.|пересечени[еи]{_B}|перекр[её]ст|corner of|intersection of",
        rf"{_B}k[oöó]sh[e.]|{_B}k[oöó]ş[e.]|{_B}dan[gǵ]|{_B}da[gńñŋǵ]",
        _each(f"{_B}batyr|{_B}batyra|{_B}khan|{_B}khana|{_B}hana|{_B}bi|{_B}zholy|{_B}zhyrau", rf"{_B}[0-9]"),
        _each(f"{_B}батыр|{_B}батыра|{_B}хан|{_B}хана|{_B}би|{_B}жырау|{_B}жолы", rf"{_B}[0-9]"),
        _each(f"{_B}батыр|{_B}батыра|{_B}хан|{_B}хана|{_B}би|{_B}жырау|{_B}жолы", rf",{_B}[0-9]"),
    )
)
# What stands before, alternatives, what stands behind.
_SHAPES: tuple[tuple[str, str, str], ...] = (
    (_B, "street|str\\.|st|avenue|ave|road|rd|boulevard|blvd|lane|highway|hwy|prospekti|ulitsa", "(?![a-z])"),
    ("(?<![a-z])", "ulitsa|ulica|ul|prospekt|pr-t|mkr|microdistrict|bulvar|pereulok", _B),
    ("(?<![a-z])", "ul|per|pr|mkr|prosp|pr-t|prospekt|ulitsa", r"\."),
    ("", "дом|доме|дома|дому|д|здание|здания|зд|үй|house", rf"\.?{_N}"),
    (
        "[0-9][а-яa-z]?[ \u00a0]?-?[ \u00a0]?",
        "үй|уй|дом|ui|uy|ü[iy]|úı|п\\.|пәтер|pater|päter|apt",
        "(?![a-z])",
    ),
    ("[0-9][ -]?", "ш\\.|жм|м-н", ""),
    ("", "кв|квартира|пәтер", r"\.?[ \u00a0]?№?[ \u00a0]?[0-9]"),
    ("(?<![a-z])", "kv|apt|flat|office", r"[. \u00a0][ \u00a0]?[0-9]"),
    ("", "г|город", rf"\.?[ \u00a0]?(?-i:{_CAPITAL})[^,\n]{{2,20}},?[ \u00a0](?-i:{_CAPITAL})"),
    (
        "",
        r"пос\.|село|с\.|п\.|д\.|посел|ауыл|аул",
        rf"[а-я]{{0,4}}[ \u00a0]?(?-i:{_CAPITAL})[^0-9\n]{{2,40}}[ \u00a0][0-9]",
    ),
    ("", _TOWNS, rf"[{_LOW[1:-1]}]{{0,3}},? ?(?-i:{_UP})[^0-9\n]{{2,30}}[0-9]"),
    ("(?<![a-z])", _LATIN_TOWNS, rf"[a-z]?,[ \u00a0](?-i:{_CAPITAL})[^0-9\n]{{2,30}}[0-9]"),
    ("", f"{_TOWNS}|{_LATIN_TOWNS}", r"[ \u00a0,]{1,2}[0-9]{6}(?![0-9])"),
    ("(?<![a-z])", "g", r"\.[ \u00a0]?[a-z]{3,20},[ \u00a0](?-i:[A-Z])[^0-9\n]{2,30}[0-9]"),
    (
        "",
        "қаласы|қ\\.| q\\.|ауылы|кенті|облысы|ауданы|обл\\.|область|район|р-н|а/о|с/о|oblysy|audany|qalasy",
        rf"[,»]?[ \u00a0](?-i:{_CAPITAL})",
    ),
    (
        "",
        "адрес|мекенжай|мекен-жай|мекен жай|прожива|прописан|прописк|жительств|живу|живет|живёт|тұрғылықты|тіркелген",
        _SAYS,
    ),
    (
        "",
        "adres|address|mekenjai|mekenjay|mekenzhai|mekenzhay",
        rf"[a-z_]{{0,20}}[\"']?[ ]?[:=][ ]?[\"']?(?-i:[A-Z])[a-z]{_SAYS}",
    ),
)
_NUMBERS = (
    # a cell or a line that is a name and a number and nothing else
    rf"(?<![^\n])(?-i:{_CAPITAL})[^\W0-9_]{{2,20}}(?:-[0-9]{{1,2}})?(?:[ \u00a0][^\W0-9_]{{2,16}})?,?[ \u00a0][0-9]{{1,3}}[^\W_]?(?:[-/][0-9]{{1,3}})?(?![^\n])",
    rf"(?<![0-9])[0-9]{{6}},?[ \u00a0]{{1,2}}(?:[а-яa-z]{{1,3}}[. ]|город|сел|посел|ауыл|аул|(?-i:{_CAPITAL}))",
    # in capitals and by itself: the hexadecimal numbers of a log are full of such runs
    r"(?<![0-9A-Za-z_])(?-i:[A-Z][0-9]{2}[A-Z][0-9][A-Z][0-9])(?![0-9A-Za-z_])",
    r",[ \u00a0]{0,2}[0-9]{6}",
)
_HALF = len(_WORDS) // 2
ANCHORS = (
    *(_WORDS[: _WORDS.index("|", _HALF)], _WORDS[_WORDS.index("|", _HALF) + 1 :]),
    *(f"{before}(?:{words}){behind}" for before, words, behind in _SHAPES),
    *_NUMBERS,
)
ANCHOR = later(
    "|".join(
        (
            one_of(_WORDS),
            *(
                f"{'' if before[:1] == '[' else f'(?={firsts(words)})'}(?i:{before}){one_of(words)}(?i:{behind})"
                for before, words, behind in _SHAPES
            ),
            *(f"(?i:{number})" for number in _NUMBERS),
        )
    )
)
REACH = 150  # characters before and after an anchor


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Give the stretches around anchors, merged where they overlap, each within its line."""
    start = 0
    for line in text.split("\n"):
        if len(line) > 5:
            yield from _of_line(text, start, start + len(line))
        start += len(line) + 1


def _of_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the stretches around the anchors of one line; a short line is one stretch."""
    if end - start <= 2 * REACH:
        yield start, end  # the parts are found as fast as the anchors
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
