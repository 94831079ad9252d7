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
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Self

from piiguard.recognizers.checks.characters import INVISIBLE

__all__ = ["Shown", "Spelled", "fitted", "is_spelled", "plain"]

_HEX = "[0-9a-fA-F]"
_NEXT = "[89abAB][0-9a-fA-F]"


def _utf8(mark: str, one: str = "") -> str:
    """A pattern for the bytes of one character of UTF-8, each behind its mark; ``one`` for those of one byte."""
    more = f"(?:{mark}{_NEXT})"
    several = f"[cdCD]{_HEX}{more}|[eE]{_HEX}{more}{{2}}|[fF][0-4]{more}{{3}}"
    return f"{mark}(?:{one}|{several})" if one else f"(?:{several})"


# A run of backslashes is read once: a match begins where the run does and gives none of it back. The first character
# stands alone, so that the search skips all others.
_BACKSLASHES = r"(?<=\\)(?<!\\\\)\\*+"
_ESCAPE = re.compile(
    rf"[\\%&{INVISIBLE}](?:"
    rf"{_BACKSLASHES}(?:u(?P<high>[dD][89abAB]{_HEX}{{2}})\\++u(?P<low>[dD][c-fC-F]{_HEX}{{2}})|u(?P<code>{_HEX}{{4}})"
    rf"|x(?P<bytes>{_utf8(f'{chr(92) * 2}++x')})|x(?P<byte>{_HEX}{{2}})|(?P<sign>[nrtbfv\"'/]))"
    rf"|(?<=%)(?P<percent>(?:25)*{_utf8('%(?:25)*', f'[0-7]{_HEX}')[len('%(?:25)*') :]}|u{_HEX}{{4}})"
    r"|(?<=&)(?P<reference>(?:amp;)*(?:#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});?|[a-zA-Z]{2,8};))"
    rf"|(?<=(?P<nothing>[{INVISIBLE}])))"
)
_SIGNS = str.maketrans("nrtbfv", "      ")  # what parts words must not become a line break: lines are counted
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)}
_DIGITS = {zero + digit: 0x30 + digit for zero in (0x660, 0x6F0) for digit in range(10)}
_OTHER_SIGNS = _WIDE | _DIGITS
_ENTITY = r"(?<=&)(?:#|[a-zA-Z]{2,8};)"
_OF_QUERY = r"(?<==)[0-9A-Za-z]{1,32}\+[0-9A-Za-z]"
_MARK = re.compile(
    f"[\\\\%&={INVISIBLE}\uff01-\uff5e٠-٩۰-۹]"
    rf"(?:(?<=[^%&=])|(?<=%)(?:{_HEX}{{2}}|u{_HEX})|{_ENTITY}|{_OF_QUERY})"
)
_MARK_BYTES = re.compile(
    rb"[\\%&=\xc2\xd9\xdb\xe2\xef](?:(?<=[\\\xd9\xdb])|(?<=%)(?:[0-9a-fA-F]{2}|u)"
    rb"|(?<=\xc2)\xad|(?<=\xe2)\x80[\x8b-\x8d]|(?<=\xef)[\xbb-\xbd]|" + f"{_ENTITY}|{_OF_QUERY})".encode()
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
    return bool(_MARK.search(text))


class Spelled:
    """``view`` is what the text says; :meth:`span` finds a part of it in the text as it is written."""

    def __init__(self, text: str) -> None:
        self._places: list[int] = []
        self._longer: list[int] = [0]
        parts, place, size = [], 0, 0
        if _JOINED.search(text):
            text = _QUERY.sub(lambda query: _PLUS.sub(" ", query[0]), text)
        if not text.isascii():
            text = text.translate(_OTHER_SIGNS)
        twice = _TWICE.search(text)
        for found in _ESCAPE.finditer(text):
            joins = found["percent"] in ("2B", "2b") and (
                twice or text[found.start() - 1 : found.start()].isdigit()
            )
            meant = " " if joins else _meant(found)
            if meant is None:
                continue
            parts += [text[place : found.start()], meant]
            size += found.start() - place
            self._places.append(size)
            self._longer.append(self._longer[-1] + found.end() - found.start() - len(meant))
            place, size = found.end(), size + len(meant)
        self.view = "".join([*parts, text[place:]])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where that part stands in the text."""
        return self.place(start), self.place(end)

    def place(self, position: int) -> int:
        """Where a character of the view begins; never inside an escape."""
        return position + self._longer[bisect_left(self._places, position)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A block of lines without escapes, as an engine reads it; ``written`` are the lines that hold some."""

    data: bytes
    seen: int
    until: int
    written: dict[int, str] = field(default_factory=dict)
    _spelled: dict[int, Spelled] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, data: bytes, seen: int = 0, until: int | None = None) -> Self:
        """Read ``data``, of which the matches between ``seen`` and ``until`` are wanted."""
        until = len(data) if until is None else until
        if not _MARK_BYTES.search(data):
            return cls(data, seen, until)
        whole = data.split(b"\n")
        written = {
            n: line.decode("utf-8", "replace") for n, line in enumerate(whole) if _MARK_BYTES.search(line)
        }
        before, wanted, after = map(_without_escapes, (data[:seen], data[seen:until], data[until:]))
        return cls(before + wanted + after, len(before), len(before) + len(wanted), written)

    def place(self, line: int, position: int) -> int:
        """Where a character of a line, counted from 0, stands in it as it is written."""
        if line not in self.written:
            return position
        if line not in self._spelled:  # a line is read once, however many places of it are asked for
            self._spelled.clear()
            self._spelled[line] = Spelled(self.written[line])
        return self._spelled[line].place(position)


