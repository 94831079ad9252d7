"""Names of persons: Kazakh, Russian, and either in Latin letters; any order, initials, capitals, cases.

Words are labelled one by one (:mod:`~piiguard.recognizers.checks.name_words`); a name is a sequence of
labels that :data:`RULES` holds, over capitalised words joined by a blank. There is no register of names to
check against, so :func:`is_valid` says "shaped like a full name", never "exists".

Source of the forms: the requisites «фамилия, имя, отчество (если оно указано)» / «тегі, аты, әкесінің аты
(егер ол болса)» of Kazakhstani documents, and the endings listed in ``name_words``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from piiguard.frames import emptied
from piiguard.recognizers.checks import name_forms
from piiguard.recognizers.checks.exceptions import InvalidFormat
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, CYRILLIC, UPPER, fold
from piiguard.recognizers.checks.name_english import is_phrase
from piiguard.recognizers.checks.name_joined import find_joined
from piiguard.recognizers.checks.name_known import (
    is_kazakh_case,
    is_kazakh_word,
    is_listed_surname,
    is_nominative,
)
from piiguard.recognizers.checks.name_labels import PAYMENT_TAGS, is_role, label_before, speaker
from piiguard.recognizers.checks.name_pairs import agrees, pairs
from piiguard.recognizers.checks.name_small import find_small
from piiguard.recognizers.checks.name_token import FoundName, Token
from piiguard.recognizers.checks.name_words import (
    KK_CASE,
    PATRONYMIC_WORDS,
    classify,
)
from piiguard.recognizers.checks.name_words import words as listed

__all__ = ["FoundName", "PersonName", "compact", "find", "format", "is_valid", "parse", "validate"]

# One more letter class than a word needs would make two repeats compete: possessive ones cannot. The last is an atomic
# group: before 3.11.5 a possessive repeat keeps half of an iteration that failed (python/cpython#106052).
WORD = rf"[{UPPER}](?:[{ANY}]++|(?=['’][{UPPER}]))(?>(?:[-'’ʼ‑](?!s(?![{ANY}]))[{ANY}]++){{0,3}})"
SON_OF = rf"(?:{PATRONYMIC_WORDS}|uly|ūly|qyzy|kyzy)(?:{KK_CASE}|н)?"
TWO_LETTERS = "[ZSCKG]h|Y[uaeo]|Дж|Ts|Dzh|I[ua]"  # initials of one sound
# Fields of a payment order of the National Bank's MT 102: «//FM/СЫНАҚОВ», «/CHIEF/Сынақов Ү.».
PAYMENT_FIELD = "(?:{})".format("|".join(f"(?<=/{tag}/)" for tag in PAYMENT_TAGS))
# A folder or a file that is called by a person, with blanks: «/docs/Сынақов Үлгі Мысалұлы/1.pdf», «C:\\Сынақов Ү. М.docx».
IN_PATH = rf"(?<=[/\\])(?=[{UPPER}][{ANY}'’-]{{1,30}}[ _][{UPPER}])"
TOKEN = later(
    rf"(?:(?<![{ANY}0-9_@/\\#$%&+])|(?<=/){PAYMENT_FIELD}|{IN_PATH})(?:(?:[{UPPER}]|{TWO_LETTERS})\.(?![0-9_@])|(?:{WORD})(?![{ANY}0-9_@(\[\\])"
    rf"|(?<=[ -]){SON_OF}(?![{ANY}0-9_-]))"
)
NO_NAME = "XYCR"
BLANKS = {" ", "\u00a0", "  ", " \u00a0", "\u202f"}
LAST_INITIAL = later(rf"[{UPPER}](?![{ANY}0-9_.])")  # «Сынақов Ү.М» without its last dot
CASE_APART = later(rf"[-‑]{KK_CASE}(?![{ANY}0-9])")  # «Сынақов Ү.М.-ның»
SHOUTED_SURNAME = later("(?:OV|EV|OVA|EVA|IN|INA|ENKO|SKIY|SKAYA|ULY|QYZY|KYZY|VICH|VNA)$")
SHOUTED_SON = later("ҰЛЫ|ҚЫЗЫ|УЛЫ|КЫЗЫ|ULY|QYZY|KYZY")
SON = "l"  # «ұлы» standing apart
INITIALS = later("I{1,2}[SsNFUuAE]")
ADJECTIVES = frozenset("XWU")
PROVEN = later("[PSNlI]")
PATRONYMIC = f"(?:P|[FAUuW]{SON})"


@dataclass(frozen=True, slots=True)
class Rule:
    """One sequence of labels, its score, and whether it may be found among capitals only."""

    name: str
    labels: str
    score: float
    capitals: bool = False


# In order of preference; the first that fits at a word wins. Labels: see name_words.classify.
RULES = (
    Rule("surname, given name, patronymic", f"[SsN][FAUuEWwSs]{PATRONYMIC}", 0.95, True),
    Rule("unknown surname, given name, patronymic", f"[FAUuYWCw][FAUuEWw]{PATRONYMIC}(?![SsN])", 0.95, True),
    Rule("given name, patronymic, surname", f"[FAUuEWw]{PATRONYMIC}(?:[SsNUCuFw](?!P))?", 0.95, True),
    Rule("patronymic, given name", f"{PATRONYMIC}[FAE]", 0.8),
    Rule("surname, patronymic", f"[SsUuY]{PATRONYMIC}", 0.8),
    Rule("surname and initials", "[SsNFP]II|P[I]|[Uuw]II(?![SsN])|[SN]I(?!I)", 0.85, True),
    Rule("ambiguous surname and initials", "AII", 0.6),
    Rule("initials and surname", "II[SsNFUCuWw]|I[SN]|Is(?=$)", 0.85, True),
    Rule("two given names and surname", "[FA]F[Ss](?![FP])|F[FA][Ss](?![FP])|EE[NS]", 0.85, True),
    Rule("given name, initial, surname", "[FE]I(?:[SsNuUEF]|A(?=$))", 0.85, True),
    Rule("initials and a surname like a patronymic", f"I{{1,2}}{PATRONYMIC}(?![SsN])", 0.7),
    Rule("surname, given name, initial", "[SsN]FI(?![SNI])", 0.85, True),
    Rule("given name and surname", "(?:[FE][SN]|AS(?!I))(?!F(?![SN]))|EE|Fs", 0.85, True),
    Rule("surname and given name", "[SsN]F(?![SP])|S[AE](?![SP])|NE(?![SN])", 0.85, True),
    Rule("initial and surname like a given name", "IF(?=$)", 0.5),
    Rule("two given names", "FF|[FE]F|FE", 0.7, True),
    Rule("given name and unknown surname", "FUS|F[UCu](?:U(?=$))?|FA|Eu|Fw", 0.6),
    Rule("ambiguous given name and given name", "AF", 0.55),
    Rule("unknown given name and surname", "[Uuw]S(?![FPI])", 0.5),
    Rule("given name and dictionary word", "FW", 0.5),
    Rule("unknown surname and given name", "[Uuw]F(?![SsPUuFCI])", 0.5),
    Rule("unknown surname and given name after a role", "(?<=R)(?:[UuW]F|F[UuW])", 0.5, True),
    Rule("surname and dictionary word", "S[Ww](?=$)|WS(?=$)|WF(?=$)", 0.4),
)
ANY_RULE = later("|".join(f"(?P<r{i}>{rule.labels})" for i, rule in enumerate(RULES)))
FULL_RULE = later("|".join(f"(?P<r{i}>{rule.labels})" for i, rule in enumerate(RULES[:3])))
# Two words in capitals are no heading yet.
SHORT_CAPITALS = later("^(?:F[Uu]|[Uu]F|FA|AF|[Uu]S)$")
CAPITALS_RULE = later("|".join(f"(?P<r{i}>{rule.labels})" for i, rule in enumerate(RULES) if rule.capitals))

# Beside these a name is that of a street, a school or a firm.
BEFORE = later(
    r"(?i)(?:\b(?:ул|улиц[аеуы]|пр|пр-т|пр-кт|просп|проспект[аеу]?|мкр|мкрн|мкр-н|микрорайон[ае]?|пер|переул\w{1,4}|б-р|бульвар[ае]?"
    r"|пл|площад[ьи]|им|имени|аллея|шоссе|тупик|проезд"
    r"|фонд(?:а|у|ом|е)?|аэропорт(?:а|у|е)?|стадион(?:а|е)?|награда|орден(?:а|ом)?|медаль|премия"
    r"|street|ave|avenue|ul|ulitsa|prospekt|pr|им\.\s?(?:акад|ген|марш)|генерала|маршала|академика)\.?\s?[«\"“]?"
    r"|\b(?:пос|с|пгт|аул|ж/м|ст)\.\s?|\b(?:пос[её]л(?:ок|к[аеу])|сел[аоеу]|станици?[аыеу]|аул[ае]?|хутор[ае]?|площад[ьи]|набережн(?:ая|ой)|парк[ае]?|сквер[ае]?|скверу|мост[ау]?|памятник[ауе]?|музе[йяею]|мавзоле[йяею]|пик[ае]?|ледник[ае]?|метро)\s[«\"“]?"
    r"|\b(?:фильм|роман|книг|спектакл|опер|балет|повест|сериал|драм|поэм|магазин|салон|гостиниц|отел|бутик|клиник|аптек|ателье|санатори|корабл|пароход|теплоход|кафе|ресторан|кинотеатр)\w{0,4}\s?[«\"“']"
    r"|\b(?:автомоб|автомаш|машин|внедорож|седан|кроссовер|хэтчбек|марк|модел|бренд)\w{0,6}\s?[«\"“']"
    r"|\b(?:ТОО|ОО|ООО|АО|НАО|ЖШС|АҚ|LLP|JSC|LLC|ПК|КХ|ГККП|КГУ|компани[яи])\s?[«\"“'])$"
)
AFTER = later(
    r"(?i)[»\"”]?\s?(?:(?:көш|кош)ес\w{0,6}|к-с[іи]|көш\.|(?:даңғ|данг)ыл\w{0,6}|д-лы|атындағ\w{0,5}|ауданы\w{0,6}|ауылы\w{0,6}|алаңы\w{0,6}|мектеб\w{0,6}"
    r"|саябағы\w{0,6}|бульвары\w{0,6}|әуежайы\w{0,6}|стадионы\w{0,6}|театры\w{0,6}|мұражайы\w{0,6}|мешіті\w{0,6}|сыйлығы\w{0,6}|тұйығы|ықшамауданы|қаласы\w{0,6}|(?:ислам )?республикасы\w{0,6}|патшалығы|достастығы|аралдары\w{0,6}|әмірлігі|облысы\w{0,6}|атты|[»\"”]\s?(?:(?:ЖШС|АҚ|ТОО|LLP|ШҚ|КеАҚ)(?!\s?[«\"“])|(?:авто)?көлі[гк]|автомоб|маркалы)"
    r"|(?:[Ss]treet|[Aa]venue|[Rr]oad|koshesi|dangyly|kóshesi|köshesi|[Uu]niversity|[Bb]oulevard|audany|auyly|atyndagy"
    r"|(?:International )?(?:Airport|Stadium|Arena|Museum|Theatre|Theater|School|Prize|Foundation|Fund|Hospital|Park|Square|Center|Centre))\b)"
)


OTHER_HALF = later(rf" (?:энд|&) [{UPPER}]")  # «Эрнст Мысал энд Сынақ»
# Endings of Kazakh nouns of somebody, of plurals and of verbs: «ФАЙЛЫ», «САНАҒЫШТАР», «ЖҮКТЕУ».
KK_ORDINARY = later(
    "(?:[^аеиоуыіәөұүюя][ыі]|с[ыі]|[ыі]н[ае]?|[уы]|[аеу]у|[ыі]ң[ыі]з|[лдт][ае]р|[лдт][ыі]қ|[ғқгк][ае]н|[сшл][ае]|мен|пен|бен|у[ыі]|[дт][ае]й)$"
)
ELEMENT_ENDS = later(r"[ \t\u00a0]*(?:</|$|\n)")
NO_INITIALS = frozenset(["те", "тк", "тд", "тп", "кт"])  # «т. е.», «т. к.» in capitals


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a name; an unknown part is empty."""

    surname: str
    given: str
    patronymic: str


