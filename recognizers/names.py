"""PERSON: full names in Kazakh, Russian and Latin letters, and single names beside a label."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import name_forms, name_joined, name_labels, person_name
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, MARKS
from piiguard.recognizers.checks.name_words import LONGEST, classify
from piiguard.recognizers.checks.person_name import FoundName

__all__ = ["RULE", "cell_score"]

_UP = "А-ЯЁІӘҒҚҢӨҰҮҺ"
_LIKE = "ABCEHKMOPTXYI"  # Latin capitals that are typed in place of Cyrillic ones
_SMALL = "а-яёіәғқңөұүһ"
_LOW = f"{_SMALL}aceopxyihə{MARKS}"  # with the Latin letters that are typed in their place
_LATIN_UP = "A-ZÀ-ÞĀ-ŽǴƏ"
_LATIN_LOW = f"a-zß-ÿā-žǵə{MARKS}"
_REST = f"{{1,{LONGEST}}}"
_BLANK = "(?:(?:[ ]|\u00a0|\u202f){1,2})"
_SURNAME_CAPITALS = "(?:OV|EV|OVA|EVA|IN|INA|ENKO|SKIY|SKAYA|ULY|QYZY|KYZY|VICH|VNA)"
_ENDS = r"(?:[ \t\n.,;:!?)\"'<]|$)"
_GAP = "(?:[ \t]|\u00a0){0,16}"  # forms align their signs


def _spelled(phrase: str) -> str:
    """Let any few signs stand between the words of a label: «ф.и.о.», ``last_name``, ``lastName``."""
    return "[ ._-]{0,2}".join(phrase.split()) + "[.]?"


def find(text: str) -> Iterable[FoundName]:
    """Find full names, and what labels announce."""
    return person_name.find(text)


RULE = Rule(
    entity="PERSON",
    name="KzPersonRecognizer",
    about="Finds names of two parts and more by their words; single names only beside a label.",
    find=find,
    context=(
        *(
            "фио",
            "ф.и.о.",
            "фамилия",
            "имя",
            "отчество",
            "гражданин",
            "гражданка",
            "заявитель",
            "получатель",
            "плательщик",
        ),
        *(
            "слушатель",
            "сотрудник",
            "клиент",
            "пациент",
            "абонент",
            "студент",
            "владелец",
            "работник",
            "подпись",
        ),
        *(
            "тегі",
            "аты",
            "аты-жөні",
            "әкесінің аты",
            "есімі",
            "азамат",
            "азаматша",
            "тыңдаушы",
            "өтініш беруші",
        ),
        *(
            "қызметкер",
            "пайдаланушы",
            "tegi",
            "aty",
            "aty-joni",
            "aty-zhoni",
            "akesinin aty",
            "fio",
            "fam",
            "otch",
            "otchestvo",
            "familiya",
            "imya",
        ),
        *(
            "name",
            "full name",
            "surname",
            "given name",
            "first name",
            "last name",
            "patronymic",
            "cardholder",
            "firstname",
            "lastname",
            "middlename",
            "fullname",
        ),
        *("applicant", "customer", "employee", "patient"),
    ),
    prefilter=(
        # Two capitalised words, in one script; initials; «ұлы» standing apart.
        rf"(?-i:[{_UP}][{_LOW}'’ʼ‑-]{_REST}{_BLANK}[{_UP}{_LIKE}])",
        rf"(?-i:[{_LIKE}][{_SMALL}][{_LOW}'’ʼ‑-]{_REST}{_BLANK}[{_UP}{_LIKE}])",
        rf"(?-i:[{_UP}{MARKS}][{_UP}{_LIKE}{MARKS}]{_BLANK}[{_UP}{_LIKE}])",
        rf"(?-i:[{_UP}]\.{_BLANK}?[{_UP}])",
        rf"(?-i:[{_LATIN_UP}][{_LATIN_LOW}'’ʼ‑{_LATIN_UP}-]{_REST}{_BLANK}[{_LATIN_UP}][{_LATIN_LOW}.'’])",
        rf"(?-i:[{_LATIN_UP}]{{2}}{_BLANK}[{_LATIN_UP}][{_LATIN_UP}.])",
        rf"(?-i:[{_LATIN_UP}]\.{_BLANK}?[{_LATIN_UP}])",
        rf"(?-i:[{_UP}{_LIKE}][{_LOW}]{_REST}{_BLANK}(?:ұлы|улы|үлы|уулу|қызы|кызы|оглы))",
        rf"(?-i:[A-Z][a-z]{_REST}{_BLANK}(?:uly|qyzy|kyzy))",
        rf"(?-i:{_SURNAME_CAPITALS}{_BLANK}[A-Z][a-z]|[a-z]{_BLANK}[A-Z]{{1,}}{_SURNAME_CAPITALS})",
        rf"(?-i:(?:Zh|Sh|Ch|Kh|Gh|Yu|Ya|Ye|Yo|Ts|Dzh|Iu|Ia)\.{_BLANK}?[{_LATIN_UP}]|Дж\.{_BLANK}?[{_UP}])",
        # Small letters are read only where a patronymic, a label, or what ends like a surname stands.
        rf"(?-i:(?:[:,]|[ ](?:и|от|у|я|номер|это|зовут|звонил|звонила|позвони|позовите|напиши|передай|скажи|спроси|знает|знаете|вместо|не[её]|него|пусть|пришла|пришел|придет|ушла|ушел|просит|просила|клиент|клиентка|пациент|пациентка|врач|менеджер|водитель|курьер|сотрудник|сотрудница)){_BLANK}[{_SMALL}]{{3}}[{_SMALL}]{_REST}{_BLANK}[{_SMALL}]{_REST}(?:[ое]в|ин|[ое]вой|[ое]в[аыу]|[ое]вым|ин[аыу]|иной){_ENDS})",
        rf"(?-i:[{_SMALL}]{_BLANK}[{_SMALL}]{_REST}(?:ович|евич|өвич|ьич|овн[аыеу]|евн[аыеу]|өвн[аыеу]|ичн[аыеу]|ұлы|улы|үлы|қызы|кызы))",
        rf"(?-i:[a-z]{_BLANK}[a-z]{_REST}(?:kyzy|qyzy|uly|ovich|evich|ovna|evna))",
        rf"(?-i:[{_SMALL}]{{3}}(?:ов|ев|ова|ева|ина|кая|кий|нко)[ \u00a0][{_SMALL}]\.[ ]?[{_SMALL}]\.)",
        *(
            rf"{_spelled(phrase)}[\"']?{_GAP}[:=|>—–-]"
            for phrase in sorted(name_labels.KEYS | name_labels.MAYBE)
        ),
        *(
            rf"<(?:[a-z]{{1,20}}:)?{key}[> ]|[^a-z]{key}[\"']?[ ]?[:=]"
            for key in sorted(name_labels.SHORT_KEYS)
        ),
        *(
            rf"{_spelled(phrase)}[ ][a-z:]{{1,20}}=[^<>]{{1,60}}>"
            for phrase in ("surname", "last name", "first name", "familiya", "имя", "фамилия")
        ),
        *name_joined.PREFILTER,
        # Records: «Сынақова, Үлгі», SYNAQOV/ULGI MR, the values of an INSERT.
        rf"(?-i:[{_UP}][{_LOW}-]{_REST},{_BLANK}[{_UP}][{_LOW}])",
        rf"(?-i:[{_LATIN_UP}][{_LATIN_LOW}-]{_REST},{_BLANK}[{_LATIN_UP}][{_LATIN_LOW}])",
        rf"(?-i:[A-Z]{{2}}/[A-Z]{_REST}(?:[ ][A-Z]{_REST})?(?:{'|'.join(name_forms.TITLES_AFTER)}))",
        rf"(?-i:/(?:{'|'.join(name_labels.PAYMENT_TAGS)})/)",
        r"insert[ ]into[ ]",
        *(
            rf"{called}{_BLANK}(?-i:[{_UP}{_LATIN_UP}])"
            for called in sorted(
                {called if called.isascii() else called.split()[-1] for called in name_labels.CALLED}
            )
        ),
        # "40ms " and "40 ms " are no titles, and stand on half the lines of a log
        *(
            rf"{'(?<![0-9A-Za-z])' if title.isascii() else ''}{title}\.?{_BLANK}(?-i:[{_UP}{_LATIN_UP}])"
            for title in sorted(name_labels.TITLES)
        ),
    ),
)
__getattr__ = moved("KzPersonRecognizer")


_WORDS = later(rf"[{ANY}]++(?:[-’'][{ANY}]++){{0,3}}\.?")
_NOT_A_NAME = later(r"[0-9@/:\"«»&<>()_=+]")
_ORGANISATION = later(
    r"(?i)(?<![^\W])(?:ооо|тоо|ао|пао|зао|жшс|ақ|банк|bank|llp|llc|ltd|inc|group|company|завод|компания|университет"
    r"|university|школа|институт|фонд|центр|мекеме|ул|улица|көшесі|даңғылы|город|қаласы|облысы|область)(?![^\W])"
)
_PAIRS = later("[FAE].*[SsNF]|[SsN].*[FAE]|S.*I|I.*S|F.*E|[FA].*A")


def cell_score(text: str) -> float:
    """Say from 0 to 1 how much a whole cell looks like a full name, in any case of letters.

    The mean over a column tells a column of names from others; .4 is a good limit.

    >>> cell_score("СЫНАҚОВ ҮЛГІ МЫСАЛҰЛЫ"), cell_score("сынақов үлгі мысалұлы"), cell_score("Алматы")
    (1.0, 1.0, 0.2)
    """
    text = person_name.compact(text)
    if not 3 <= len(text) <= 80 or _NOT_A_NAME.search(text) or _ORGANISATION.search(text):
        return 0.0
    words = _WORDS.findall(text)
    if not 1 <= len(words) <= 4 or len("".join(words)) < len(text) * 0.8:
        return 0.0
    labels = "".join("I" if len(w.rstrip(".")) == 1 else classify(w.rstrip(".").title()) for w in words)
    return _score_of_words(labels)


def _score_of_words(labels: str) -> float:
    if len(labels) == 1:
        return {"P": 0.8, "S": 0.5, "F": 0.5, "s": 0.2, "A": 0.2, "E": 0.3, "N": 0.2}.get(labels, 0.0)
    if "P" in labels:
        return 1.0
    if _PAIRS.search(labels):
        return 0.95
    if "F" in labels and set(labels) <= set("FUuWAY") and len(labels) <= 3:
        return 0.6
    if "E" in labels and "u" in labels:
        return 0.6
    return 0.35 if "S" in labels and set(labels) <= set("SsUuYN") else 0.0
