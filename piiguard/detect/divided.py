"""Numbers that are divided by markup: emphasis of Markdown, tags that break no line, sections of CDATA, comments.

>>> list(units("**050312**300015")), list(units("+7 <b>701</b> 123 45 67"))
([(8, 10, '')], [(3, 6, ''), (9, 13, '')])
>>> list(units("<td>0503</td><td>12300015</td>")), list(units("12345*67890"))
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.detect.joints import is_one
from piiguard.detect.packed import Unit

__all__ = ["may_be_in", "units"]

_INLINE = (
    "abbr|acronym|a|bdi|bdo|big|b|cite|code|data|del|dfn|em|font|ins|i|kbd|mark|nobr|output|q|samp|small|span|strike|strong"
    "|sub|sup|s|tspan|textPath|time|tt|u|var|wbr|emphasis|hi"
)
_TAG = rf"</?(?:\w{{1,8}}:)?(?:{_INLINE})(?:\s[^<>]{{0,300}})?/?>"
_MARK = rf"(?:\*{{1,3}}|~~|`|{_TAG}|\]\]><!\[CDATA\[|<!--[^<>]{{0,300}}-->)"
_NUMBER = "[0-9 ()+-]"
_DIVIDED = re.compile(
    rf"(?>{_MARK}{{0,4}})[+(0-9]{_NUMBER}{{0,24}}+(?>(?:(?>{_MARK}{{1,6}}){_NUMBER}{{1,24}}+){{1,20}})(?>{_MARK}{{0,4}})",
    re.IGNORECASE,
)
_UNIT = re.compile(_MARK, re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_FEWEST, _MOST = 8, 40
_NUMBER_BYTES = rb"[0-9 ()+-]"
_ANY = re.compile(rb"[*<~`]")
"""Most lines have no markup at all."""
_SOON = tuple(
    map(
        re.compile,
        (
            rb"\*(?<=[0-9)]\*)\*{0,2}" + _NUMBER_BYTES,
            rb"\*\*" + _NUMBER_BYTES + rb"{1,20}\*\*",
            rb"<(?<=[0-9)]<)[^<>\n]{1,300}>(?:<[^<>\n]{1,300}>){0,4}" + _NUMBER_BYTES,
            rb"<(?<=[ (+-]<)[^<>\n]{1,300}>" + _NUMBER_BYTES + rb"{1,20}<",
            rb"\]\]><!\[CDATA\[",
            rb"~~(?<=[0-9)]~~)" + _NUMBER_BYTES,
            rb"`(?<=[0-9)]`)" + _NUMBER_BYTES,
        ),
    )
)


def may_be_in(data: bytes) -> bool:
    """Whether a number may be divided so in these lines: too often, never too seldom."""
    if not _ANY.search(data):
        return False
    for mark in _SOON:  # noqa: SIM110 - every record of a log asks, and a generator costs more than the searches
        if mark.search(data):
            return True
    return False


def units(text: str) -> Iterator[Unit]:
    """Where markup stands in a number; a single asterisk is a sign of arithmetic, unless there are two."""
    for found in _DIVIDED.finditer(text):
        if not _FEWEST <= len(_DIGIT.findall(found[0])) <= _MOST:
            continue
        marks = list(_UNIT.finditer(text, *found.span()))
        if sum(mark[0] == "*" for mark in marks) % 2 or sum(mark[0] == "`" for mark in marks) % 2:
            continue
        yield from (
            (start, end, "") for start, end in _within_one(text, found, [mark.span() for mark in marks])
        )


def _within_one(text: str, found: re.Match[str], marks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The marks that stand within a number; those between which no digit stands part, or do not part, together."""
    number, waiting = text[found.start() : marks[0][0]], marks[:1]
    for mark, following in zip(marks, [*marks[1:], (found.end(), found.end())], strict=True):
        piece = text[mark[1] : following[0]]
        if not _DIGIT.search(piece):
            waiting.append(following)
        elif _DIGIT.search(number) and is_one(number, piece):
            yield from waiting
            number, waiting = number + piece, [following]
        else:
            number, waiting = piece, [following]