def label(word: str) -> str:
    """Label a token; only «ұлы» and its like begin with a small letter."""
    return SON if word[0].islower() or SHOUTED_SON.fullmatch(word) else classify(word)


def tokens(text: str) -> Iterator[Token]:
    """Cut a text into the words that may belong to names."""
    for match in TOKEN.finditer(text):
        word = match.group()
        yield Token(match.start(), match.end(), word, label(word))


def joined(text: str, left: Token, right: Token) -> bool:
    """Say whether two tokens stand together: a blank between them, or nothing after an initial."""
    gap = text[left.end : right.start]
    if (
        gap not in BLANKS
        and not (gap == "" and left.label == "I")
        and not (gap == "-" and right.label == SON)
    ):
        return False
    cyrillic = is_cyrillic(left.text)
    if cyrillic != is_cyrillic(right.text):
        return False
    return not is_abbreviation(left, right) if cyrillic else one_style(left, right)


def is_cyrillic(word: str) -> bool:
    """Say whether a word is in Cyrillic; a Latin look-alike may stand in it."""
    return not word.isascii() and CYRILLIC.search(word.lower()) is not None


def is_abbreviation(left: Token, right: Token) -> bool:
    """Say whether one of two words is a short one in capitals beside one that is not: «ОТК Смагулов»."""
    return any(
        one.text.isupper() and 1 < len(one.text) <= 4 and one.label not in ("I", SON) and one.label not in "SNF"
        and not other.text.isupper() and fold(one.text) not in listed("surnames_short")
        for one, other in ((left, right), (right, left))
    )  # fmt: skip


