"""The rows in an SQL dump: those of a ``COPY`` block, and those of ``INSERT`` statements in any dialect."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "CALL",
    "INSERT",
    "MOST",
    "NAME",
    "TABLE",
    "Numbered",
    "Value",
    "copied",
    "inserted",
    "names_in",
    "plain_name",
    "unquoted",
]

MOST = 1 << 24
"""Characters of a line, or of a statement's row, that are held at once."""
NAME = r'(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)'
TABLE = rf"(?:{NAME}\.)?{NAME}"
INSERT = re.compile(
    rf"(?:INSERT|REPLACE)(?: IGNORE)? INTO ({TABLE})\s*(?:\(([^()]*)\)\s*)?VALUES\s*", re.IGNORECASE
)
CALL = r"\((?:[^()']++|'(?:[^']++|'')*+')*+\)"
for _ in range(3):  # calls within calls, as replace(replace('…','\\r',char(13)),'\\n',char(10))
    CALL = rf"\((?:[^()']++|'(?:[^']++|'')*+'|{CALL})*+\)"
_CALLED = re.compile(r"(\w+)\s*\(.*?'((?:[^']|'')*)'", re.DOTALL)
_REPLACED = re.compile(r"'((?:[^']|'')*)'\s*,\s*char\((\d+)\)", re.IGNORECASE)
# Nothing that was read is given back: what follows a repeat here never begins with what it repeats.
_TEXT = r"'(?P<text>(?:[^']++|'')*+)'"
_ESCAPED = r"'(?P<text>(?:[^'\\]++|\\.|'')*+)'"
_QUOTED = r"\s*+(?P<kind>_binary\s*+|[A-Za-z]?){}(?:::[\w \".\[\]]++)?+"
_BARE = rf"(?P<bare>[^,'()]++(?:{CALL})?+)"
_VALUES = {
    escapes: re.compile(rf"(?:{_QUOTED.format(text)}|{_BARE})\s*+(?P<end>[,)])", re.DOTALL)
    for escapes, text in ((False, _TEXT), (True, _ESCAPED))
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
_RAW = re.compile(r"[\udc80-\udcff]")
"""Bytes that are no UTF-8, as they stand in a dump without ``--hex-blob``."""
_HEX = re.compile(r"(?:\\x|0[xX])((?:[0-9A-Fa-f]{2})+)")


Value = str | bytes | None


class Numbered:
    """Lines with their numbers; those that were read too early can be handed back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Numbered:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def hand_back(self, lines: Sequence[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def copied(lines: Numbered) -> Iterator[tuple[int, list[Value]]]:
    for number, line in lines:
        if line.startswith("\\."):
            return
        yield number, [_cell(value) for value in line.rstrip("\r\n").split("\t")]


def _cell(value: str) -> Value:
    if value == "\\N":
        return None
    return _bytes_or_text(_BACKSLASH.sub(_escape, value) if "\\" in value else value)


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])


def _bytes_or_text(text: str) -> Value:
    if not text.isascii() and _RAW.search(text):
        return text.encode("utf-8", "surrogateescape")
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found else text


def inserted(
    text: str, number: int, lines: Numbered, escapes: bool, keep: Callable[[int, str], None]
) -> Iterator[tuple[int, list[Value]]]:
    """The rows of one statement, over as many lines as it has; what is no row is kept as text."""
    ahead = _Ahead(text, number, lines)
    while True:
        sign = ahead.sign()
        if sign == "(" and (row := _either_row(ahead.text, ahead.place, escapes)):
            values, ahead.place = row
            yield ahead.number(ahead.place - 1), values
            sign = ahead.sign()
            if sign == ",":
                ahead.place += 1
            elif sign not in (
                "",
                "(",
            ):  # the semicolon, a clause behind the rows, another statement on the same line
                keep(ahead.number(ahead.place), ahead.rest_of_line().removeprefix(";"))
                return
        elif sign not in ("", "(") or not ahead.read_on():
            keep(ahead.number(ahead.place), ahead.text[ahead.place :])
            return


class _Ahead:
    """The text of a statement as far as it was read: from ``place`` on it is still to be understood.

    A row that goes on over many lines is tried again only when twice as much of it was read, so that it costs no
    more than its length. The lines that are then too many are handed back.
    """

    def __init__(self, text: str, number: int, lines: Numbered) -> None:
        self.text, self.place = text, 0
        self._lines = lines
        self._read = [(number, text)]
        self._ends = [len(text)]
        self._last = number

    def sign(self) -> str:
        """The next character that is no blank; empty at the end of what was read."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.text[self.place : self.place + 1]

    def number(self, place: int) -> int:
        """The number of the line that this character is on; behind the last one, of the last line."""
        return self._read[min(bisect_right(self._ends, place), len(self._read) - 1)][0]

    def rest_of_line(self) -> str:
        """The text up to the end of the line; the lines behind it are handed back."""
        line = bisect_right(self._ends, self.place)
        self._lines.hand_back(self._read[line + 1 :])
        return self.text[self.place : self._ends[line]]

    def read_on(self) -> bool:
        """Read as much again as is left; False where there is no more, or too much already."""
        size = len(self.text) - self.place
        if size >= MOST:
            return False
        self._drop_lines()
        wanted, known = len(self.text) + size, len(self._read)
        parts, length = [self.text], len(self.text)
        while length <= wanted and (following := next(self._lines, None)):
            if parts[-1].rstrip().endswith(";") and INSERT.match(following[1]):
                self._lines.hand_back([following])  # a row that is none takes no statement with it
                break
            self._read.append(following)
            parts.append(following[1])
            length += len(following[1])
            self._ends.append(length)
        self.text = "".join(parts)
        return len(self._read) > known

    def _drop_lines(self) -> None:
        """Let go of the lines that were understood."""
        line = bisect_right(self._ends, self.place)
        cut = self._ends[line - 1] if line else 0
        self.text, self.place = self.text[cut:], self.place - cut
        self._read, self._ends = self._read[line:], [end - cut for end in self._ends[line:]]
        if not self._read:
            self._read, self._ends = [(self._last, "")], [0]
        self._last = self._read[-1][0]


def _either_row(text: str, place: int, escapes: bool) -> tuple[list[Value], int] | None:
    """The row; where it is none by the dump's own rule for backslashes, by the other one."""
    row = _row(text, place, escapes)
    return row or (_row(text, place, not escapes) if "\\'" in text else None)


def _row(text: str, place: int, escapes: bool) -> tuple[list[Value], int] | None:
    """The values of the row that begins there and where it ends; None when its end is not there yet."""
    values: list[Value] = []
    place += 1
    while found := _VALUES[escapes].match(text, place):
        values.append(_value(found, escapes))
        place = found.end()
        if found["end"] == ")":
            return values, place
    return None


def _value(found: re.Match[str], escapes: bool) -> Value:
    if (bare := found["bare"]) is not None:
        bare = bare.strip()
        if bare.endswith(")") and (called := _CALLED.match(bare)):
            return _result(bare, called[2])
        return None if bare.upper() == "NULL" else _bytes_or_text(bare)
    text = found["text"].replace("''", "'")
    if escapes and "\\" in text:
        text = _BACKSLASH.sub(_escape, text)
    kind = found["kind"].strip().lower()
    if kind == "_binary":
        return text.encode("utf-8", "surrogateescape")
    if kind == "x" and len(text) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]*", text):
        return bytes.fromhex(text)
    return _bytes_or_text(text)


def _result(call: str, text: str) -> str:
    """What a call in place of a value gives: ``replace('a\\nb','\\n',char(10))``, ``to_date('1.2.03','D.M.RR')``."""
    for found in _REPLACED.finditer(call):
        text = text.replace(found[1], chr(min(int(found[2]), 0x7F)))
    return text.replace("''", "'")


def names_in(columns: str) -> list[str]:
    return [unquoted(name) for name in re.findall(NAME, columns)]


def unquoted(name: str) -> str:
    return name[1:-1] if name[0] in '"`[' else name


def plain_name(table: str) -> str:
    """A table as reports name it: without quotes, and without the schema that everything is in."""
    parts = [unquoted(part) for part in re.findall(NAME, table)]
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] in ("public", "main", "dbo") else parts)
