"""Names typed in small letters, as in chats and forms: with a patronymic, beside a label, or of words that are nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LOWER, fold
from piiguard.recognizers.checks.name_known import is_sure_given
from piiguard.recognizers.checks.name_labels import is_role, label_before
from piiguard.recognizers.checks.name_token import FoundName
from piiguard.recognizers.checks.name_words import LONGEST, classify, is_plain_form
from piiguard.recognizers.checks.name_words import words as listed

__all__ = ["find_small"]

VERBAL = later("(?:л[аио]?|ть|тся|шу|[иае]т|[иай]те)$")  # «звонила», «просит»
SMALL_WORD = f"[{LOWER}-]{{2,{LONGEST}}}+"
SMALL_PATRONYMIC = later(
    rf"(?:[оеө]вич|ьич|[оеө]вн|ичн|ұлы|улы|үлы|қызы|кызы|kyzy|qyzy|uly|ovich|evich|ovna|evna)[{LOWER}]{{0,4}}+(?![{ANY}0-9_-])"
)
SMALL_BEFORE = later(
    rf"(?<![{ANY}0-9_-])(?:(?P<first>{SMALL_WORD})[ \u00a0])?(?P<given>{SMALL_WORD})[ \u00a0](?P<patronymic>{SMALL_WORD})$"
)
SMALL_SURNAME = later(rf"[ \u00a0]({SMALL_WORD})(?![{ANY}0-9_-])")
SMALL_VALUE = later(
    rf"(?:[:=|]|[ ][-–—])[ \t\u00a0]{{0,2}}[\"'«]?(?P<name>{SMALL_WORD}(?:[ \u00a0]{SMALL_WORD}){{1,2}}+)(?![{ANY}0-9_.(-])"
)
SMALL_SURNAME_ENDS = "|".join(
    f"(?<={ending})"
    for ending in ("[ое]в", "ин", "[ое]в[аыу]", "ин[аыу]", "[ое]вой", "иной", "[ое]вым", "иным")
)
SMALL_PAIR = later(
    rf"(?<![{ANY}0-9_-])(?P<given>[а-яёіәғқңөұүһ]{{3,{LONGEST}}}+)[ \u00a0](?P<surname>[а-яёіәғқңөұүһ]{{5,{LONGEST}}}+)(?:{SMALL_SURNAME_ENDS})(?![{ANY}0-9_-])"
)
# «ахметова г.к.»; but «и.о.», «т.е.», «н.э.»
SMALL_INITIALED = later(
    rf"(?<![{ANY}0-9_-])(?P<surname>[а-яёіәғқңөұүһ]{{5,{LONGEST}}}+)(?<=[а-яё]ов|[а-яё]ев|ова|ева|ина|кая|кий|нко)[ \u00a0](?!и\.[ ]?о|т\.[ ]?[екдпг]|н\.[ ]?э|с\.[ ]?г|м\.[ ]?а|в\.[ ]?т)[а-яёіәғқңөұүһ]\.[ ]?[а-яёіәғқңөұүһ]\.(?![{ANY}])"
)
SMALL_LABELLED = later("[SsN][FA]|[FA][SsN]|[uU]F|F[uU]|FF")


def find_small(text: str) -> Iterator[FoundName]:
    """Find names typed in small letters: with a patronymic, or as the value of a label.

    >>> [(f.start, f.end) for f in [*find_small("фио: сынақов нұрлан"), *find_small("звонил нұрлан мысалұлы")]]
    [(5, 19), (7, 22)]
    """
    done = 0
    for match in SMALL_PATRONYMIC.finditer(text):
        low = max(done, match.end() - 3 * LONGEST)
        words = SMALL_BEFORE.search(text, low, match.end())
        if words and (found := small_name(words)):
            yield found
            done = found.end
    yield from find_small_pairs(text)
    yield from find_small_initials(text)
    for match in SMALL_VALUE.finditer(text):
        start, end = match.span("name")
        labels = small_labels(match["name"]) if start >= done else ""
        if SMALL_LABELLED.fullmatch(labels) and label_before(text, start) in ("key", "maybe"):
            yield FoundName(start, end, 0.6, "small letters after a label", labels)


def find_small_pairs(text: str) -> Iterator[FoundName]:
    """Find a given name and a surname in small letters that are nothing else, as in chats: «позови асем сынақову»."""
    for match in SMALL_PAIR.finditer(text) if not text.isascii() else ():
        given, family = fold(match["given"]), fold(match["surname"])
        if is_sure_given(given) and classify(family.capitalize()) == "S" and not is_plain_form(family):
            yield FoundName(match.start(), match.end(), 0.5, "small letters, given name and surname", "FS")


def find_small_initials(text: str) -> Iterator[FoundName]:
    """Find a surname in small letters with its two initials: «пациентка сынақова ү.м.»."""
    for match in SMALL_INITIALED.finditer(text) if not text.isascii() else ():
        family = fold(match["surname"])
        if classify(family.capitalize()) in "Ss" and not is_plain_form(family):
            yield FoundName(match.start(), match.end(), 0.6, "small letters, surname and initials", "SII")


def small_name(words: re.Match[str]) -> FoundName | None:
    """Read given name and patronymic, and the surname before them if there is one."""
    first, given, patronymic = words["first"], words["given"], words["patronymic"]
    if small_labels(f"{given} {patronymic}") not in ("FP", "AP"):
        return None
    surname = first is not None and is_small_surname(words, first)
    if not surname and small_labels(given) == "A":
        return None
    start, end = words.start("first" if surname else "given"), words.end()
    last = None if surname else SMALL_SURNAME.match(words.string, end)
    if last and small_labels(last[1]) == "S":
        end = last.end()
    return FoundName(start, end, 0.8, "small letters with a patronymic", "SFP" if surname else "FP")


def is_small_surname(words: re.Match[str], first: str) -> bool:
    """Say whether the word before a given name and a patronymic is a surname: as it begins a line or follows a role."""
    label = small_labels(first)
    if label in ("S", "s", "N", "F", "A") or first in listed("surnames_short"):
        return True
    before = words.string[max(0, words.start("first") - LONGEST) : words.start("first")].rstrip(' \t\u00a0"«')
    if label == "U" and not VERBAL.search(first) and (not before or before[-1] in ":;,|=\n\t"):
        return True
    return label in ("U", "W", "w") and bool(before) and is_role(before.rstrip(":-–— ").rpartition(" ")[2])


def small_labels(words: str) -> str:
    """Label words in small letters as if each began with a capital."""
    return "".join(classify(word.capitalize()) for word in words.split())