def one_style(left: Token, right: Token) -> bool:
    """Say whether Latin words are written alike; only a surname may stand in capitals beside others."""
    if "I" in (left.label, right.label) or SON in (left.label, right.label):
        return True
    shouted = [token for token in (left, right) if token.text.isupper()]
    return len(shouted) != 1 or bool(SHOUTED_SURNAME.search(shouted[0].text))


def runs(text: str) -> Iterator[list[Token]]:
    """Group tokens that stand together."""
    run: list[Token] = []
    for token in tokens(text):
        if run and not joined(text, run[-1], token):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def capitals_only(run: list[Token]) -> bool:
    """Say whether the words of a run are written in capitals: then any word may stand there."""
    written = [token.text for token in run if token.label not in ("I", SON)]
    return bool(written) and all(word.isupper() for word in written)


def begins_phrase(text: str, start: int, end: int) -> bool:
    """Say whether a sentence begins here and goes on, so that the first word has a capital letter anyway."""
    before = text[max(0, start - 40) : start].rstrip(" \u00a0\t«\"'(-–—•")
    return (not before or before[-1] in ".!?\n:") and text[end : end + 2].strip(" \u00a0")[:1].isalpha()


def is_something_else(text: str, start: int, end: int) -> bool:
    """Say whether the name stands in the name of a street, a place or a firm."""
    if BEFORE.search(text, max(0, start - 24), start) or AFTER.match(text, end, end + 30):
        return True
    return OTHER_HALF.match(text, end) is not None or "_".join(map(fold, text[start:end].split())) in listed(
        "firms_of_names"
    )


