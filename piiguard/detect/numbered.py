r"""Signs that are written by their number or by a name: ``\u0418``, ``\xD0\x98``, ``\320\230``, ``%D0%98``, ``&#1048;``, ``^[``.

>>> list(escapes(r"\u0418 %D0%98 &nbsp;"))
[(0, 6, 'И'), (7, 13, 'И'), (14, 20, ' ')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from piiguard.detect import terminal
from piiguard.detect.packed import Unit

__all__ = ["escapes"]

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
_OF_CONTROL = re.compile(
    r"#(?:[xX]0*(?P<hex>1?[0-9a-fA-F]|7[fF]|9[bB])|0*(?P<code>[12]?[0-9]|3[01]|127|155));?"
)
_TWICE = re.compile(f"%25{_HEX}{{2}}")  # where a plus that was a blank has become %2B


def escapes(text: str) -> Iterator[Unit]:
    """Where a sign is written so, and which, from left to right."""
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
