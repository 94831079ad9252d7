"""Names whose form is that of a record, not of prose: «Сынақова, Үлгі», ``SYNAQOV/ULGI MR``, the values of an INSERT.

>>> sorted((found.start, found.end) for found in find("1. Сынақова, Нұрлан\\nNM1SYNAQOVA/ULGI MS"))
[(3, 19), (23, 36)]
>>> text = "INSERT INTO client (id, fam, im) VALUES (1, 'Үлгі', 'Мысал'), (2, 'Сынақ', NULL)"
>>> [text[found.start : found.end] for found in find(text)]
['Үлгі', 'Мысал', 'Сынақ']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.atomic import many
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, UPPER
from piiguard.recognizers.checks.name_labels import is_key
from piiguard.recognizers.checks.name_token import FoundName
from piiguard.recognizers.checks.name_words import LONGEST, classify

__all__ = ["TITLES_AFTER", "find"]

TITLES_AFTER = ("MR", "MRS", "MS", "MSTR", "MISS", "CHD", "INF")
_BLANK = "[ \u00a0]"
_WORD = f"[{UPPER}][{ANY}'’-]{{1,{LONGEST}}}+"
_PASSENGER = later(
    rf"(?<![A-Z/])(?P<name>[A-Z]{{2,{LONGEST}}}+(?:-[A-Z]{{2,{LONGEST}}}+)?/[A-Z]{{2,{LONGEST}}}+(?:[ ][A-Z]{{2,{LONGEST}}}+(?=[ ]))?)"
    rf"[ ](?:{'|'.join(TITLES_AFTER)})(?![A-Z])"
)
# The surname stands at the beginning of a line, a cell or a value, and the name ends it, or a patronymic proves it.
_BEGINS = later(
    r"(?:^|[\"'«>;|\t:=(•]|[0-9][.)])[ \t\u00a0]{0,4}$|[\n][ \t\u00a0]*(?:[-–—*•][ ])?$|^[-–—*•][ ]$"
)
_ENDS = later(r"[ \t\u00a0]*(?:$|[\n\"'»<;|\t(\[)]|[-–—] |,? ?[0-9])")
_LISTED = later(
    rf"(?<![{ANY}0-9,])(?P<surname>{_WORD}),{_BLANK}(?P<given>{_WORD})(?:{_BLANK}(?P<more>{_WORD}|(?:[{UPPER}]\.{_BLANK}?){{1,2}}))?(?![{ANY}0-9])"
)
# «Абенов К., Белая Н., Ким В.»: in a list of surnames with initials each is one, whatever else the word means.
_INITIALED = rf"(?:{_WORD}{_BLANK}(?>(?:[{UPPER}]\.{_BLANK}?){{1,2}}))"
_ENUMERATED = later(rf"(?<![{ANY}0-9.]){_INITIALED}(?>(?:(?<![ \u00a0])[,;]{_BLANK}?{_INITIALED}){{2,60}})")
_OF_ENUMERATION = later(_INITIALED)
_COMMA = later(rf",{_BLANK}[{UPPER}]")
_COLUMNS = later(r"(?i)insert\s+into\s+[^\s(]{1,120}\s*\((?P<columns>[^()]{1,4000})\)\s*values\s*")
_TEXT = r"(?:[^'\\]++|''|\\.)*+"
_CALL = r"\([^'()]*\)"
_OF_ROW = many(rf"'{_TEXT}'|[^'()]++|{_CALL}")
_PLAIN = rf"(?:[^',()]++|{_CALL})" + many(rf"[^',()]++|{_CALL}")
_ROW = later(rf"\s*,?\s*\((?P<values>{_OF_ROW})\)")
_VALUE = later(rf"\s*+[A-Za-z]{{0,2}}'(?P<text>{_TEXT})'[^',]*|{_PLAIN}|(?=,)")
_CAN_BE_NAME = later(rf"{_WORD}(?:[ -]{_WORD}|[ ][{UPPER}]\.){{0,3}}")


def find(text: str) -> Iterator[FoundName]:
    """Find the names in all forms; the first two take capitals of one script each."""
    if "/" in text:
        yield from _passengers(text)
    if _COMMA.search(text):
        yield from _listed(text)
        yield from _enumerated(text)
    if "NSERT" in text or "nsert" in text:
        yield from _inserted(text)


def _passengers(text: str) -> Iterator[FoundName]:
    for match in _PASSENGER.finditer(text):
        yield FoundName(match.start("name"), match.end("name"), 0.85, "surname/given name title", "")


def _enumerated(text: str) -> Iterator[FoundName]:
    for row in _ENUMERATED.finditer(text):
        items = list(_OF_ENUMERATION.finditer(row.group()))
        surnames = {item.group().split()[0] for item in items}
        if len(surnames) == len(items) and any(classify(word) in "SNF" for word in surnames):
            for item in items:
                start = row.start() + item.start()
                yield FoundName(start, start + len(item.group().rstrip()), 0.6, "in a list of surnames", "")


def _listed(text: str) -> Iterator[FoundName]:
    for match in _LISTED.finditer(text):
        found = _of_list(text, match)
        if found and _BEGINS.search(text, max(0, match.start() - 6), match.start()):
            yield found


def _of_list(text: str, match: re.Match[str]) -> FoundName | None:
    more = (match["more"] or "").rstrip()
    initials = more.endswith(".")
    labels = classify(match["surname"]) + classify(match["given"])
    patronymic = bool(more) and not initials and classify(more) == "P"
    end = match.end("more") if patronymic or initials else match.end("given")
    if initials:
        end = match.start("more") + len(more)
    if labels[1] not in "FEA" + ("Uu" if patronymic else "") or labels[0] not in "SNsUuAF":
        return None
    if match["surname"].isascii() != match["given"].isascii():
        return None
    if not patronymic and ((labels[0] not in "SNs" and labels[1] == "A") or labels == "FF"):
        return None
    if not patronymic and not _ENDS.match(text, end):
        return None
    score = 0.95 if patronymic else 0.85 if labels[0] in "SN" and labels[1] in "FE" else 0.5
    return FoundName(match.start(), end, score, "surname, comma, given name", labels)


def _inserted(text: str) -> Iterator[FoundName]:
    for statement in _COLUMNS.finditer(text):
        names = [is_key(column.strip(' \t\n"`[]')) for column in statement["columns"].split(",")]
        at = statement.end()
        while any(names) and (row := _ROW.match(text, at)):
            at = row.end()
            yield from _of_row(text, row, names)


def _of_row(text: str, row: re.Match[str], names: list[bool]) -> Iterator[FoundName]:
    at = row.start("values")
    for named in names:
        value = _VALUE.match(text, at, row.end("values"))
        if not value:
            return
        at = value.end() + 1  # behind the comma
        if named and value["text"] and _CAN_BE_NAME.fullmatch(value["text"]):
            yield FoundName(*value.span("text"), 0.75, "in a column of names", "")
