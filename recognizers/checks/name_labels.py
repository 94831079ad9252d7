"""Words that announce a name: keys of forms and of JSON, and titles in prose.

``"surname": "Сынақов"``, ``patientFullName=…``, ``Аты: Үлгі``, ``гражданин Сынақов``.
"""

from __future__ import annotations

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, fold

__all__ = [
    "CALLED",
    "KEYS",
    "MAYBE",
    "PAYMENT_TAGS",
    "SHORT_KEYS",
    "TITLES",
    "is_key",
    "is_role",
    "label_before",
    "speaker",
]

# What stands after these and a sign is a name, whatever its words.
KEYS = frozenset(
    phrase.strip()
    for line in (
        "фио|ф и о|фамилия|имя|отчество|тегі|аты|аты жөні|аты жөніңіз|әкесінің аты|есімі|толық аты|таә",
        "фамилия имя отчество|фамилия имя|тегі аты әкесінің аты|получатель|плательщик|заявитель|өтініш беруші|тыңдаушы",
        "fio|familiya|familia|famil|imya|otchestvo|ot4estvo|otch|patronim|tegi|aty joni|aty zhoni|akesinin aty",
        "surname|patronymic|last name|first name|middle name|second name|given name|full name|family name|lastname",
        "firstname|middlename|fullname|secondname|givenname|holder|cardholder|card holder|holder name|account holder",
        "cardholder name|client name|customer name|employee name|patient name|student name|person name|owner name",
    )
    for phrase in line.split("|")
)
# So short that only a field of a record says so: ``"im": "Үлгі"``, ``<fam>``, ``im=Үлгі&otch=``.
SHORT_KEYS = frozenset(["fam", "im", "ima", "otch", "aty", "фам", "отч"])
# What stands after these is a name only if its words are those of names.
MAYBE = frozenset(
    phrase
    for line in (
        "name|user|client|owner|author|recipient|sender|beneficiary|payer|borrower|tenant|landlord|driver|doctor|manager",
        "contact|contact person|passenger|employee|applicant|customer|signed by|prepared by|assignee|reporter|approver",
        "клиент|сотрудник|директор|автор|исполнитель|исп|ответственный|врач|медсестра|покупатель|продавец|арендатор",
        "арендодатель|заемщик|водитель|пациент|больной|ученик|студент|учитель|преподаватель|контактное лицо|составил",
        "проверил|утвердил|принял|сдал|владелец|отправитель|кому|от кого|курьер|держатель карты|мать|отец|опекун",
        "басшы|орындаушы|орынд|жауапты|дәрігер|мейіргер|сатып алушы|сатушы|жалға алушы|қарызгер|жүргізуші|науқас",
        "оқушы|мұғалім|байланыс тұлғасы|иесі|жіберуші|алушы|тапсырған|қабылдаған|анасы|әкесі|қызметкер|қолы",
    )
    for phrase in line.split("|")
)
TITLES = frozenset(
    word
    for line in (
        "гр гражданин гражданина гражданину гражданином гражданка гражданки гражданке гражданку гражданкой господин",
        "господина господину господином госпожа госпожи госпоже госпожу госпожой азамат азаматы азаматша азаматшасы",
        "фамилия фамилии фамилию фамилией тегі заявитель заявителя заявителю mr mrs ms miss dr prof",
    )
    for word in line.split()
)
# Behind these two words in capitals are a name, whatever they are.
MISTERS = frozenset(["mr", "mrs", "ms", "miss", "dr", "prof"])
# Behind these two words a single name stands.
CALLED = frozenset(["меня зовут", "его зовут", "ее зовут", "тебя зовут", "менің атым", "оның аты", "name is"])
# Fields of a payment order of MT 102 of Kazakhstan: surname, given name, patronymic, head, chief accountant; the name of
# a payer may be that of a firm.
PAYMENT_TAGS = {"FM": "key", "NM": "key", "FT": "key", "CHIEF": "key", "MAINBK": "key", "NAME": "maybe"}
_SIGN = later(r"[\"']?[ \t\u00a0]{0,2}(?::|=>|=|\|| [-–—])[ \t\u00a0]{0,2}[\"'«]?$")
_ELEMENT = later(r"<(?:[\w.-]{1,20}:)?(?P<name>[\w.-]{1,40})(?:\s[^<>]*)?>[ \t\u00a0]{0,2}$")
_ADJOINS = later(rf"[{ANY}0-9]\.?[\"']?[ \t\u00a0]{{0,16}}$")  # nothing between the label and its sign
_WORD = later(rf"[А-ЯЁӘҒҚҢӨҰҮҺІ]?[а-яёәғқңөұүһі]+|[A-Z]?[a-z0-9]+|[{ANY}]+")
# Exports of chats: «[10:02] Name:», «12.05.2024, 10:02 - Name:», «Name, [12.05.2024 10:02]». Logs count the seconds.
_CHAT_DATE = r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}"
_SPOKEN_AT = later(
    rf"(?:^|\n)[ ]?(?:\[(?:{_CHAT_DATE},?[ ])?[0-9]{{1,2}}:[0-9]{{2}}\]|{_CHAT_DATE},[ ][0-9]{{1,2}}:[0-9]{{2}}[ ][-–—])[ ]$"
)
_SAYS = later(r":[ ]")
_DATED = later(rf",[ ]\[{_CHAT_DATE},?[ ][0-9]{{1,2}}:[0-9]{{2}}")
_FIELD = later(r"[\"'][ ]?[:=]>?[ ]?[\"']$|[\w\"']=[\"']?$")
_WINDOW = 48
# A record of a person has more fields than one: beside a surname a bare «name» is a given name, and no name of a file.
_SURNAME_FIELD = later(
    r"(?i)(?:sur|last|family)[ _-]?name|patronym|familiy|famili[ay]|otchestvo|фамили[яию]|отчество|тегі|әкесінің аты"
)
_BARE_NAME = later(r"(?i)(?<![\w.-])name$")
_FIELDS = frozenset(["имя", "отчество", "аты", "есімі", "imya", "otchestvo"])
_RECORD = 160  # characters before and behind
_SIGNS = ":=|-–—>"