def find(text: str) -> Iterator[FoundName]:
    """Find the names of two parts and more in a text.

    >>> [(f.start, f.end, f.score) for f in find("беруші: Сынақов Үлгі Мысалұлы, тел.")]
    [(8, 29, 0.95)]
    >>> list(find("ул. Д. Сынақова"))
    []
    """
    forms = list(name_forms.find(text))
    yield from forms
    for run in runs(text):
        for found in find_in_run(text, run):
            if not any(form.start < found.end and found.start < form.end for form in forms):
                yield found
    yield from find_small(text)
    yield from find_joined(text)


def find_in_run(text: str, run: list[Token]) -> Iterator[FoundName]:
    """Find names among tokens that stand together."""
    labels = "".join(token.label for token in run)
    if len(run) == 1 or labels.strip(NO_NAME) == "":
        yield from labelled(text, run)
        return
    if any(token.label in "FA" for token in run[:-1]):
        run = without_inner_cases(run)
        labels = "".join(token.label for token in run)
    rest, shouted = 0, capitals_only(run)
    if ("F" in labels or "E" in labels) and (shouted or not ADJECTIVES.isdisjoint(labels)):
        run = surnames_told(run, shouted)
        labels = "".join(token.label for token in run)
    for match in matches(labels, shouted):
        rule = RULES[int(str(match.lastgroup)[1:])]
        start, end = run[match.start()].start, run[match.end() - 1].end
        if is_something_else(text, start, end):
            continue
        if (
            rule.score <= 0.7
            and not PROVEN.search(match.group())
            and ordinary(run[match.start() : match.end()])
        ):
            continue
        if is_phrase(run[match.start() : match.end()]):
            continue
        if shouted and not stands_in_capitals(run[match.start() : match.end()]):
            continue
        if match.group().endswith("I") and LAST_INITIAL.match(text, end):
            end += 1
        if "I" in match.group() and (ending := CASE_APART.match(text, end)):
            end = ending.end()
        yield from unruled(text, run[rest : match.start()])
        rest = match.end()
        unsure = match.group()[0] in "UuYWw" and "P" not in match.group() and begins_phrase(text, start, end)
        yield FoundName(start, end, min(rule.score, 0.4) if unsure else rule.score, rule.name, match.group())
    yield from unruled(text, run[rest:])


