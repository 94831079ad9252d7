r"""Texts that SQL or a program puts together: ``'0503' || '12300015'``, ``CHAR(48)+CHAR(53)``, ``CONCAT('a', 'b')``.

>>> [meant for *_, meant in texts("iin = '0503'||N'1230' + CHAR(48, 0x30, 49)||chr(53)")]
["'050312300015'"]
>>> [meant for *_, meant in texts("concat('Петров', ' ', 'Иван'), a || b, '1', '2'")]
["'Петров Иван'"]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import AnyStr

from piiguard.atomic import many
from piiguard.detect.joints import is_one
from piiguard.detect.packed import Unit

__all__ = ["may_be_in", "texts"]

_CODE = r"(?:0[xX][0-9a-fA-F]{1,6}|[0-9]{1,7})"
_NEXT = r"\s*+,\s*+"
_SIGNS = rf"(?i:(?:n?cha?r|fromCharCode)\s*+\(\s*+{_CODE}{many(_NEXT + _CODE)}\s*+(?>(?:using\s++\w{{1,20}}+\s*+)?)\))"
_TEXT = r"(?:[NnEe]?'[^'\n]*+')"
_TERM = rf"(?:{_TEXT}|{_SIGNS}|(?i:to_n?clob)\(\s*+{_TEXT}\s*+\))"
_JOINT = r"\s*+(?:\|\||[+&])\s*+"
_PUT_TOGETHER = re.compile(
    rf"(?<![\w'])(?:(?P<terms>{_TERM}{_JOINT}{_TERM}{many(_JOINT + _TERM)})"
    rf"|(?i:concat)\s*+\(\s*+(?P<listed>{_TERM}{_NEXT}{_TERM}{many(_NEXT + _TERM)})\s*+\)|(?P<signs>(?=\w++\(\s*+{_CODE}\s*+,){_SIGNS}))"
)
_PART = re.compile(rf"(?P<text>{_TEXT})|(?P<signs>{_SIGNS})")
_NUMBER = re.compile(_CODE)
# Each begins with one sign, which is found at once; before a bracket stands the name of what is called.
_MARK = (
    r"\|\|",
    r"' ?[+&]",
    r"\((?:(?<=CHAR\()|(?<=CHR\()|(?<=char\()|(?<=chr\()|(?<=CharCode\()|(?<=CONCAT\()|(?<=concat\())",
)
_MARKS = tuple(map(re.compile, _MARK))
_MARKS_IN = tuple(re.compile(mark.encode()) for mark in _MARK)
_MOST = 0x110000


def may_be_in(text: AnyStr) -> bool:
    """Whether a text may hold such an expression."""
    for mark in _MARKS_IN if isinstance(text, bytes) else _MARKS:  # noqa: SIM110 - every record of a log asks
        if mark.search(text):
            return True
    return False


def texts(text: str) -> Iterator[Unit]:
    """Where such an expression stands, and the text that it gives, between quotation marks."""
    for found in _PUT_TOGETHER.finditer(text):
        kind = found.lastgroup or "terms"
        ones = list(_ones(_PART.finditer(text, *found.span(kind))))
        if len(ones) == 1:
            yield from _unit(*found.span(), ones[0][2])
            continue
        for start, end, meant in ones:
            yield from _unit(start, end, meant)


def _ones(parts: Iterator[re.Match[str]]) -> Iterator[tuple[int, int, str]]:
    """Put parts together up to one that is whole by itself."""
    start = end = 0
    meant = ""
    for part in parts:
        says = _says(part)
        if meant and not is_one(meant, says):
            yield start, end, meant
            meant = ""
        start, end, meant = (start if meant else part.start()), part.end(), meant + says
    yield start, end, meant


def _unit(start: int, end: int, meant: str) -> Iterator[Unit]:
    if meant.isprintable():
        yield start, end, f"'{meant}'"


def _says(part: re.Match[str]) -> str:
    if part["text"]:
        return part["text"].partition("'")[2][:-1]
    codes = (
        int(code, 0) if code[:2].lower() == "0x" else int(code)
        for code in _NUMBER.findall(part["signs"].partition("(")[2])
    )
    return "".join(chr(code) for code in codes if code < _MOST)
