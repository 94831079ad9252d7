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
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Self

from piiguard.detect import signs, terminal
from piiguard.detect.charset import byte_class
from piiguard.detect.match import Found, Match
from piiguard.detect.numbers import is_written, is_written_in, written
from piiguard.detect.overlaps import widest

__all__ = ["Shown", "Spelled", "is_spelled"]

_HEX = "[0-9a-fA-F]"
_NEXT = "[89abAB][0-9a-fA-F]"


def _utf8(mark: str, one: str = "") -> str:
    """A pattern for the bytes of one character of UTF-8, each behind its mark; ``one`` for those of one byte."""
    more = f"(?:{mark}{_NEXT})"
    several = f"[cdCD]{_HEX}{more}|[eE]{_HEX}{more}{{2}}|[fF][0-4]{more}{{3}}"
    return f"{mark}(?:{one}|{several})" if one else f"(?:{several})"


# Octal numbers stand for signs where three of them do: one alone is the beginning of a name behind a backslash.
_OCTAL_BEFORE = r"\\[0-3][0-7]{2}"
_IN_OCTAL = (
    rf"(?:(?=(?:{_OCTAL_BEFORE}){{2}})|(?<={_OCTAL_BEFORE}.{{4}})(?={_OCTAL_BEFORE})"
    rf"|(?<={_OCTAL_BEFORE}{_OCTAL_BEFORE}.{{4}}))"
)
# A run of backslashes is read once: a match begins where the run does and gives none of it back. The first character
# stands alone, so that the search skips all others.
_BACKSLASHES = r"(?<=\\)(?<!\\\\)\\*+"
_ESCAPE = re.compile(
    r"[\\%&^#](?:"
    rf"{_BACKSLASHES}(?:u(?P<high>[dD][89abAB]{_HEX}{{2}})\\++u(?P<low>[dD][c-fC-F]{_HEX}{{2}})|u(?P<code>{_HEX}{{4}})"
    rf"|x(?P<bytes>{_utf8(f'{chr(92) * 2}++x')})|x(?P<byte>{_HEX}{{2}})|(?P<sign>[nrtbfv\"'/])"
    rf"|(?P<octets>3[0-7]{{2}}(?:\\2[0-7]{{2}}){{1,3}}|[01][0-7]{{2}}{_IN_OCTAL})"
    r"|(?P<octal>0(?:33|10|0[07])|0(?![0-9])|e(?=[\[\]])))"
    rf"|(?<=%)(?P<percent>(?:25)*{_utf8('%(?:25)*', f'[0-7]{_HEX}')[len('%(?:25)*') :]}|u{_HEX}{{4}})"
    r"|(?<=&)(?P<reference>(?:amp;)*(?:#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});?|[a-zA-Z]{2,8};))"
    r"|(?<=\^)(?P<caret>\[(?=\[[?>=]?[0-9;:]*[@-~]|\][0-9]{1,4};|[()][A-B0]|[=>78cDEHMZ\\])|[@GH?])"
    r"|(?<=#)(?P<syslog>033(?=[\[\]()]))"
    r")"
)
# what parts words must not become a line break: lines are counted
_SIGNS = str.maketrans("nrtbfv", "   \b  ")
_OCTAL = {"e": "\x1b", "033": "\x1b", "010": "\b", "007": "\x07"}
_CARET = {"[": "\x1b", "H": "\b", "G": "\x07", "?": "\x7f", "@": "\0"}
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)}
_OTHER_SIGNS = _WIDE | signs.DIGITS | dict.fromkeys(signs.BLANKS, " ")
_OF_CONTROL = re.compile(
    r"#(?:[xX]0*(?P<hex>1?[0-9a-fA-F]|7[fF]|9[bB])|0*(?P<code>[12]?[0-9]|3[01]|127|155));?"
)
_ENTITY = r"(?<=&)(?:#|[a-zA-Z]{2,8};)"
_OF_QUERY = r"(?<==)[0-9A-Za-z]{1,32}\+[0-9A-Za-z]"
_CARETS = r"(?<=\^)[\[@GH?]|(?<=#)033[\[\]()]"
_MARK = re.compile(
    f"[\\\\%&=^#\uff01-\uff5e{signs.OF_DIGITS}{signs.OF_BLANKS}{terminal.SIGNS}]"
    rf"(?:(?<=[^%&=^#\r])|(?<=\r)(?=[^\r\n])|(?<=%)(?:{_HEX}{{2}}|u{_HEX})|{_ENTITY}|{_OF_QUERY}|{_CARETS})"
)
_MARK_BYTES = re.compile(
    byte_class(
        b"\\%&=^#\xc2\r\x00\x04\x05\x06\x07\x08\x7f" + bytes(range(0x0E, 0x1C)) + bytes(signs.FIRST_BYTES)
    )
    + rb"(?:(?<=[\\\x00\x04-\x08\x0e-\x1b\x7f])|(?<=%)(?:[0-9a-fA-F]{2}|u)|(?<=\xef)[\xbc\xbd]|"
    + b"|".join(
        (terminal.BYTES, signs.IN_UTF8, f"{_ENTITY}|{_OF_QUERY}|{_CARETS})".encode())
    )
)
# The value of a query, where a plus is a blank; before a number it is none, nor in an address of mail.
_STOPS = r"\s&?#\"'<>="
_QUERY = re.compile(
    rf"[?&][^{_STOPS}]{{1,64}}=[^{_STOPS}@]*+(?![@=])|=[^{_STOPS}@%]*+%[^{_STOPS}@]*+(?![@=])"
)
_JOINED = re.compile(r"\+(?<=[^\s:]\+)")
_TWICE = re.compile(f"%25{_HEX}{{2}}")  # where a plus that was a blank has become %2B
_PLUS = re.compile(r"(?<!=)\+|\+(?![0-9])")