def stands_in_capitals(name: list[Token]) -> bool:
    """Say whether a name in capitals is more than two words of a heading: a part of it is known as it stands."""
    labels = "".join(token.label for token in name)
    folded = [fold(token.text) for token in name]
    if "P" in labels or SON in labels:
        return True
    if "I" in labels:
        initials = "".join(word[0] for word, token in zip(folded, name, strict=True) if token.label == "I")
        return not (initials in NO_INITIALS and "S" not in labels and "N" not in labels)
    if not is_cyrillic(name[0].text):
        return not (labels[0] == "N" and folded[0] in listed("words_en"))
    if any(
        token.label in "SNs" and is_listed_surname(word) for token, word in zip(name, folded, strict=True)
    ):
        return True
    if not any(token.label in "FA" and is_nominative(word) for token, word in zip(name, folded, strict=True)):
        return False
    return not any(
        token.label in "UuWw" and KK_ORDINARY.search(word) for token, word in zip(name, folded, strict=True)
    )


def ordinary(name: list[Token]) -> bool:
    """Say whether a word of a name that nothing proves is an ordinary Kazakh one."""
    return any(is_kazakh_word(fold(token.text)) for token in name)


def without_inner_cases(run: list[Token]) -> list[Token]:
    """Only the last word of a Kazakh name takes a case: «Базарда Айгүл» are a place and a name."""
    return [
        replace(token, label="C") if token.label in "FA" and is_kazakh_case(fold(token.text)) else token
        for token in run[:-1]
    ] + run[-1:]


def surnames_told(run: list[Token], shouted: bool) -> list[Token]:
    """Take an adjective that agrees with the given name before it for a surname, and a role in capitals for none."""
    if shouted:
        roles = [len(run) > 2 and token.label in "XUWwC" and is_role(token.text) for token in run]
        return [replace(token, label="R") if role else token for token, role in zip(run, roles, strict=True)]
    return [
        replace(token, label="s")
        if before is not None and before.label in "FE" and token.label in "XWU" and agrees(before.text, token.text)
        else token
        for before, token in zip([None, *run], run, strict=False)
    ]  # fmt: skip


def unruled(text: str, run: list[Token]) -> Iterator[FoundName]:
    """Find names among tokens that fit no rule: pairs, else what a label announces."""
    if len(run) < 2:
        yield from labelled(text, run)
        return
    found = [name for name in pairs(text, run) if not is_something_else(text, name.start, name.end)]
    yield from found or labelled(text, run)


def matches(labels: str, shouted: bool) -> Iterator[re.Match[str]]:
    """Match rules, full names first: «Иск Сынақовой Үлгі Мысаловны» begins with no name and surname."""
    rules, done = rules_for(labels, shouted), 0
    for full in FULL_RULE.finditer(labels):
        yield from rules.finditer(labels, done, full.start())
        yield full
        done = full.end()
    yield from rules.finditer(labels, done)


def rules_for(labels: str, shouted: bool) -> re.Pattern[str]:
    """Choose the rules: in a heading of capitals any word may stand beside a name."""
    return CAPITALS_RULE if shouted and not SHORT_CAPITALS.match(labels) else ANY_RULE


