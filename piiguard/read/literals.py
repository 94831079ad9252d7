"""How values are written in an SQL dump, and what they say."""

from __future__ import annotations

import re

from piiguard.atomic import many

__all__ = ["CALL", "CALLED", "Field", "Value", "either_row", "escapes_of", "meant", "signs_of", "value_of"]

Value = str | bytes | None
Field = str | re.Match[str]
"""A field of ``COPY`` as it is written, or how a value of another statement was matched."""

_OF_CALL = r"[^()']++|'(?:[^']++|'')*+'"
CALL = rf"\({many(_OF_CALL)}\)"
for _ in range(3):  # calls within calls, as replace(replace('…','\\r',char(13)),'\\n',char(10))
    CALL = rf"\({many(f'{_OF_CALL}|{CALL}')}\)"
CALLED = re.compile(r"(?!(?i:concat)\b)(\w+)\s*\(.*?'((?:[^']++|'')*+)'", re.DOTALL)
_REPLACED = re.compile(r"'((?:[^']++|'')*+)'(?>(?:\s*+,\s*+char\((\d{1,7}+)\))?)", re.IGNORECASE)
"""Each text of a call, and the number of the sign behind it, where one stands there."""
# Nothing that was read is given back: what follows a repeat here never begins with what it repeats.
_TEXT = r"'(?P<text>(?:[^']++|'')*+)'"
_ESCAPED = r"'(?P<text>(?:[^'\\]++|\\.|'')*+)'"
_QUOTED = r"\s*+(?P<kind>(?>(?:_\w++\s*+)?)(?>(?:[Uu]&|[A-Za-z])?)){}(?>(?:::[\w \".\[\]]++)?)"
_BARE = rf"(?P<bare>[^,'()]++(?>{CALL}|))"
_VALUES = {
    escapes: re.compile(rf"(?:{_QUOTED.format(text)}|{_BARE})\s*+(?P<end>[,)])", re.DOTALL)
    for escapes, text in ((False, _TEXT), (True, _ESCAPED))
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_OCTET = r"\\(?:x[0-9A-Fa-f]{1,2}|[0-3]?[0-7]{1,2})"
_FIRST, _NEXT = r"\\(?:x[c-fC-F][0-9A-Fa-f]|3[0-7]{2})", r"\\(?:x[89abAB][0-9A-Fa-f]|2[0-7]{2})"
_MYSQL = re.compile(r"\\(?P<sign>.)", re.DOTALL)
_POSTGRESQL = re.compile(
    rf"(?P<octets>{_FIRST}(?:{_NEXT}){{1,3}}|{_OCTET})"
    r"|\\(?:u(?P<code>[0-9A-Fa-f]{4})|U000(?P<long>[01][0-9A-Fa-f]{4})|(?P<sign>.))",
    re.DOTALL,
)
_UNICODE = re.compile(r"\\(?:(?P<code>[0-9A-Fa-f]{4})|\+0(?P<long>[0-9A-Fa-f]{5})|(?P<sign>\\))")
_OCTETS = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]+))")
_SET = re.compile(r"_\w+\s*")
"""What says the character set of a value of MySQL."""
_RAW = re.compile(r"[\udc80-\udcff]")
"""Bytes that are no UTF-8, as they stand in a dump without ``--hex-blob``."""
_HEX = re.compile(r"(?:\\x|0[xX])([0-9A-Fa-f]++)")
"""Digits by pairs would cost memory for each pair: their number is looked at by itself."""


def either_row(text: str, place: int, escapes: bool) -> tuple[list[re.Match[str]], bool] | None:
    """The values of the row, and the rule for backslashes that it keeps: the dump's own one, or the other.

    The other is asked for only where the own one fails: whoever looks for a backslash looks at the whole of the text.
    """
    if cells := _row(text, place, escapes):
        return cells, escapes
    if text.find("\\'", place) >= 0 and (cells := _row(text, place, not escapes)):
        return cells, not escapes
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


def escapes_of(field: Field, escapes: bool) -> re.Pattern[str] | None:
    """What spells other signs in a field of COPY or between the quotation marks of a value; :func:`meant` says which."""
    if isinstance(field, str):
        return _POSTGRESQL
    kind = _kind(field)
    return {"e": _POSTGRESQL, "u&": _UNICODE}.get(kind, _MYSQL if escapes else None)


def _kind(field: re.Match[str]) -> str:
    """The letter before the quotation marks: ``X'…'``, ``E'…'``, ``N'…'``, ``U&'…'``."""
    return _SET.sub("", field["kind"], count=1).strip().lower()


def _cell(value: str) -> Value:
    if value == "\\N":
        return None
    return _bytes_or_text(_POSTGRESQL.sub(meant, value) if "\\" in value else value)


def meant(found: re.Match[str]) -> str:
    """The sign that an escape stands for."""
    groups = found.groupdict()
    if octets := groups.get("octets"):
        each = ((int(h, 16) if h else int(o, 8)) & 0xFF for h, o in _OCTETS.findall(octets))
        return bytes(each).decode("utf-8", "surrogateescape")
    if code := groups.get("code") or groups.get("long"):
        return chr(int(code, 16))
    return _ESCAPES.get(found["sign"], found["sign"])


def _bytes_or_text(text: str) -> Value:
    if not text.isascii() and _RAW.search(text):
        return text.encode("utf-8", "surrogateescape")
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found and len(found[1]) % 2 == 0 else text


def _value(found: re.Match[str], escapes: bool) -> Value:
    if (bare := found["bare"]) is not None:
        bare = bare.strip()
        if bare.endswith(")") and (called := CALLED.match(bare)):
            return _result(bare, called[2])
        return None if bare.upper() == "NULL" else _bytes_or_text(_SET.sub("", bare, count=1))
    text = found["text"].replace("''", "'")
    if "\\" in text and (pattern := escapes_of(found, escapes)):
        text = pattern.sub(meant, text)
    kind = _kind(found)
    if found["kind"].strip().lower() == "_binary":
        return text.encode("utf-8", "surrogateescape")
    if kind == "x" and len(text) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]*", text):
        return bytes.fromhex(text)
    return _bytes_or_text(text)


def _result(call: str, text: str) -> str:
    """What a call in place of a value gives: ``replace('a\\nb','\\n',char(10))``, ``to_date('1.2.03','D.M.RR')``."""
    for spelled, sign in signs_of(call).items():
        text = text.replace(spelled, sign)
    return text.replace("''", "'")


def signs_of(call: str) -> dict[str, str]:
    """What stands for a sign in the text of such a call: ``{'\\n': chr(10)}``."""
    found = (match.groups() for match in _REPLACED.finditer(call))
    return {spelled: chr(min(int(number), 0x7F)) for spelled, number in found if spelled and number}
