"""How values are written in an SQL dump, and what they say."""

from __future__ import annotations

import re

__all__ = ["BACKSLASH", "CALL", "CALLED", "REPLACED", "Field", "Value", "either_row", "meant", "value_of"]

Value = str | bytes | None
Field = str | re.Match[str]
"""A field of ``COPY`` as it is written, or how a value of another statement was matched."""

CALL = r"\((?:[^()']++|'(?:[^']++|'')*+')*+\)"
for _ in range(3):  # calls within calls, as replace(replace('…','\\r',char(13)),'\\n',char(10))
    CALL = rf"\((?:[^()']++|'(?:[^']++|'')*+'|{CALL})*+\)"
CALLED = re.compile(r"(\w+)\s*\(.*?'((?:[^']|'')*)'", re.DOTALL)
REPLACED = re.compile(r"'((?:[^']|'')*)'\s*,\s*char\((\d+)\)", re.IGNORECASE)
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
BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
_RAW = re.compile(r"[\udc80-\udcff]")
"""Bytes that are no UTF-8, as they stand in a dump without ``--hex-blob``."""
_HEX = re.compile(r"(?:\\x|0[xX])((?:[0-9A-Fa-f]{2})+)")


def either_row(text: str, place: int, escapes: bool) -> tuple[list[re.Match[str]], bool] | None:
    """The values of the row, and the rule for backslashes that it keeps: the dump's own one, or the other."""
    for own in (escapes, not escapes) if "\\'" in text else (escapes,):
        if cells := _row(text, place, own):
            return cells, own
    return None


def _row(text: str, place: int, escapes: bool) -> list[re.Match[str]] | None:
    """The values of the row that begins there; None when its end is not there yet."""
    cells: list[re.Match[str]] = []
    place += 1
    while found := _VALUES[escapes].match(text, place):
        cells.append(found)
        place = found.end()
        if found["end"] == ")":
            return cells
    return None


def value_of(field: Field, escapes: bool) -> Value:
    """What a field says; ``escapes``: whether a backslash is one."""
    return _cell(field) if isinstance(field, str) else _value(field, escapes)


def _cell(value: str) -> Value:
    if value == "\\N":
        return None
    return _bytes_or_text(BACKSLASH.sub(meant, value) if "\\" in value else value)


def meant(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])


def _bytes_or_text(text: str) -> Value:
    if not text.isascii() and _RAW.search(text):
        return text.encode("utf-8", "surrogateescape")
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found else text


def _value(found: re.Match[str], escapes: bool) -> Value:
    if (bare := found["bare"]) is not None:
        bare = bare.strip()
        if bare.endswith(")") and (called := CALLED.match(bare)):
            return _result(bare, called[2])
        return None if bare.upper() == "NULL" else _bytes_or_text(bare)
    text = found["text"].replace("''", "'")
    if escapes and "\\" in text:
        text = BACKSLASH.sub(meant, text)
    kind = found["kind"].strip().lower()
    if kind == "_binary":
        return text.encode("utf-8", "surrogateescape")
    if kind == "x" and len(text) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]*", text):
        return bytes.fromhex(text)
    return _bytes_or_text(text)


def _result(call: str, text: str) -> str:
    """What a call in place of a value gives: ``replace('a\\nb','\\n',char(10))``, ``to_date('1.2.03','D.M.RR')``."""
    for found in REPLACED.finditer(call):
        text = text.replace(found[1], chr(min(int(found[2]), 0x7F)))
    return text.replace("''", "'")
