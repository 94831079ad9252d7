r"""Reads what a text says that is spelled in another way, and finds the way back to how it is written.

JSON and Python write ``И`` as ``\u0418``, nginx as ``\xD0\x98``, an address as ``%D0%98``, HTML as ``&#1048;``; a number
may stand in full-width or Arabic digits, or with signs in it that nobody sees. Recognizers would find no name and no
number there. So they are shown what is meant, however deep it is nested.

>>> spelled = Spelled(r'"\u0418\u0418\u041d:\n050312300015"')
>>> spelled.view, spelled.span(6, 18)
('"ИИН: 050312300015"', (22, 34))
>>> Spelled("?phone=%2B7+701+123&iin=%22&#48;５").view
'?phone=+7 701 123&iin="05'
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Self

from piiguard.detect import divided, expressions, folded, hl7, mistaken, packed, signs, terminal, unmarked
from piiguard.detect.charset import byte_class
from piiguard.detect.match import Found, Match
from piiguard.detect.numbered import escapes
from piiguard.detect.numbers import is_written, is_written_in, written
from piiguard.detect.overlaps import widest

__all__ = ["Shown", "Spelled", "is_spelled"]

_HEX = "[0-9a-fA-F]"
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)}
_OTHER_SIGNS = _WIDE | signs.DIGITS | dict.fromkeys(signs.BLANKS, " ")
_ENTITY = r"(?<=&)(?:#|[a-zA-Z]{2,8};)"
_OF_QUERY = r"(?<==)[0-9A-Za-z]{1,32}\+[0-9A-Za-z]"
_CARETS = r"(?<=\^)[\[@GH?]|(?<=#)033[\[\]()]"
_MARK = re.compile(
    f"[\\\\%&=^#{mistaken.LETTERS}\uff01-\uff5e{signs.OF_FIRST_PLANE}{signs.OTHER_PLANES}{terminal.SIGNS}]"
    rf"(?:(?<=[^%&=^#\r{mistaken.LETTERS}{signs.OTHER_PLANES}])|(?<=[{signs.OF_OTHER_PLANES}])|(?<=\r)(?=[^\r\n])|(?<=%)(?:{_HEX}{{2}}|u{_HEX})"
    rf"|{_ENTITY}|{_OF_QUERY}|{_CARETS}|{packed.OF_WORDS}|{mistaken.MARK})"
)
_MARK_BYTES = re.compile(
    byte_class(
        b"\\%&=^#\xc2\xc3\r\x00\x04\x05\x06\x07\x08\x7f" + bytes(range(0x0E, 0x1C)) + bytes(signs.FIRST_BYTES)
    )
    + rb"(?:(?<=[\\\x00\x04-\x08\x0e-\x1b\x7f])|(?<=%)(?:[0-9a-fA-F]{2}|u)|(?<=\xef)[\xbc\xbd]|"
    + mistaken.IN_UTF8
    + b"|"
    + b"|".join(
        (terminal.BYTES, signs.IN_UTF8, f"{_ENTITY}|{_OF_QUERY}|{_CARETS}|{packed.OF_WORDS})".encode())
    )
)
# The value of a query, where a plus is a blank; before a number it is none, nor in an address of mail.
_STOPS = r"\s&?#\"'<>="
_QUERY = re.compile(
    rf"[?&][^{_STOPS}]{{1,64}}=[^{_STOPS}@]*+(?![@=])|=[^{_STOPS}@%]*+%[^{_STOPS}@]*+(?![@=])"
)
_JOINED = re.compile(r"\+(?<=[^\s:]\+)")
_start = itemgetter(0)
_PLUS = re.compile(r"(?<!=)\+|\+(?![0-9])")


def is_spelled(text: str) -> bool:
    """Whether anything in a text may be spelled in another way.

    >>> is_spelled("100 %, a & b"), is_spelled("%D0%98"), is_spelled("٠٥")
    (False, True, True)
    """
    if _MARK.search(text) or is_written(text) or packed.is_told(text):
        return True
    if expressions.may_be_in(text) or ("\n" in text and any(folded.folds(text))):
        return True
    data = text.encode("utf-8", "surrogatepass")
    return divided.may_be_in(data) or unmarked.may_be_in(data)


def is_spelled_in(data: bytes) -> bool:
    """The same for lines, or for many texts at once."""
    if _MARK_BYTES.search(data) or is_written_in(data) or packed.is_told_in(data):
        return True
    if expressions.may_be_in(data) or divided.may_be_in(data) or unmarked.may_be_in(data):
        return True
    return any(folded.folds(data))


class Spelled:
    """``view`` is what the text says; :meth:`span` finds a part of it in the text as it is written.

    A text with signs for a terminal may say several things, and its view has them all, unless it is to be read ``once``.
    """

    def __init__(self, text: str, *, once: bool = False) -> None:
        self._places: list[int] = []
        self._ends: list[int] = []
        self._longer: list[int] = [0]
        parts: list[str] = []
        place = size = 0
        self._folds = folded.Folds(left_out := tuple(folded.folds(text)) if "\n" in text else ())
        text = folded.bare(text, left_out)
        if _JOINED.search(text):
            text = _QUERY.sub(lambda query: _PLUS.sub(" ", query[0]), text)
        if not text.isascii():
            text = text.translate(_OTHER_SIGNS)
        for start, end, meant in _units(text):
            if start < place:
                continue
            parts += [text[place:start], meant]
            size += start - place
            self._places.append(size)
            self._longer.append(self._longer[-1] + end - start - len(meant))
            place, size = end, size + len(meant)
            self._ends.append(size)
        self.view = "".join([*parts, text[place:]])
        self._reading: terminal.Reading | None = None
        if terminal.MARK.search(self.view):
            self._reading = terminal.read(self.view, once=once)
            self.view = self._reading.text

    @property
    def shown(self) -> str:
        """What a person reads at last, of all that the view has."""
        return self._reading.shown if self._reading else self.view

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where that part stands in the text."""
        if self._reading:
            start, end = self._reading.span(start, end)
        first = self._written(start)
        # what says nothing itself, such as the head of a word of mail, stays where it is
        for number in range(bisect_left(self._places, start), bisect_right(self._places, start)):
            if self._ends[number] == start < end:
                first = self._folds.place(start + self._longer[number + 1])
        return first, self._written(end, behind=True)

    def place(self, position: int) -> int:
        """Where a character of the view begins; never inside an escape."""
        return self._written(self._reading.place(position) if self._reading else position)

    def first(self, position: int) -> int:
        """The first place of the view that is written where this one is: there a text can be cut."""
        while position and self.place(position - 1) == self.place(position):
            position -= 1
        return position

    def position(self, place: int) -> int:
        """The first place of the view that is written there or behind."""
        return bisect_left(range(len(self.view) + 1), place, key=self.place)

    def placed(self, matches: Iterable[Match]) -> list[Found]:
        """Where these matches are written, from left to right; what two readings give is there once."""
        found = [(match, *self.span(match.start, match.end)) for match in matches]
        return found if self._reading is None else widest(found)

    def _written(self, position: int, *, behind: bool = False) -> int:
        """Where a place of the view is written; of one inside of what is written as a whole, that begins or ends there."""
        number = bisect_left(self._places, position)
        if number and position < self._ends[number - 1]:
            if not behind:
                return self._folds.place(self._places[number - 1] + self._longer[number - 1])
            position = self._ends[number - 1]
        return self._folds.place(position + self._longer[number], behind=behind)


