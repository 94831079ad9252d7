r"""Texts that are packed as a whole: words of mail, base64 that says what it is, Cyrillic in one byte behind escapes.

Base64 is read where its form promises a text: JSON (``eyJ…``: each part of a JWT), ``data:…;base64,``, ``Basic …``. Elsewhere
any word of sixteen letters would have to be tried.

>>> [meant for _, _, meant in words("=?utf-8?B?0JjQmNCd?= =?koi8-r?Q?=E9=EE_05?=")]
['ИИН', '', 'И', 'Н', ' ', '']
>>> list(base64_texts("Basic dWxnaTpzZWNyZXQ="))
[(6, 22, 'ulgi:secret')]
>>> "".join(letter for *_, letter in single_bytes("?fio=%D1%FB%ED%E0%EA%EE%E2"))
'Сынаков'
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, AnyStr

from piiguard.detect import encodings

__all__ = [
    "MARKS",
    "OF_WORDS",
    "Unit",
    "base64_texts",
    "is_told",
    "is_told_in",
    "quoted",
    "seam",
    "single_bytes",
    "words",
]

Unit = tuple[int, int, str]
"""Where something is written, and what it says."""

OF_WORDS = r"(?<==)\?[\w*-]{2,40}\?[BbQq]\?"
"""What follows the first sign of a word of mail."""
_CHARSETS = r"utf-?8|us-ascii|(?:windows-|cp)125[0-8]|koi8-[ru]|iso-8859-[0-9]{1,2}|(?:cp|ibm)866"
_WORD = re.compile(
    rf"(?P<head>=\?(?P<charset>{_CHARSETS})(?:\*[\w-]{{0,10}})?\?(?P<how>[bq])\?)(?P<body>[^\s?]{{1,1024}})"
    r"(?P<tail>\?=(?:[ \t]{1,8}(?==\?))?)",
    re.IGNORECASE,
)
_QUOTED = re.compile("(?:=[0-9A-Fa-f]{2})+|_")
_PRINTABLE = re.compile(
    r"[;:]\s*(?:ENCODING=)?QUOTED-PRINTABLE(?P<more>[^:\r\n]{0,200}):(?P<body>[^\r\n]*)|(?P<bare>(?:=D[0-3]=[89AB][0-9A-F]){3}[^\r\n]*)",
    re.IGNORECASE,
)
_OF_LINE = re.compile(r"(?:=[0-9A-Fa-f]{2})+")
_SAYS_CHARSET = re.compile(rf";CHARSET=({_CHARSETS})(?![\w-])", re.IGNORECASE)
_LONGEST = 1 << 16
# of what is sealed (RFC 7516) only the head would be read, and the whole is known by it
_SEALED = r"eyJ[\w-]++\.[\w-]*+(?:\.[\w-]++){3}(?![\w.-])"
_BASE64 = re.compile(
    rf"(?:(?<![A-Za-z0-9+/_-])(?=eyJ|ewog|W3si)(?!{_SEALED})|(?<=;base64,)|(?<=\b[Bb]asic )(?P<login>))"
    rf"[A-Za-z0-9+/_-]{{8,{_LONGEST}}}+={{0,2}}(?![A-Za-z0-9+/_=-])"
)
_TELLING = ("eyJ", "ewog", "W3si", ";base64,", "asic ", "-PRINTABLE", "-printable", "=D0=", "=D1=")
_TELLING_IN = tuple(mark.encode() for mark in _TELLING)
MARKS = (*_TELLING, "=?")
"""One of these stands in every text in which something is packed in a way that says so."""
_URL_SAFE = str.maketrans("-_", "+/", "=")
_LINE_ENDS = str.maketrans("\t\n\r", "   ")
_HIGH = r"(?:%(?:25)*|(?<!\\)\\{1,8}x)[89a-fA-F][0-9a-fA-F]"
_BYTE = re.compile(_HIGH)
_BYTES = re.compile(f"(?:{_HIGH})+")
_FEWEST = 3
"""Letters in a row that tell an encoding."""
_SEAM: re.Pattern[Any] = re.compile(r"""(?<![Bb]asic)\s|["'<>{}|]|(?<![0-9])(?<!;base64),""")
_SEAM_BYTES: re.Pattern[Any] = re.compile(_SEAM.pattern.encode())
"""Signs that stand in nothing that is packed, nor in an escape."""


