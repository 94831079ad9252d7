"""Tell which part of a person's name one capitalised word can be.

Sources: the given names and surnames of mimesis and natasha (recognizers/data), and the endings by
which Kazakh and Russian form patronymics and surnames. A word may carry one Russian or Kazakh case
ending: «Үлгі Сынақовтың», «Образцову Примеру».
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import CYRILLIC, fold, latin_key, to_russian

__all__ = ["LONGEST", "classify"]

LONGEST = 40  # letters; no longer run is a name, and nothing here may cost more on one
DATA = Path(__file__).parent.parent / "data"

GIVEN, PATRONYMIC, STOP, UNKNOWN = "F", "P", "X", "U"
SURNAME, WEAK_SURNAME, LISTED_SURNAME = "S", "s", "N"
ENGLISH, LATIN_UNKNOWN, AMBIGUOUS, PLACE, PLAIN, KAZAKH_PLAIN, CASED = "E", "u", "A", "Y", "W", "w", "C"

KK_CASE = (
    "(?:[лдт][ае]р)?(?:н[ыі]ң|д[ыі]ң|т[ыі]ң|[ғг][ае]|[қк][ае]|н[ае]|н[ыі]|д[ыі]|т[ыі]|нд[ае]|д[ае]н|т[ае]н"
    "|н[ае]н|д[ае]|т[ае]|[мбп]ен|дікі|тікі|[дт][ае]й|[лдт][ае]р)"
)
# Endings that no nominative has: «төлемді», «жарыста».
KK_CERTAIN = later("[а-яәғқңөұүһі]{3}(?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[дт][ае]|нд[ае])$")
KK_ENDING = later(f"[-’'ʼ]?{KK_CASE}$")
RU_FEMALE = "(?:а|ы|е|у|ой|ою)"
RU_MALE = "(?:а|у|е|ом|ем)"

PATRONYMIC_WORDS = "ұлы|улы|үлы|уулу|қызы|кызы|кзы|ғызы|гызы|оглы|оғлы|оғлу|угли|ўғли|ұғлы"
PATRONYMIC_FORMS = later(
    rf"(?:(?:[оеө]в|ьев)ич(?:{RU_MALE}|{KK_CASE})?|(?:иль|кузьм|фом|лук|никит|фок|сав)ич(?:{RU_MALE})?"
    rf"|(?:[оеө]в|ьев)н(?:{RU_FEMALE}|а{KK_CASE})|(?:ин|ит|м|к)ичн(?:{RU_FEMALE}|а{KK_CASE})"
    rf"|(?:{PATRONYMIC_WORDS})(?:{KK_CASE}|н)?)$"
)
KK_PATRONYMIC = later(rf"(.+?)-?(?:{PATRONYMIC_WORDS})(?:{KK_CASE}|н)?$")
PATRONYMIC_LATIN = later(
    r".{2,}(?:-?(?:uly|ūly|úly|ūlı|ulı|ululy|qyzy|kyzy|qızı|kizi|qizi|gyzy|kyzi|oglu|ogly|oghlu)"
    r"(?:n[yiı]ng?|n[aeyiı]|[dgt][aeyiı]|nd[ae]|[dt][ae]n|n[ae]n|[mbp]en)?"
    r"|(?:[aeiouy]|v)?(?:(?:ovich|evich|yevich|ievich|ovych)(?:a|u|om|em|e)?|(?:ovn|evn|yevn|ievn)(?:a|y|u|e|o[iy]))|(?:in|it|m)ichna)$|(?:il|kuzm|fom|luk|nikit)[iy]?ich$|il[iy]?n?[iy]chna$"
)
TEGI = later(r"(.{3,})-?тегі$")
NO_PATRONYMIC = frozenset(
    ["қарулы", "ашулы", "атаулы", "аяулы", "санаулы", "таңдаулы", "жазулы", "таулы", "баулы", "жаралы"]
)

# «Основной», «уровне», «деревне»: plain words with the ending of a patronymic.
LIKE_PATRONYMIC = later(
    r"(?:не|без|пере|по|перво|двух|трех|одно|много|средне|перед|ежед|повсед|кругл\w+|задуш)?"
    r"(?:осн|усл|ур|дух|верх|церк|вин|сын|люб|бескр|кр|р|чин|гол|угол|пол|час|жар|готов|банк|толк|скот|черт"
    r"|дн|гн|др|дер|душ|плач|цар|корол|нап|расп|р|зр|чур|шв|кноп)[ое]вн\w{1,3}$"
)
MOSTLY_NAMES = frozenset(["константин", "роман", "раушан", "махаббат", "ермек", "лязат", "тоня"])
# Their keys have two letters, which every other word could meet.
SHORT_LATIN = frozenset(["lev", "ilya", "ilia", "eva", "yuri", "saya", "raya", "zoya", "yana", "iliya"])
# Where ё is spelled in Latin letters: Pyotr, Artyom, Fyodor, Semyon, Alyona.
WITH_YO = frozenset(["potr", "artom", "fodor", "semon", "alona", "matvei", "solomon"])

STEM = "[а-яіәғқңөұүһ]"
SURNAME_CASE = rf"(?:а|у|ым|е|ы|ых|ыми|ой|ою|а?(?:{KK_CASE})|н)?"
STRONG = later(
    rf"(?:{STEM}{{2,}}[бвгджзйклмнпрстфхцчшщьғқңһ](?:ов|ев)|{STEM}{{2,}}[аеиоуыіәөұүюя][ое]в)(?:а)?{SURNAME_CASE}$"
    rf"|{STEM}{{3,}}(?:енко|швили|адзе|идзе|улин|уллин)(?:а)?(?:{KK_CASE})?$"
)
PARTICIPLE = later("[иызлсктр]ован[аоы]?$")  # «смонтирован», «указана» with the letters of a surname
WEAK = later(
    rf"{STEM}{{2,}}(?:[бвгджзклмнпрстфхцчшщь]ин|цын|[сц]к(?=[иоау]))(?:а|ой|у|ым|е|ий|ого|ому|им|ом|ая|ую"
    rf"|(?:ий|ая|а)?(?:{KK_CASE}))?$"
    rf"|{STEM}{{3,}}(?:чук|щук|нюк|люк|сюк|юк|ейко|айко|янц|ян|иани|ава|ович|евич|цов|ман|берг|штейн)(?:а|у|ом|е)?$"
)
# Endings that Kazakh and Turkic given names share; a place or a people with one is in the ambiguous list.
GIVEN_SHAPE = later(
    r".{2,}(?:бек|бай|жан|хан|гүл|гуль|гул|нұр|нур|[ғгқк]али|мұрат|мурат|болат|берген|берді|берди|келді|келди"
    r"|м[ұуаә][хғгқк]а[мн]бет|м[ұу]хаммед|м[ұу]хамед|гелді|гельды|қадыр|кадыр|күл|куль|зада|бану|биби|бибі|сұлтан|султан|мырза|мурза|[қк]ожа|[ғгқк]азы|назар|төре|(?<=[йнлбр])туре|бике|сұлу|сулу|ияр"
    r"|дулла|улла|олла|[иеа]ддин|[иеа]тдин|жамал|герей|гирей|бол|дос|пейіс|тілеу)$|(?:гүл|гуль|нұр|мұхам|мухам|әбді|абди|абду|әбу).{3,}$"
)
LATIN_GIVEN_SHAPE = later(
    r".{2,}(?:bek|bai|bay|zhan|jan|khan|gul|nur|nūr|[gqk]hali|ghali|gali|qali|murat|bolat|bergen|berdi|keldi"
    r"|mukhambet|muhammed|sultan|myrza|qozha|khozha|ghazy|nazar|bike|sulu|iyar|dulla|ulla|olla|iddin|eddin|[aeiouyrn]dos|tilek|mukhamed)$|.{3,}han$"
    r"|(?!.*(?:ov|ev|in)a?$)(?:nur|gul|abdi|abdu|muham|mukham)[bcdfghjklmnpqrstvz].{2,}$"
)
LATIN_STRONG = later(
    r"[a-z]{3,}(?:[a-z]ov|[a-z]ev)a?$|[a-z]{3,}(?:enko|enkova|shvili|skiy|skii|skaya|skaia"
    r"|tskiy|ulin|ulina)$"
)
LATIN_WEAK = later(r"[a-z]{3,}(?:in|ina|yn|yna|sky|ska|chuk|yan|ian)$")
PLACE_SHAPE = later(
    r".{2,}(?:стан|бург|град|поль|горск|инск|ск|ово|ево|ино|кент|тау|қала|көл|область|ия|ции|цию|ией|город)"
    rf"(?:а|е|у|ом|ы|{KK_CASE}|[дт][ае]г[ыі])?$"
)
# Endings of plain words that begin a sentence with a capital letter.
PLAIN_SHAPE = later(
    r".{2,}(?:ться|ется|ится|аемый|уемый|енный|анный|[яиюаеёо]ние|[яиюае]нии|ния|ний|ство|ства|ость|ости|ция|ций"
    r"|ировать|ывать|ого|ому|ыми|ими|ые|ие|ое|ых|их|ться|[иуао]йте|[иея]те|[иаяе]л(?:а|и)?(?:ся|сь)|тель|телей|теля|телю"
    r"|[оеыи]вал[аи]?|[аяие]ли|лық|лік|дық|дік|тық|тік|ғанда|генде|қанда|кенде|атын|етін|йтын|йтін|сыз|сіз|шылар|шілер|шылық|шілік"
    r"|лары|лері|дары|дері|тары|тері|ғаны|гені|қаны|кені|арлық|ерлік|нда|нде|мыз|міз)$"
)
HUMPS = later("[a-zа-я][A-ZА-Я]")  # an identifier, not a name
TWO_CAPITALS = later("(?:Ma?c|De|Di|La|Le|O['’])[A-Z][a-z]+$")
ADJECTIVE = later(".{3,}(?:ый|[гкхжшщчн]ий|ая|яя)$")
VOWEL_CASE = (("а", "ы и е у ой ою ей"), ("я", "и е ю ей ею"), ("й", "я ю ем е и"), ("ь", "я ю ем е и ью"))


@cache
def words(name: str) -> frozenset[str]:
    """Read one list of recognizers/data."""
    lines = (DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def ambiguous() -> frozenset[str]:
    """List the given names that are more often something else."""
    return words("ambiguous_names")


@cache
def given() -> frozenset[str]:
    """List Cyrillic given names, each also as a Russian keyboard spells it."""
    sources = words("given_names") | words("given_names_natasha") | words("given_names_kk")
    listed = sources - ambiguous() | words("given_names_common")
    return listed | frozenset(map(to_russian, listed))


@cache
def given_keys() -> frozenset[str]:
    """List the Latin keys of the Cyrillic given names."""
    return frozenset(key for key in map(latin_key, given()) if len(key) >= 3) | WITH_YO


@cache
def english_given() -> frozenset[str]:
    """List English given names."""
    return words("given_names_en") | words("given_names_en_common")


@cache
def ambiguous_keys() -> frozenset[str]:
    """List the Latin keys of the Cyrillic names that are mostly something else, but for places."""
    names = words("given_names") | words("given_names_natasha")
    return frozenset(key for key in map(latin_key, names & ambiguous() - words("cities_kz")) if len(key) >= 5)


@cache
def stop_keys() -> frozenset[str]:
    """List the Latin keys of the Cyrillic stop words: Kazakh is written in Latin letters too."""
    return frozenset(key for key in map(latin_key, words("stop_words")) if len(key) >= 5)


@cache
def foreign_surnames() -> frozenset[str]:
    """List the surnames that no ending tells, but for those of three letters and fewer."""
    return words("surnames_kz")


@cache
def surname_keys() -> frozenset[str]:
    """List the Latin keys of the Cyrillic surnames."""
    listed = words("surnames") | foreign_surnames()
    return frozenset(key for key in map(latin_key, listed) if len(key) >= 5)


def russian_stems(word: str) -> list[str]:
    """Give the nominatives a Russian case form can come from."""
    stems = [word]
    for final, endings in VOWEL_CASE:
        stems += [word[: -len(e)] + final for e in endings.split() if word.endswith(e)]
    stems += [word[: -len(e)] for e in ("а", "у", "е", "ом", "ем") if word.endswith(e)]
    return [stem for stem in stems if len(stem) >= 3]


def kazakh_stems(word: str) -> list[str]:
    """Give the word without its Kazakh case ending, for every ending it can have."""
    found = [word[:at] for at in range(max(3, len(word) - 9), len(word)) if KK_ENDING.fullmatch(word, at)]
    return [stem for stem in found if len(stem) >= 3]


def is_plain(word: str) -> bool:
    """Say whether a folded Cyrillic word is in a dictionary."""
    return (word in words("words_ru") or word in words("words_kk")) and word not in MOSTLY_NAMES


def is_plain_form(word: str) -> bool:
    """Say whether a word is in a dictionary, or a Russian or Kazakh case form of one that is."""
    stems = [word, *russian_stems(word), word[:-1], *kazakh_stems(word)]
    return any(len(stem) > 3 and is_plain(stem) for stem in stems)


def is_given(word: str) -> bool:
    """Say whether a folded Cyrillic word is a given name, in any case and with any keyboard."""
    names = given()
    if word in names:
        return True
    if is_plain(word):  # «жеке» is no case form of «Жека»
        return False
    if any(stem in names for stem in russian_stems(word)):
        return True
    stems = [word, *kazakh_stems(word)]
    return any(
        stem in names or to_russian(stem) in names or (len(stem) >= 5 and GIVEN_SHAPE.match(stem))
        for stem in stems
    )


def is_ambiguous(word: str) -> bool:
    """Say whether the word, or what its case ending was put to, is in the ambiguous list."""
    listed = ambiguous()
    if word in listed or word in words("given_names_common"):
        return word in listed
    if word in given():
        return is_plain(word)
    return any(stem in listed for stem in kazakh_stems(word) + russian_stems(word))


def is_patronymic(word: str) -> bool:
    """Say whether a folded Cyrillic word is a patronymic."""
    if len(word) < 5 or word in NO_PATRONYMIC or LIKE_PATRONYMIC.match(word):
        return False
    if not PATRONYMIC_FORMS.search(word):
        tegi = TEGI.match(word)
        return tegi is not None and tegi[1].rstrip("-") in given()
    kazakh = KK_PATRONYMIC.match(word)
    if kazakh and "улы" in word[len(kazakh[1]) :] and word != to_russian(word):
        return False  # «қосулы»: who has a key for қ has one for ұ too
    return len(kazakh[1]) >= 3 if kazakh else len(word) > 5 or word.endswith("ич")


def plain_stem(word: str) -> bool:
    """Say whether the surname ending is the genitive plural of a plain word: «документов»."""
    stem = re.sub("(?:ов|ев)а?$", "", word)
    return stem != word and not {stem, stem + "а", stem + "ец", stem + "й"}.isdisjoint(words("words_ru"))


def is_place(word: str) -> bool:
    """Say whether a word ends as places do; with Kazakh letters -ия ends names: «Жәния»."""
    return PLACE_SHAPE.match(word) is not None and not (word.endswith("ия") and word != to_russian(word))


def surname(word: str) -> str | None:
    """Grade a folded Cyrillic surname, or give None."""
    if word in words("surnames") or not foreign_surnames().isdisjoint(russian_stems(word)):
        return SURNAME
    if is_place(word) and not word.endswith(("ский", "цкий", "ская", "цкая")):
        return None
    if PARTICIPLE.search(word):
        return None
    if STRONG.match(word):
        return None if plain_stem(word) else SURNAME
    return WEAK_SURNAME if WEAK.match(word) else None


def hyphenated(word: str) -> str | None:
    """Label a double name by its halves: «Қасым-Үлгі», «Сынақова-Мысал»."""
    first, last = word.split("-")[0], word.split("-")[-1]
    labels = cyrillic(first), cyrillic(last)
    if labels[0] in "FA" and len(first) > 2 and labels[1] in "FAUW":
        return GIVEN
    return SURNAME if SURNAME in labels and labels[1] != "X" and labels[0] not in "XY" else None


def cyrillic(word: str) -> str:
    """Label a folded Cyrillic word."""
    if word in words("stop_words"):
        return STOP
    if is_patronymic(word):
        return PATRONYMIC
    if is_ambiguous(word):
        return AMBIGUOUS
    if "-" in word and (label := hyphenated(word)):
        return label
    if is_given(word):
        return GIVEN
    if label := surname(word):
        return label
    if is_place(word):
        return PLACE
    if PLAIN_SHAPE.match(word) or word in NO_PATRONYMIC or len(word) < 3:
        return STOP
    if is_plain_form(word) or (ADJECTIVE.match(word) and word == to_russian(word)):
        return KAZAKH_PLAIN if word in words("words_kk") - words("words_ru") else PLAIN
    return CASED if KK_CERTAIN.search(word) else UNKNOWN


def is_latin_given(word: str) -> bool:
    """Say whether a folded Latin word spells a Kazakh or Russian given name; short ones would meet English words."""
    if word in SHORT_LATIN:
        return True
    return len(word) > 3 and (latin_key(word) in given_keys() or LATIN_GIVEN_SHAPE.match(word) is not None)


def undressed(word: str) -> str:
    """Write a folded Latin word without accents: «tūrsynbekova» as «tursynbekova», «şolpan» as «sholpan»."""
    if word.isascii():
        return word
    word = unicodedata.normalize("NFKD", word.replace("ş", "sh").replace("ə", "a").replace("ı", "i"))
    return "".join(sign for sign in word if not unicodedata.combining(sign))


def latin(word: str) -> str:
    """Label a folded Latin word."""
    english = word.isascii()  # «Töken» is no token
    word = undressed(word)
    if "'" in word or "’" in word:
        return (
            LISTED_SURNAME
            if word[1:2] in ("'", "’") and word[0] in "od"
            else latin(re.split("['’]", word)[0])
        )
    if "-" in word:
        labels = [latin(half) for half in word.split("-")]
        return GIVEN if labels[0] in "FE" and labels[-1] in "FEu" else labels[-1]
    if (english and word in words("stop_words")) or len(word) < 3:
        return STOP
    if len(word) > 4 and PATRONYMIC_LATIN.match(word):
        return PATRONYMIC
    if word in ambiguous():
        return AMBIGUOUS
    plain = english and word in words("words_en")
    everyday = english and word in words("ordinary_names_en")
    if not plain and is_latin_given(word):
        return AMBIGUOUS if everyday else GIVEN
    key = latin_key(word)
    if not plain and key in ambiguous_keys():
        return AMBIGUOUS
    if word in english_given() and not plain:
        return AMBIGUOUS if everyday else ENGLISH
    if word in words("surnames_en"):
        return LISTED_SURNAME
    if plain or key in stop_keys():
        return STOP
    if LATIN_STRONG.match(word) or key in surname_keys():
        return SURNAME
    return WEAK_SURNAME if LATIN_WEAK.match(word) else LATIN_UNKNOWN


@lru_cache(maxsize=65536)
def classify(word: str) -> str:
    """Label a word as it stands in the text.

        ``F`` given name, ``P`` patronymic, ``S`` surname, ``s`` weak surname, ``N`` English surname,
    ``E`` English given name, ``A`` given name that is mostly another word, ``Y`` place, ``U`` and ``u``
        unknown Cyrillic and Latin word, ``W`` and ``w`` Russian and Kazakh
    dictionary word, ``C`` unknown word in a Kazakh case, ``I`` initial, ``X`` none of these.

        >>> classify("Мысалұлы"), classify("Сынақова"), classify("Нұрланның"), classify("Ү.")
        ('P', 'S', 'F', 'I')
    """
    if word.endswith("."):
        return "I"
    if len(word) > LONGEST:
        return STOP
    if HUMPS.search(word) and not TWO_CAPITALS.match(word):
        return STOP
    folded = fold(word)
    return cyrillic(folded) if CYRILLIC.search(folded) else latin(folded)