@dataclass(frozen=True, slots=True)
class Shown:
    """A block of lines without escapes, as an engine reads it; ``written`` are the lines that hold some.

    Of those that are ``cut``, because only a part of them is wanted, each piece is read once. A line that goes on over the next
    ones stands on the first of them, and the others are empty.
    """

    data: bytes
    seen: int
    until: int
    written: dict[int, str] = field(default_factory=dict)
    cut: frozenset[int] = frozenset()
    halves: Mapping[int, folded.Halves] = field(default_factory=dict)
    _spelled: dict[int, Spelled] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, data: bytes, seen: int = 0, until: int | None = None) -> Self:
        """Read ``data``, of which the matches between ``seen`` and ``until`` are wanted."""
        until = len(data) if until is None else until
        if not is_spelled_in(data):
            return cls(data, seen, until)
        data, seen, until, halves = folded.joined(data, seen, until)
        written = {
            n: line.decode("utf-8", "replace")
            for n, line in enumerate(data.split(b"\n"))
            if is_spelled_in(line)
        }
        cut = frozenset(
            data.count(b"\n", 0, place)
            for place in (seen, until)
            if 0 < place < len(data) and data[place - 1 : place] != b"\n"
        )
        first = 0
        parts = []
        for part in (data[:seen], data[seen:until], data[until:]):
            parts.append(_without_escapes(part, first, cut))
            first += part.count(b"\n")
        before, wanted, after = parts
        return cls(before + wanted + after, len(before), len(before) + len(wanted), written, cut, halves)

    def placed(self, line: int, text: str, matches: Sequence[Match]) -> list[Found]:
        """Where the matches of a line, counted from 0, are written; one that goes on over next lines ends on its last one."""
        if line in self.written and "\n" not in text:
            return self._read(line).placed(matches)
        return [(match, self.place(line, match.start), self._end(line, text, match)) for match in matches]

    def _end(self, line: int, text: str, match: Match) -> int:
        breaks = text.count("\n", match.start, match.end)
        begin = text.rfind("\n", 0, match.end) + 1 if breaks else 0
        return self.place(line + breaks, match.end - begin)

    def place(self, line: int, position: int) -> int:
        """Where a character of a line, counted from 0, stands in it as it is written."""
        return self._read(line).place(position) if line in self.written else position

    def at(self, line: int, position: int, *, behind: bool = False) -> tuple[int, int]:
        """The line, and the place in it, where that of a line stands that may go on; ``behind`` is where something ends."""
        return (
            self.halves[line].at(line, position, behind=behind) if line in self.halves else (line, position)
        )

    def _read(self, line: int) -> Spelled:
        if line not in self._spelled:  # a line is read once, however many places of it are asked for
            self._spelled.clear()
            self._spelled[line] = Spelled(self.written[line], once=line in self.cut)
        return self._spelled[line]