def is_told(text: str) -> bool:
    """Whether a text may hold base64 or quoted-printable that says what it is."""
    for mark in _TELLING:  # noqa: SIM110 - every record of a log asks, and a generator costs more than the searches
        if mark in text:
            return True
    return False


def is_told_in(data: bytes) -> bool:
    """The same for lines."""
    return any(mark in data for mark in _TELLING_IN)


def seam(text: AnyStr, least: int, place: int) -> int:
    """Where a text that is too long to be read at once is cut: at that place, or before it where that parts a run.

    >>> seam("a Basic dWxnaTpzZWNyZXQ= b", 0, 12), seam("aaaa", 0, 3)
    (2, 3)
    """
    found = (_SEAM_BYTES if isinstance(text, bytes) else _SEAM).finditer(
        text, max(least, place - _LONGEST), place
    )
    last = deque(found, maxlen=1)
    return last[0].end() if last else place


def base64_texts(text: str) -> Iterator[Unit]:
    """Where base64 says what it is and holds a text, and that text, whose line breaks are blanks."""
    for found in _BASE64.finditer(text):
        meant = _of_base64(found[0], "utf-8")
        if meant and (found["login"] is None or ":" in meant):
            yield *found.span(), meant


def words(text: str) -> Iterator[Unit]:
    """Encoded words of mail (RFC 2047): of letters that are written by their bytes each for itself, of base64 all at once."""
    for word in _WORD.finditer(text):
        if word["how"] in "bB":
            meant = _of_base64(word["body"], word["charset"])
            if meant is not None:
                yield *word.span(), meant
            continue
        letters = list(_quoted(text, *word.span("body"), _QUOTED, word["charset"]))
        if letters or word["body"].isalnum():
            yield *word.span("head"), ""
            yield from letters
            yield *word.span("tail"), ""


def quoted(text: str) -> Iterator[Unit]:
    """Values of vCard, whose lines say that they are quoted-printable; and others whose Cyrillic shows it.

    >>> [meant for *_, meant in quoted("NOTE;ENCODING=QUOTED-PRINTABLE:=D0=98=30")]
    ['И', '0']
    """
    for found in _PRINTABLE.finditer(text):
        charset = (
            _SAYS_CHARSET.search(text, max(found.start() - 200, 0), found.start("body"))
            if found["body"]
            else None
        )
        span = found.span("bare" if found["bare"] else "body")
        yield from _quoted(text, *span, _OF_LINE, charset[1] if charset else "utf-8")


def single_bytes(text: str) -> Iterator[Unit]:
    """The letters of Cyrillic in one byte that is written by its number, where all such bytes read as words together."""
    runs = [run for run in _BYTES.finditer(text) if not encodings.is_utf8(_octets(run[0]))]
    octets = [_octets(run[0]) for run in runs]
    if max(map(len, octets), default=0) < _FEWEST:
        return
    joined = b" ".join(octets)
    meant = encodings.text_of(joined)
    if meant is None or len(meant) != len(joined):
        return
    letters = iter(meant)
    for run in runs:
        for byte in _BYTE.finditer(text, *run.span()):
            yield *byte.span(), next(letters)
        next(letters, None)  # the blank between two


def _octets(run: str) -> bytes:
    return bytes(int(byte[-2:], 16) for byte in _BYTE.findall(run))


def _quoted(text: str, start: int, end: int, signs: re.Pattern[str], charset: str) -> Iterator[Unit]:
    for found in signs.finditer(text, start, end):
        if found[0] == "_":
            yield *found.span(), " "
            continue
        place = found.start()
        for letter in bytes.fromhex(found[0].replace("=", "")).decode(charset, "replace"):
            size = 3 * (len(letter.encode(charset, "ignore")) or 1)
            yield place, min(place + size, found.end()), letter if letter.isprintable() else " "
            place += size


def _of_base64(run: str, charset: str) -> str | None:
    bare = run.translate(_URL_SAFE)
    if len(bare) % 4 == 1:
        return None
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode(charset)
    except ValueError:
        return None
    text = text.translate(_LINE_ENDS)
    return text if text.isprintable() else None
