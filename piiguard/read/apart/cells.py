"""The sweep of a sheet and of shared strings, which may be too large for a tree: what their reader did not give.

Cells and strings in their plainest form, which are nearly all, are passed over before anything is parsed where they hold a short
number, the place of a shared string, or what was given.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.parsers import expat

from piiguard.read.apart.sweep import DIGITS, Given, distinct, is_machine, row

__all__ = ["is_cells", "left"]

_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:worksheet|macrosheet|dialogsheet|chartsheet|sst)[\s>]")
_PLAIN = re.compile(
    rb'<c(?: [rst]="\w{1,10}"){0,3}>(?:<v>([^<]{1,300})</v>|<is><t(?: xml:space="preserve")?>([^<]{1,300})</t></is>)</c>'
    rb'|<si><t(?: xml:space="preserve")?>([^<]{1,300})</t></si>'
)
_SHORT = re.compile(rb"[-+]?\d{1,8}(?:\.\d*)?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CODES = re.compile(r"&(?:[A-Z+-]|\d{1,3}(?!\d))")
_PRINTED = re.compile(r"(?:odd|even|first)(?:Header|Footer)")


def is_cells(data: bytes) -> bool:
    """Whether a part is a sheet, or shared strings."""
    return bool(_ROOT.search(data[:4096].replace(b"\0", b"")))


def left(data: bytes, encoding: str, given: Given) -> str:
    """What of it was not given. Raises: :class:`xml.parsers.expat.ExpatError` where it is no XML."""
    found = _Left(given)
    parser = expat.ParserCreate(encoding, namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.chars
    parser.Parse(_PLAIN.sub(lambda cell: b"" if _is_given(cell, given) else cell[0], data), True)
    return distinct(found.lines, given)


def _is_given(cell: re.Match[bytes], given: Given) -> bool:
    number = cell[1]
    if number and _SHORT.fullmatch(number):
        return True
    try:
        return given.has(unescape((number or cell[2] or cell[3]).decode("utf-8")))
    except UnicodeDecodeError:
        return False


class _Left:
    def __init__(self, given: Given) -> None:
        self.lines: dict[str, None] = {}
        self._given = given
        self._texts: list[list[str]] = [[]]
        self._runs: list[str] = []
        self._aside: list[str] | None = None

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        if name.endswith("}rPh"):
            self._aside = []
        if not _are_short(attributes) and (told := row(attributes.values(), self._given)):
            self._tell(told)
        self._say()
        self._texts.append([])

    def chars(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, name: str) -> None:
        name, text = name.rpartition("}")[2], "".join(self._texts.pop())
        if name == "t":
            (self._runs if self._aside is None else self._aside).append(text)
            return
        if name in ("si", "is", "sst", "worksheet"):
            self._tell("".join(self._runs))
            self._runs = []
        elif name == "rPh":
            self._tell("".join(self._aside or ()))
            self._aside = None
        if name == "v":
            self._tell(_number(text))
        elif name == "f":
            self._tell("" if is_machine(text) else text)
        else:
            self._tell(_CODES.sub(" ", text) if _PRINTED.fullmatch(name) else text)

    def _say(self) -> None:
        """What stands before an element in another one."""
        if text := "".join(self._texts[-1]):
            self._tell(text)
            self._texts[-1] = []

    def _tell(self, text: str) -> None:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).strip()
        if text and not self._given.has(text):
            self.lines[text] = None


def _are_short(attributes: dict[str, Any]) -> bool:
    """Whether these are those of nearly every cell, to be passed over without asking for their forms."""
    joined = "".join(attributes.values())
    return not joined or (
        joined.isascii()
        and joined.isalnum()
        and all(len(value) < DIGITS or value == "inlineStr" for value in attributes.values())
    )


def _number(text: str) -> str:
    """A number as its cell is given; of one with a fraction there is nothing to tell."""
    try:
        number = float(text)
    except ValueError:
        return text
    whole = number.is_integer() and abs(number) < 1e16
    return (str(int(number)) if abs(number) >= 10**8 else "") if whole else ""