def _without_escapes(part: bytes, first: int, cut: frozenset[int]) -> bytes:
    lines = part.split(b"\n")
    for number, line in enumerate(lines):
        if is_spelled_in(line):
            spelled = Spelled(line.decode("utf-8", "replace"), once=first + number in cut)
            lines[number] = spelled.view.encode("utf-8", "replace")
    return b"\n".join(lines)


def _units(text: str) -> list[packed.Unit]:
    """Where something is spelled in another way, and what it says, from left to right."""
    found = list(_packed(text))
    escaped = list(escapes(text))
    numbers = list(written(text))
    return sorted(found + escaped + numbers, key=_start) if found or numbers else escaped


def _packed(text: str) -> Iterator[packed.Unit]:
    """What is packed as a whole, each before what an escape in it would say; base64 holds texts with escapes."""
    if "=?" in text:
        yield from packed.words(text)
    if packed.is_told(text):
        yield from _read(packed.base64_texts(text))
        yield from packed.quoted(text)
    data = text.encode("utf-8", "surrogatepass")
    if unmarked.may_be_in(data):
        yield from _read(unmarked.texts(text))
    if expressions.may_be_in(text):
        yield from _read(expressions.texts(text))
    if divided.may_be_in(data):
        yield from divided.units(text)
    if "\\" in text:
        yield from hl7.escapes(text)
    if "%" in text or "\\" in text:
        yield from packed.single_bytes(text)
    if not text.isascii():
        yield from mistaken.letters(text)


def _read(units: Iterable[packed.Unit]) -> Iterator[packed.Unit]:
    """The same, with what is spelled in another way in what they say."""
    for start, end, meant in units:
        yield start, end, Spelled(meant, once=True).view
