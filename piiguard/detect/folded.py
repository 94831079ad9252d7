r"""Lines that go on over the next ones: vCard and iCalendar, LDIF, fields of mail, properties, files of a registry.

RFC 6350, 5545 and 2849 break a line anywhere, and begin what follows with a blank that says nothing; so does a manifest of
Java. A soft break of quoted-printable (RFC 2045) is an equals sign, that of properties and of a shell a backslash. A field of
mail (RFC 5322) is broken at a blank, which stays: there a number alone is looked for, since logs are indented too.

>>> bare("BEGIN:VCARD\nTEL:+7701123\n 4567\nEND:VCARD"), bare("iin=0503\\\n    12300015"), bare("a:\n  b")
('BEGIN:VCARD\nTEL:+77011234567\nEND:VCARD', 'iin=050312300015', 'a:\n  b')
>>> bare("X-Phone: +7 701\n 123 45 67")
'X-Phone: +7 701 123 45 67'
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, AnyStr

from piiguard.detect.joints import NEAR, is_one

__all__ = ["Fold", "Folds", "Halves", "bare", "folds", "joined"]

Fold = tuple[int, int]
"""What of a text parts the halves of a line, and says nothing."""

_TOLD = ("BEGIN:V", "END:V", "begin:v", "\ndn:", "Manifest-Version: ")
_FORM = r"\r?\n[ \t](?=[^\r\n])"
_PRINTABLE = r"(?:QUOTED|quoted|Quoted)-(?:PRINTABLE|printable|Printable)"
_BREAKS = ("=\n", "=\r\n")
_SOFT = r"(?P<soft>=)\r?\n(?=[^\s])"
_CONTINUED = r"\\\r?\n[ \t]*+(?=[^\s])"
_INDENTED = r"\n[ \t]+[0-9(]"
_ONWARD = rf"(?P<field>(?<=[0-9)-])\r(?={_INDENTED})\n|(?:(?<=[0-9)-])|(?<=\r))(?={_INDENTED})\n)"
_FIELD = r"[A-Za-z][\w-]{0,60}:[^\r\n]*"
_MOST_BEFORE = 2
"""Lines before a place at which a text is cut that whoever reads on from there sees whole, and one more."""


class Folds:
    """The way from a text of which something was left out back to the text."""

    def __init__(self, left_out: Sequence[Fold]) -> None:
        self._places: list[int] = []
        self._longer = [0]
        for start, end in left_out:
            self._places.append(start - self._longer[-1])
            self._longer.append(self._longer[-1] + end - start)

    def place(self, position: int, *, behind: bool = False) -> int:
        """Where a character stands in the text; ``behind`` is where one ends."""
        find = bisect_left if behind else bisect_right
        return position + self._longer[find(self._places, position)]


class Halves:
    """Where the lines stand that one goes on over, which stands on the first of them now."""

    def __init__(self, pieces: Sequence[bytes], columns: Sequence[int]) -> None:
        sizes = accumulate(len(piece.decode("utf-8", "replace")) for piece in pieces[:-1])
        self._begins = list(sizes)
        self._columns = columns

    def at(self, line: int, position: int, *, behind: bool = False) -> tuple[int, int]:
        """The line, and the place in it, of a place of the line that begins on this one."""
        number = (bisect_left if behind else bisect_right)(self._begins, position)
        if not number:
            return line, position
        return line + number, position - self._begins[number - 1] + self._columns[number - 1]


def joined(data: bytes, seen: int, until: int) -> tuple[bytes, int, int, dict[int, Halves]]:
    """Lines that stand on one each, before as many empty ones as they went on over; and the places in them.

    A place inside of a line is moved to its beginning, where that is so near that whoever reads on from there sees it.
    """
    halves: dict[int, Halves] = {}
    parts: list[bytes] = []
    place = line = size = 0
    moved = [seen, until]
    for group in _groups(data, (seen, until)):
        start, end = data.rfind(b"\n", place, group[0][0]) + 1 or place, data.find(b"\n", group[-1][1])
        end = len(data) if end < 0 else end
        ends = [start, *(behind for _, behind in group)]
        pieces = [data[a:b] for a, b in zip(ends, (*(before for before, _ in group), end), strict=True)]
        parts += [data[place:start], *pieces, b"\n" * len(group)]
        line += data.count(b"\n", place, start)
        size += start - place
        for number, each in enumerate((seen, until)):
            if start <= each <= end:
                moved[number] = size if each < end else size + sum(map(len, pieces)) + len(group)
            elif each > end:
                moved[number] = each - end + size + sum(map(len, pieces)) + len(group)
        columns = [behind - data.rfind(b"\n", before, behind) - 1 for before, behind in group]
        halves[line] = Halves(pieces, columns)
        line, place = line + len(group), end
        size += sum(map(len, pieces)) + len(group)
    return b"".join([*parts, data[place:]]), moved[0], moved[1], halves


def _groups(data: bytes, places: Sequence[int]) -> Iterator[list[Fold]]:
    """What parts the halves of each line that goes on; one that is too long is cut at a place where it has to be."""
    group: list[Fold] = []
    for fold in folds(data):
        if group and data.find(b"\n", group[-1][1], fold[0]) >= 0:
            yield group
            group = []
        if len(group) >= _MOST_BEFORE and any(fold[0] < place <= fold[1] for place in places):
            yield group
            group = []
            continue
        group.append(fold)
    if group:
        yield group


def folds(text: AnyStr) -> Iterator[Fold]:
    """What of these lines parts the halves of one, from left to right."""
    if (pattern := _pattern(text)) is None:
        return
    line_break, field, printable = (_in_kind_of(text, each) for each in ("\n", _FIELD, _PRINTABLE))
    # where the line begins, with those that it goes on over, and up to where it is known to go on
    begin = done = 0
    for found in pattern.finditer(text):
        if last := text.rfind(line_break.pattern, done, found.start()) + 1:
            begin = last
        kind = found.lastgroup
        if kind == "soft" and not printable.search(text, begin, found.start()):
            continue
        if kind == "field" and begin >= done and not field.fullmatch(text, begin, found.start()):
            continue
        if not is_one(
            _near(text, found.start() - NEAR, found.start()), _near(text, found.end(), found.end() + NEAR)
        ):
            continue
        done = found.end()
        yield found.span()


def _near(text: AnyStr, start: int, end: int) -> str:
    piece = text[max(start, 0) : end]
    return piece.decode("utf-8", "ignore") if isinstance(piece, bytes) else piece


def bare(text: str, left_out: Iterable[Fold] | None = None) -> str:
    """The text without what parts the halves of its lines."""
    parts, place = [], 0
    for start, end in folds(text) if left_out is None else left_out:
        parts.append(text[place:start])
        place = end
    return "".join([*parts, text[place:]])


def _pattern(text: AnyStr) -> re.Pattern[AnyStr] | None:
    """What breaks lines in such a text; most texts are looked at for a few words only."""
    form = _FORM if _stands(text, _TOLD) or text.startswith(_of_kind("dn:", text)) else ""
    kinds = [
        form,
        _SOFT if _stands(text, _BREAKS) and _in_kind_of(text, _PRINTABLE).search(text) else "",
        _CONTINUED if _in_kind_of(text, _CONTINUED).search(text) else "",
        _ONWARD if not form and _in_kind_of(text, _INDENTED).search(text) else "",
    ]
    return _in_kind_of(text, "|".join(filter(None, kinds))) if any(kinds) else None


@cache
def _compiled(pattern: str, *, octets: bool) -> re.Pattern[Any]:
    return re.compile(pattern.encode() if octets else pattern)


def _in_kind_of(text: AnyStr, pattern: str) -> re.Pattern[AnyStr]:
    """The pattern for a text, or for its bytes."""
    return _compiled(pattern, octets=isinstance(text, bytes))


def _stands(text: AnyStr, words: Sequence[str]) -> bool:
    """Whether one of these stands in the text: looking for each is a tenth of what an expression of them all costs."""
    return any(_of_kind(word, text) in text for word in words)


def _of_kind(word: str, text: AnyStr) -> AnyStr:
    return word.encode() if isinstance(text, bytes) else word