def _without_escapes(part: bytes) -> bytes:
    lines = part.split(b"\n")
    for number, line in enumerate(lines):
        if _MARK_BYTES.search(line):
            lines[number] = Spelled(line.decode("utf-8", "replace")).view.encode("utf-8", "replace")
    return b"\n".join(lines)


def fitted(new: str, written: str) -> str:
    r"""What can stand in place of a part that may be spelled with escapes: it needs none.

    >>> fitted("С*** x", r"\u0421\u044b x"), fitted("С*** x", "%D0%A1+x"), fitted("С***", "Сыны")
    ('**** x', '****+x', 'С***')
    """
    if not any(mark in written for mark in "\\%&"):
        return new
    return plain(new).replace(" ", "+") if "%" in written else plain(new)


def plain(new: str) -> str:
    r"""Stars for what would need an escape of its own.

    >>> plain('С*** "x"')
    '**** *x*'
    """
    return _UNSAFE.sub("*", new)


def _meant(found: re.Match[str]) -> str | None:
    """The character that an escape stands for; nothing for a sign that nobody sees, None where it is no escape."""
    kind = found.lastgroup
    if kind == "nothing":
        return ""
    if kind == "low":
        return chr(0x10000 + ((int(found["high"], 16) & 0x3FF) << 10) + (int(found["low"], 16) & 0x3FF))
    if kind == "sign":
        return found["sign"].translate(_SIGNS)
    if kind == "reference":
        character = _referred(found["reference"])
    elif kind == "percent" and found["percent"].startswith("u"):
        character = chr(int(found["percent"][1:], 16))
    elif kind == "bytes":
        character = _decoded(part[:2] for part in found["bytes"].split("x"))
    elif kind == "percent":
        character = _decoded(part[-2:] for part in found["percent"].split("%"))
    else:
        character = chr(int(found["code"] or found["byte"], 16))
    if character is None or len(character) != 1:
        return None
    return character if character.isprintable() and not "\ud800" <= character <= "\udfff" else " "


def _decoded(octets: Iterable[str]) -> str:
    return bytes.fromhex("".join(octets)).decode("utf-8", "replace")


def _referred(reference: str) -> str | None:
    name = reference.replace("amp;", "") or "amp;"
    character = unescape(f"&{name}" if name.endswith(";") else f"&{name};")
    return None if character.startswith("&") and name != "amp;" else character
