"""Names of two parts of which one proves little: a surname with one initial, and a surname that is an adjective.

«Тлеубай К.» stands where a name may stand and a heading may not; «Ивана Озёрного» agrees in gender and case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LOWER, fold
from piiguard.recognizers.checks.name_labels import is_role
from piiguard.recognizers.checks.name_token import FoundName, Token
from piiguard.recognizers.checks.name_words import given, is_plain_form, words

__all__ = ["pairs"]

# After the initial of a person the sentence goes on, or the line ends; a heading goes on with a capital letter.
_GOES_ON = later(rf"[ \u00a0]*(?:$|[\n,;:)\]|/<»\"–—-]|[ \u00a0][{LOWER}0-9(«+])|[ \u00a0]{{2}}|\t")
_AFTER_WORD = later(rf"[{LOWER}]{{3}},?[ \u00a0]$")
_ROLE = later(rf"(?<![{ANY}0-9])([{ANY}]{{3,18}}):?[ \u00a0]$")
_JOINED = later(rf"[{ANY}0-9_]")
_BEFORE_LETTER = later(rf"(?:^|[^{ANY}])$")
# What is numbered by letters: «корпус А.», «вариант Б.»
_LETTERED = frozenset(
    word
    for line in (
        "блок зал литер литера лит этаж дом корпус подъезд секция вход выход склад класс серия тип категория вариант",
        "приложение таблица рисунок рис пункт подпункт раздел подраздел модуль группа подгруппа шкаф стенд ряд линия терминал",
        "витамин гепатит лист схема форма план часть глава том зона сектор позиция вид уровень билет задача вопрос ответ",
        "точка прямая отрезок множество шаг этап партия участок цех бокс палата кабинет приказ версия редакция издание",
        "қосымша кесте сурет тармақ бөлім топ нұсқа қабат үй пәтер сынып бет парақ сұрақ жауап тапсырма деңгей санат",
        "appendix table figure section group block part class type unit level option chapter annex exhibit schedule",
    )
    for word in line.split()
)
# Endings of adjectives by those of the given name before them.
_AGREE = (
    (later(".*[аяыи]$"), later(".{2,}(?:[оеё]го|ая|яя|ой|[нжшщч]ей)$")),
    (later(".*[ую]$"), later(".{2,}(?:[ое]му|[ую]ю)$")),
    (later(".*[ое][мй]$"), later(".{2,}(?:[ыи]м|ой|[нжшщч]ей)$")),
    (later(".*е$"), later(".{2,}(?:[ое]м|ой|[нжшщч]ей)$")),
)
_MAN = later(".{2,}(?:[ыи]й|ой)$")
_WOMAN = later(".{2,}(?:ая|яя)$")
_NO_SURNAME = later(
    "(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|велик|грозн|свят|мудр|московск|казахск|русск|советск|нов|больш|мал|"
    "красн|главн|старш|младш|народн|государствен|национальн|республиканск|городск|областн|международн|российск)"
)


def pairs(text: str, tokens: Sequence[Token]) -> Iterator[FoundName]:
    """Find such names among the tokens of one run that belong to no other name."""
    for left, right, behind in zip(tokens, tokens[1:], [*tokens[2:], None], strict=False):
        if right.label == "I" and _is_initialled(text, left, right):
            sure = left.label in "SNA" or left.text.lower() in words("surnames_short")
            yield FoundName(left.start, right.end, 0.6 if sure else 0.5, "surname and one initial", "UI")
        elif behind and right.label == behind.label == "I" and _is_word_with_initials(text, left, behind):
            yield FoundName(left.start, behind.end, 0.5, "dictionary word and two initials", "WII")
        elif right.label == "F" and right.text[-1].islower() and _is_rare_adjective(left.text, right.text):
            yield FoundName(left.start, right.end, 0.5, "adjective and given name", "WF")


def _is_initialled(text: str, left: Token, right: Token) -> bool:
    word = fold(left.text)
    if not _GOES_ON.match(text, right.end) or text[right.end - 1] != ".":
        return False
    if word in words("surnames_short"):
        return True
    if (
        left.label not in "UsSNF"
        or (left.text.isascii() and left.label != "F")
        or (left.text.isupper() and not _behind_role(text, left.start))
        or word in _LETTERED
    ):
        return False
    return len(word) > 3 and not is_plain_form(word)


def _behind_role(text: str, start: int) -> bool:
    """In capitals any word may stand before an initial, unless a role leads to it: «собственник САБЫРХАН Р.»."""
    role = _ROLE.search(text, max(0, start - 20), start)
    return role is not None and is_role(role[1])


def _is_word_with_initials(text: str, left: Token, last: Token) -> bool:
    """A capital within the sentence, and two initials behind it, show that the word is a surname: «профессор Воробей А. С.»."""
    return (
        left.label in "Ww"
        and not left.text.isupper()
        and fold(left.text) not in _LETTERED
        and _AFTER_WORD.search(text, max(0, left.start - 6), left.start) is not None
        and _GOES_ON.match(text, last.end) is not None
    )


def agrees(name: str, adjective: str) -> bool:
    """Say whether an adjective has the gender and the case of the given name before it.

    >>> agrees("Ивана", "Озёрного"), agrees("Анна", "Светлая"), agrees("Петру", "Светлая")
    (True, True, False)
    """
    name, adjective = fold(name), fold(adjective)
    if _NO_SURNAME.match(adjective) or len(adjective) < 5:
        return False
    if name in given():
        fitting = _WOMAN if name[-1] in "ая" else _MAN
        if fitting.match(adjective):
            return True
        if name[-1] not in "ая":
            return False
    return any(
        of_name.match(name) and of_adjective.match(adjective)
        and (adjective[-2:] not in ("ая", "яя") or name in given())
        for of_name, of_adjective in _AGREE
    )  # fmt: skip


def _is_rare_adjective(adjective: str, name: str) -> bool:
    """An adjective that no list of words knows stands before a given name as a surname does in a form."""
    name, adjective = fold(name), fold(adjective)
    fitting = _WOMAN if name[-1] in "ая" else _MAN
    known = is_plain_form(adjective) or is_plain_form(adjective[:-2]) or _NO_SURNAME.match(adjective)
    return name in given() and not known and fitting.match(adjective) is not None