def is_spelled(text: str) -> bool:
    """Whether anything in a text may be spelled in another way.

    >>> is_spelled("100 %, a & b"), is_spelled("%D0%98"), is_spelled("٠٥")
    (False, True, True)
    """
    return bool(_MARK.search(text)) or is_written(text)


def is_spelled_in(data: bytes) -> bool:
    """The same for lines, or for many texts at once."""
    return bool(_MARK_BYTES.search(data)) or is_written_in(data)


class Spelled:
    """``view`` is what the text says; :meth:`span` finds a part of it in the text as it is written.

    A text with signs for a terminal may say several things, and its view has them all, unless it is to be read ``once``.
    """

    def __init__(self, text: str, *, once: bool = False) -> None:
        self._places: list[int] = []
        self._longer: list[int] = [0]
        parts: list[str] = []
        place = size = 0
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
        return self._written(start), self._written(end)

    def place(self, position: int) -> int:
        """Where a character of the view begins; never inside an escape."""
        return self._written(self._reading.place(position) if self._reading else position)

    def placed(self, matches: Iterable[Match]) -> list[Found]:
        """Where these matches are written, from left to right; what two readings give is there once."""
        found = [(match, *self.span(match.start, match.end)) for match in matches]
        return found if self._reading is None else widest(found)

    def _written(self, position: int) -> int:
        return position + self._longer[bisect_left(self._places, position)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A block of lines without escapes, as an engine reads it; ``written`` are the lines that hold some.

    Of those that are ``cut``, because only a part of them is wanted, each piece is read once.
    """

    data: bytes
    seen: int
    until: int
    written: dict[int, str] = field(default_factory=dict)
    cut: frozenset[int] = frozenset()
    _spelled: dict[int, Spelled] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, data: bytes, seen: int = 0, until: int | None = None) -> Self:
        """Read ``data``, of which the matches between ``seen`` and ``until`` are wanted."""
        until = len(data) if until is None else until
        if not is_spelled_in(data):
            return cls(data, seen, until)
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
        return cls(before + wanted + after, len(before), len(before) + len(wanted), written, cut)

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


def _units(text: str) -> list[tuple[int, int, str]]:
    """Where something is spelled in another way, and what it says, from left to right."""
    found = list(_escapes(text))
    numbers = list(written(text))
    return sorted(found + numbers) if numbers else found


def _escapes(text: str) -> Iterator[tuple[int, int, str]]:
    twice = _TWICE.search(text)
    begun = -1  # where a sequence for a terminal was begun by the sign before
    for found in _ESCAPE.finditer(text):
        start, end = found.span()
        if found["percent"] in ("2B", "2b") and (twice or text[start - 1 : start].isdigit()):
            meant: str | None = " "
        elif (found["sign"] or found["octal"]) and (start == begun or text[start - 1 : start] == "\x1b"):
            continue  # the backslash ends the sequence, and spells nothing with the sign behind it
        else:
            meant = _meant(found)
        if meant is not None:
            begun = end if meant == "\x1b" else -1
            yield start, end, meant


def _meant(found: re.Match[str]) -> str | None:
    """The character that an escape stands for; None where it is none."""
    kind = found.lastgroup
    if kind == "low":
        return chr(0x10000 + ((int(found["high"], 16) & 0x3FF) << 10) + (int(found["low"], 16) & 0x3FF))
    if kind == "sign":
        return found["sign"].translate(_SIGNS)
    if kind in ("octal", "syslog"):
        return _OCTAL.get(found[kind], "\0")
    if kind == "caret":
        return _CARET[found["caret"]]
    if kind == "reference":
        character = _referred(found["reference"])
    elif kind == "percent" and found["percent"].startswith("u"):
        character = chr(int(found["percent"][1:], 16))
    elif kind == "bytes":
        character = _decoded(part[:2] for part in found["bytes"].split("x"))
    elif kind == "octets":
        character = bytes(int(part, 8) for part in found["octets"].split("\\")).decode("utf-8", "replace")
    elif kind == "percent":
        character = _decoded(part[-2:] for part in found["percent"].split("%"))
    else:
        character = chr(int(found["code"] or found["byte"], 16))
    if character is None or len(character) != 1:
        return None
    kept = character.isprintable() and not "\ud800" <= character <= "\udfff"
    return character if kept or terminal.MARK.match(character) else " "


def _decoded(octets: Iterable[str]) -> str:
    return bytes.fromhex("".join(octets)).decode("utf-8", "replace")


def _referred(reference: str) -> str | None:
    name = reference.replace("amp;", "") or "amp;"
    if control := _OF_CONTROL.fullmatch(name):  # HTML forbids these, and its decoder drops them
        return chr(int(control["hex"], 16) if control["hex"] else int(control["code"]))
    character = unescape(f"&{name}" if name.endswith(";") else f"&{name};")
    return None if character.startswith("&") and name != "amp;" else character