def label_before(text: str, start: int) -> str | None:
    """Say what announces the value that begins at ``start``: ``key``, ``element``, ``maybe``, ``title``, ``mister`` or nothing.

    >>> label_before('{"patientFullName": "Үлгі"}', 21), label_before("гр. Сынақов", 4), label_before("the Name", 4)
    ('key', 'title', None)
    """
    low = max(0, start - _WINDOW, text.rfind("\n", max(0, start - _WINDOW), start) + 1)
    before = text[low:start]
    stripped = before.rstrip(" \t\u00a0\"'«")
    if stripped.endswith(">") and not stripped.endswith("=>"):
        element = _ELEMENT.search(text, max(0, start - 3 * _WINDOW), start)
        return (
            "element" if element and _announced(text, start, element["name"], field=True) == "key" else None
        )
    if stripped[-1:] and stripped[-1] in _SIGNS and (sign := _SIGN.search(before)):
        return _announced(text, start, before[: sign.start()], field=_FIELD.search(before) is not None)
    if before[-1:] == "/":
        return PAYMENT_TAGS.get(before.strip("/")) if before[:1] == "/" else None
    if before[-1:] not in (" ", "\u00a0"):
        return None
    words = _last_words(before.rstrip(" \u00a0."))
    word = "".join(words[-1:])
    if word in MISTERS:
        return "mister"
    return (
        "title"
        if word in TITLES or " ".join(words[-2:]) in CALLED or (word in _FIELDS and _in_record(text, start))
        else None
    )


def speaker(text: str, start: int, end: int) -> str | None:
    """Say whether somebody speaks here: the time of a chat before two words, a colon or the time behind them.

    >>> chat = "[10:02] Colm Synaq: ok"
    >>> speaker(chat, 8, 18), speaker("10:02:33 Colm Synaq: ok", 9, 19), speaker(chat, 8, 12)
    ('speaker', None, None)
    """
    if _SAYS.match(text, end) and _SPOKEN_AT.search(text, max(0, start - _WINDOW), start):
        return "speaker"
    begins = not text[max(0, start - 1) : start].strip()
    return "speaker" if begins and _DATED.match(text, end) else None


def _announced(text: str, start: int, label: str, field: bool) -> str | None:
    kind = _key(label, field)
    if kind == "maybe" and _BARE_NAME.search(label.rstrip("\"'")) and _in_record(text, start):
        return "key"
    return kind


def _in_record(text: str, start: int) -> bool:
    return _SURNAME_FIELD.search(text, max(0, start - _RECORD), start + _RECORD) is not None


def _last_words(before: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(before)[-4:]]


def is_role(word: str) -> bool:
    """Say whether a word names a role, after which a name stands.

    >>> is_role("Клиент"), is_role("завтра")
    (True, False)
    """
    return fold(word) in MAYBE or fold(word) in TITLES


def is_key(name: str) -> bool:
    """Say whether a field of this name holds names.

    >>> is_key("lastName"), is_key("otch"), is_key("city"), is_key("file_name")
    (True, True, False, False)
    """
    return _key(name, field=True) == "key"


def _key(before: str, field: bool = False) -> str | None:
    if not _ADJOINS.search(before):
        return None
    words = _last_words(before)
    phrases = {" ".join(words[-count:]) for count in range(1, len(words) + 1)}
    last = " ".join(words[-1:])
    if phrases & KEYS or (last in SHORT_KEYS and (field or len(last) > 2)):
        return "key"
    return "maybe" if phrases & MAYBE else None
