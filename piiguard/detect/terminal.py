r"""What a person reads where a text has signs for a terminal in it, and signs that nobody sees.

Colours, titles, links and zero bytes are passed over; what moves the cursor parts words. The text is read in more than
one way where that can matter, and all readings stand in one, parted: what a terminal shows after backspaces and returns;
each side of a sign by itself, where a terminal would show numbers side by side; and what a sequence hides, as the target of
a link. So nothing that was found without this is lost with it.

>>> reading = read("ИИН: \x1b[32m060702\x1b[0m000000")
>>> reading.text.partition(APART)[0], reading.span(5, 17)
('ИИН: 060702000000', (10, 26))

ECMA-48, and ctlseqs of xterm: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from piiguard.detect.signs import OF_FIRST_PLANE, OF_UNSEEN, OTHER_PLANES

__all__ = ["APART", "BYTES", "MARK", "SIGNS", "Reading", "read"]

APART = " \x1c\x1c\x1c "
"""What parts readings: nothing that is looked for goes over it."""
# \1 to \3 and \x1c to \x1f part fields in files of data, and \x85 is a line break of some
_SILENT = "\0\4-\7\x0e-\x1a\x7f\x80-\x84\x86-\x8f\x91-\x97\x99\x9a"
_STRINGS = "\x90\x98\x9d-\x9f"
SIGNS = f"{_SILENT}\b\x1b\x9b\x9c{_STRINGS}\u203a\udc9b\r"
"""Where a text has none of these, nor what nobody sees, there is nothing to read here; as members of a class."""
MARK = re.compile(
    rf"[{OF_FIRST_PLANE}{OTHER_PLANES}{SIGNS}](?:(?<=[{OF_UNSEEN}{SIGNS}])(?<=[^\r\u203a])|(?<=\r)(?=[^\r\n])|(?<=\u203a)(?=[0-9;]*m))"
)
BYTES = rb"(?<=\r)(?=[^\r\n])|(?<=\xc2)[\x80-\x84\x86-\x9f]|(?<=\xe2)\x80\xba"
"""The same in UTF-8 without what nobody sees; its first byte was read."""

# In lines of bytes that are no UTF-8, the sign that begins a sequence is this quotation mark of cp1251, or no character.
_BEGIN = r"(?:\x1b\[|[\x9b\udc9b])"
_SEQUENCE = re.compile(
    # a number of more digits is no parameter: who hides a value there hides nothing
    rf"{_BEGIN}[<=>?]?(?P<given>(?:[0-9]{{0,5}}[;:]){{0,32}}[0-9]{{0,5}})[ -/]{{0,4}}(?P<how>[@-~])"
    r"|\u203a(?:[0-9]{1,3};){0,8}[0-9]{0,3}m"
    rf"|(?:\x1b[\]PX^_]|[{_STRINGS}])(?P<told>[^\n\x07\x1b\x9c{_STRINGS}]*)(?:[\x07\x9c]|\x1b\\{{1,4}}|(?=\x1b))"
    r"|\x1b(?P<single>[ #%()*+./-]{1,2}[0-9A-Za-z<=>?@]|[6-9=>A-Z\\^_c|}~lmno])"
    r"|(?P<back>\x08)|(?P<return>\r)(?=[^\r\n])"
    rf"|(?P<unseen>[{OF_UNSEEN}]+)"
    rf"|[\x1b\x9b\x9c\udc9b{_SILENT}{_STRINGS}]"
)
_MOVES = frozenset("ABCDEFGHIZ`adef")
_WIDER = 256
"""Columns that moves of the cursor add to a line at most."""
_LONGEST_HIDDEN = 256
_SIDES = re.compile(r"[\w+.@/-]{2}")
"""Signs that mean another thing side by side."""
_OF_NUMBER = re.compile("[0-9]{2}|[A-Z]{2}|[A-Z][0-9]")
_FIRST_NUMBER = re.compile("[0-9]+")
_Cell = tuple[str, int, int]


class Reading:
    """``text`` is all that a person may read; :meth:`span` finds a part of it in what is written."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts = array("l")
        self._ends = array("l")
        self._size = 0
        self.shown = ""
        """what is seen at last"""

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def place(self, position: int) -> int:
        """Where a character of the text begins; behind the last one, where the written text ends."""
        return self._starts[position] if position < len(self._starts) else self._size

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where that part is written, with all that stands between its characters."""
        if start >= end:
            return self.place(start), self.place(start)
        return min(self._starts[start:end]), max(self._ends[start:end])

    def add(self, text: str, start: int) -> None:
        """A part that is read as it is written."""
        self._parts.append(text)
        self._starts.extend(range(start, start + len(text)))
        self._ends.extend(range(start + 1, start + len(text) + 1))

    def put(self, text: str, start: int, end: int) -> None:
        """A part that is read in place of another one."""
        self._parts.append(text)
        self._starts += array("l", [start]) * len(text)
        self._ends += array("l", [end]) * len(text)

    def close(self, size: int) -> None:
        """End with a text of this size."""
        self._size = size


def read(text: str, *, once: bool = False) -> Reading:
    """Read a line; ``once``: as one text that begins and ends with it."""
    tokens = list(_SEQUENCE.finditer(text))
    reading = Reading()
    reading.close(len(text))
    _through(reading, text, tokens)
    seen = reading.shown = reading.text
    if once:
        return reading
    if joints := frozenset(_joints(text, tokens)):
        reading.put(APART, len(text), len(text))
        _through(reading, text, tokens, joints)
    if any(token["back"] or token["return"] or token["how"] in ("D", "G", "K", "`") for token in tokens):
        shown = _Screen(text, tokens)
        reading.shown = shown.text
        if shown.text.strip() not in seen:
            reading.put(APART, len(text), len(text))
            shown.onto(reading)
    for start, end in _hidden(text, tokens):
        reading.put(APART, len(text), len(text))
        reading.add(text[start:end], start)
    return reading


def _through(
    reading: Reading, text: str, tokens: list[re.Match[str]], joints: frozenset[int] = frozenset()
) -> None:
    """The text without its sequences; a blank in place of those that end at ``joints``."""
    done = 0
    for token in tokens:
        reading.add(text[done : token.start()], done)
        done = token.end()
        if token["return"] or token["back"] or token["how"] in _MOVES:
            reading.put("\r" if token["return"] else " ", *token.span())
        elif done in joints:
            reading.put(" ", *token.span())
    reading.add(text[done:], done)


def _joints(text: str, tokens: list[re.Match[str]]) -> Iterator[int]:
    """Where letters, digits or their signs on both sides come together because sequences are passed over."""
    before, done = "", -1
    for token in tokens:
        if token.start() > done:
            before = text[token.start() - 1 : token.start()]
        done = token.end()
        parts = token["unseen"] or token["return"] or token["back"]
        if not parts and _SIDES.fullmatch(before + text[done : done + 1]):
            yield done


def _hidden(text: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """What a terminal swallows and a search must not: the target of a link, a title, the sign behind an escape."""
    for token in tokens:
        if token["told"]:
            yield token.span("told")
        elif (token["single"] or token["given"] == "") and _OF_NUMBER.match(text, token.end() - 1):
            start = token.start("single") if token["single"] else token.end() - 1
            end = text.find("\x1b", start)
            yield start, min(end if end >= 0 else len(text), start + _LONGEST_HIDDEN)


class _Screen:
    """Lines of a terminal: what stands in each column, and where that is written."""

    def __init__(self, text: str, tokens: list[re.Match[str]]) -> None:
        self._above: list[_Cell] = []
        self._cells: list[_Cell] = []
        self._at, self._struck = 0, False
        self._widest = len(text) + _WIDER
        done = 0
        for token in tokens:
            self._write(text, done, token.start())
            done = token.end()
            self._obey(token)
        self._write(text, done, len(text))

    @property
    def text(self) -> str:
        return "".join(sign for sign, _, _ in self._above + self._cells)

    def onto(self, reading: Reading) -> None:
        for sign, start, end in self._above + self._cells:
            reading.put(sign, start, end)

    def _write(self, text: str, start: int, end: int) -> None:
        while (line_end := text.find("\n", start, end)) >= 0:
            self._put(text, start, line_end)
            self._above += [*self._cells, ("\n", line_end, line_end + 1)]
            self._cells, self._at, start = [], 0, line_end + 1
        self._put(text, start, end)

    def _put(self, text: str, start: int, end: int) -> None:
        if start < end:
            self._cells += [(" ", start, start)] * (self._at - len(self._cells))
            written = [(text[at], at, at + 1) for at in range(start, end)]
            if self._struck and self._at < len(
                self._cells
            ):  # what was there goes with what is written over it
                written[0] = text[start], self._cells[self._at][1], start + 1
            self._cells[self._at : self._at + end - start] = written
            self._at += end - start
            self._struck = False

    def _obey(self, token: re.Match[str]) -> None:
        how, given = token["how"], _FIRST_NUMBER.match(token["given"] or "")
        count = int(given[0]) if given else 0
        if token["return"]:
            self._at, self._struck = 0, False
        elif token["back"]:
            self._at, self._struck = max(self._at - 1, 0), True
        elif how == "C":
            self._at = min(self._at + max(count, 1), self._widest)
        elif how == "D":
            self._at = max(self._at - max(count, 1), 0)
        elif how in ("G", "`"):
            self._at = min(max(count - 1, 0), self._widest)
        elif how == "K" and count != 1:
            del self._cells[self._at if count == 0 else 0 :]