def labelled(text: str, run: list[Token]) -> Iterator[FoundName]:
    """Find what no rule takes for a name, but a label announces as one."""
    for named, words in groupby(run, key=lambda token: token.label not in NO_NAME):
        if named:
            group = list(words)
            yield from announced(text, group[:4], goes_on=group[-1] is not run[-1])


def announced(text: str, words: list[Token], *, goes_on: bool) -> Iterator[FoundName]:
    """Take words for a name if a label stands before the first; ``goes_on`` says that a word follows which is no name."""
    label = label_before(text, words[0].start) or speaker(text, words[0].start, words[-1].end)
    if label == "element":
        label = "key" if ELEMENT_ENDS.match(text, words[-1].end) else None
    sure = any(token.label in "FSPNsEI" for token in words) or (
        label in ("mister", "speaker") and len(words) == 2
    )
    allowed = {"key": "FSPNsEAUuWwI", "mister": "FSPNEu", "speaker": "FSPNEUu"}.get(label or "", "FSPN")
    initials = label in ("key", "maybe", "mister") and INITIALS.match("".join(token.label for token in words))
    if label == "speaker" and len(words) != 2:
        return
    if label is None or not (initials or (words[0].label in allowed and words[0].label != "I")):
        return
    if not is_something_else(text, words[0].start, words[-1].end):
        # "name" also names languages, colours and services, and one of those sounds like a name sooner or later
        vague = label == "maybe" and len(words) == 1 and not is_cyrillic(words[0].text)
        if vague and goes_on:  # «"name": "Green Bazaar"»
            return
        score = 0.5 if sure and not vague else 0.4
        yield FoundName(words[0].start, words[-1].end, score, f"after a {label}", "")


@emptied
def compact(name: str) -> str:
    """Drop blanks around and repeated inside, and invisible characters.

    >>> compact("  Сынақов  Үлгі ")
    'Сынақов Үлгі'
    """
    return " ".join(re.sub("[\u200b-\u200d\ufeff\u00ad]", "", name).split())


@emptied
def parse(name: str) -> PersonName:
    """Tell the parts of a full name apart.

    >>> parse("Үлгі Мысалұлы Сынақов").surname
    'Сынақов'
    >>> parse("СЫНАҚОВ ҮЛГІ МЫСАЛҰЛЫ").patronymic
    'МЫСАЛҰЛЫ'
    """
    parts = list(tokens(validate(name)))
    son = next((i for i, token in enumerate(parts) if token.label == SON), None)
    patronymic = " ".join(t.text for t in parts[son - 1 : son + 1]) if son else ""
    rest = [t for i, t in enumerate(parts) if not son or i not in (son - 1, son)]
    if not son:
        patronymic = next((t.text for t in rest if t.label == "P"), "")
        rest = [t for t in rest if t.label != "P"]
    return split_surname(rest, patronymic)


def split_surname(rest: list[Token], patronymic: str) -> PersonName:
    """Choose the surname among the parts that are no patronymic: by its ending, else the first."""
    surname = next((t for t in rest if t.label in "SNs"), None)
    if surname is None and len(rest) > 1:
        surname = next((t for t in rest if t.label in "Uu"), rest[0])
    given = " ".join(t.text for t in rest if t is not surname)
    return PersonName(surname.text if surname else "", given, patronymic)


@emptied
def is_valid(name: str) -> bool:
    """Say whether the whole text is shaped like one full name."""
    name = compact(name)
    return any(found.start == 0 and found.end == len(name) for found in find(name))


@emptied
def validate(name: str) -> str:
    """Return the compact form, or raise :class:`InvalidNumber`."""
    name = compact(name)
    if not is_valid(name):
        raise InvalidFormat("format", "not shaped like a full name")
    return name


@emptied
def format(name: str) -> str:
    """Write a full name as documents do: surname, given name, patronymic, each with one capital.

    >>> format("үлгі мысалұлы сынақов".title())
    'Сынақов Үлгі Мысалұлы'
    """
    parts = parse(name)
    ordered = (parts.surname, parts.given, parts.patronymic)
    return " ".join("-".join(half.capitalize() for half in part.split("-")) for part in ordered if part)
