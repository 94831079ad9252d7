r"""Reads what an escaped text says, and finds the way back to how it is written.

JSON writes a line break as ``\n`` and, in Python by default, ``И`` as ``\u0418``. Recognizers would see a letter
before a number, and no name at all. So they are shown the text behind the escapes, however deep these are nested.

>>> spelled = Spelled(r'"\u0418\u0418\u041d:\n050312300015"')
>>> spelled.view, spelled.span(6, 18)
('"ИИН: 050312300015"', (22, 34))
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Self

__all__ = ["Shown", "Spelled", "plain"]

# A run of backslashes is read once: a match begins where the run does and gives none of it back.
_ESCAPE = re.compile(r"(?<!\\)\\++(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\++u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
                     r"|u(?P<code>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})|(?P<sign>[nrtbfv\"'/]))")  # fmt: skip
_SIGNS = str.maketrans("nrtbfv", "      ")  # what parts words must not become a line break: lines are counted
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")


class Spelled:
    """``view`` is the text without escapes; :meth:`span` finds a part of it in the text as it is written."""

    def __init__(self, text: str) -> None:
        self._places: list[int] = []
        self._longer: list[int] = [0]
        parts, place, size = [], 0, 0
        for found in _ESCAPE.finditer(text):
            parts += [text[place : found.start()], _meant(found)]
            size += found.start() - place
            self._places.append(size)
            self._longer.append(self._longer[-1] + found.end() - found.start() - 1)
            place, size = found.end(), size + 1
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
        if b"\\" not in data:
            return cls(data, seen, until)
        whole = data.split(b"\n")
        written = {n: line.decode("utf-8", "replace") for n, line in enumerate(whole) if b"\\" in line}
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
        if b"\\" in line:
            lines[number] = Spelled(line.decode("utf-8", "replace")).view.encode("utf-8", "replace")
    return b"\n".join(lines)


def plain(new: str) -> str:
    r"""Stars for what would need an escape of its own.

    >>> plain('С*** "x"')
    '**** *x*'
    """
    return _UNSAFE.sub("*", new)


def _meant(found: re.Match[str]) -> str:
    if found["high"]:
        return chr(0x10000 + ((int(found["high"], 16) & 0x3FF) << 10) + (int(found["low"], 16) & 0x3FF))
    if code := found["code"] or found["byte"]:
        character = chr(int(code, 16))
        return character if character.isprintable() and not "\ud800" <= character <= "\udfff" else " "
    return found["sign"].translate(_SIGNS)
