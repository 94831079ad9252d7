"""Workplaces that a label announces: firms, positions, and both in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY
from piiguard.recognizers.checks.position_words import LIKE_POSITION
from piiguard.recognizers.checks.workplace_line import FoundWorkplace, Line
from piiguard.recognizers.checks.workplace_words import (
    DEGREE,
    END,
    GAP,
    KEY,
    MODEST_KEY,
    ORGANISATION,
    TITLE,
)

__all__ = ["keyed"]

# A sign, the end of an element's name, or the next cell of a page's table. What redaction has put somewhere is no element.
_SIGN = r"[\"']?[ \t\u00a0]{0,2}(?::(?:</(?:b|strong|span|label|dt)>)?|=|(?P<bar>\|)|(?<!KZ_WORKPLACE)>|[–—-](?=[ ])|</t[dh]>[ ]?<td>)[ \t\u00a0]{0,2}"
_JSON_VALUE = rf"[\"'](?P<quoted>[{ANY}][^\"'\n]{{2,80}})(?=[\"'])"
_PLAIN_VALUE = rf"(?P<plain>(?:[{ANY}]|«|№)[^\"'\n,;|\t{{}}<>=:]{{2,80}})"
_EDGE = f"(?<![{ANY}])"
_KEYED = later(rf"{_EDGE}(?:{KEY})[\"']?(?:{_SIGN})(?:(?P<firm>{ORGANISATION})|{_JSON_VALUE}|{_PLAIN_VALUE})")
_MODEST = later(rf"{_EDGE}(?:{MODEST_KEY}){_SIGN}(?:(?P<firm>{ORGANISATION})|{_JSON_VALUE}|{_PLAIN_VALUE})")
_TELLING = later(rf"{ORGANISATION}|{DEGREE}|{_EDGE}{TITLE}{END}|{_EDGE}{LIKE_POSITION}{END}")
# Behind the firm that a label names: as what; behind the position that it names: where.
_AND_FIRM = later(rf",{GAP}({ORGANISATION})")
_AND_POSITION = later(rf",{GAP}([{ANY}][{ANY}-]{{2,20}}(?:{GAP}[{ANY}-]{{2,20}}){{0,3}})(?=[,;.]|$|\n)")
_ENDS_VALUE = later(
    rf"[ \u00a0]{{2,}}|(?<=[{ANY}]{{3}})(?<!\bзам)(?<!\bзав)(?<!\bнач)(?<!\bген)(?<!\bвед)[.](?=[ \u00a0]|$)|{GAP}(?:тел|иин|жсн|phone|email){END}",
    re.IGNORECASE,
)
# What redaction has put there is no value, and no part of the one that goes on behind it.
_MASK = later(rf"[{ANY}]?\*\*")


def keyed(line: Line) -> Iterator[FoundWorkplace]:
    """Find what a label announces."""
    for match in _KEYED.finditer(line.text, line.start, line.end):
        begin, stop = value_of(match)
        if stop - begin >= 3 and not (_in_row(line, match) or line.is_name(begin, stop)):
            yield FoundWorkplace(begin, stop, 0.5, "after a label")
            yield from listed(line, match, stop)
    for match in _MODEST.finditer(line.text, line.start, line.end):
        begin, stop = value_of(match)
        if line.has_position(begin, stop) or _TELLING.search(line.text, begin, stop):
            yield FoundWorkplace(begin, stop, 0.5, "position after a label")
            yield from listed(line, match, stop)


def _in_row(line: Line, match: re.Match[str]) -> bool:
    """Say whether the label heads a column of a table, so that what follows is the head of the next."""
    return match["bar"] is not None and line.text[line.start : line.end].strip(" |").count("|") > 1


def listed(line: Line, match: re.Match[str], stop: int) -> Iterator[FoundWorkplace]:
    """Find what a comma joins to the value after a label: to a firm a position, to a position a firm."""
    other = (_AND_POSITION if match["firm"] else _AND_FIRM).match(line.text, stop, line.end)
    if other:
        yield FoundWorkplace(*other.span(1), 0.5, "after a label")


def value_of(match: re.Match[str]) -> tuple[int, int]:
    """Say where the value after a label begins and ends."""
    if match["firm"] is not None:
        return match.span("firm")
    begin, stop = match.span("plain" if match["quoted"] is None else "quoted")
    over = _MASK.search(match.string, begin, stop)
    stop = over.start() if over else stop
    if match["quoted"] is not None:
        return begin, stop
    over = _ENDS_VALUE.search(match.string, begin, stop)
    stop = over.start() if over else stop
    return begin, begin + len(match.string[begin:stop].rstrip(" \t\u00a0.-–—"))
