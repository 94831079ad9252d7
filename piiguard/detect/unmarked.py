r"""Texts in hexadecimal digits or base64 that nothing says so of: secrets of Kubernetes, values of a registry, cells.

Any long word might be one. So a word is tried where some of its letters stand for digits, for Cyrillic or for a row of
printable signs, and it counts where all of it reads as text with something to be found.

>>> [meant for *_, meant in texts("iin: MDUwMzEyMzAwMDE1 303530333132333030303135 request_id=9f86d081884c7d65")]
['050312300015', '050312300015']
>>> [meant for *_, meant in texts('"v"=hex(1):30,00,35,00,30,00,33,00,31,00,32,00,33,00,30,00,00,00')]
['05031230']
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from piiguard.detect import encodings

__all__ = ["CLASSES", "CLASSES_AT_BEGIN", "Unit", "may_be_in", "texts"]

Unit = tuple[int, int, str]
"""Where something is written, and what it says."""

# One sign for several of a kind: then a pattern begins with a single sign, and all others are skipped at once.
_FEWER = bytes.maketrans(b"NOD=\n\"'>|\t,;(", b"MMd::::::::::")
_WORD = rb"[A-Za-z0-9+/_-]"
# base64 writes three bytes by four letters, each of which has six of their bits: of signs between blank and tilde ...
_QUAD = rb"[I-Za-f][CdEFGHSTUVWXijklmnyz0-3][ABEFIJMQRUVYZcdghklopstwx014589]" + _WORD
_MARKS = tuple(
    map(
        re.compile,
        (
            # ... of three digits, or of two in UTF-16
            rb"M(?:[dTjz][AEIMQUYcgk][w-z0-5]|[AQgw]A[w-z0-5]Ad)",
            # ... of two letters of Cyrillic; or what follows 0x
            rb"0(?:[IJKLYZabo-r4-7][dHLPTXbfjnrvz37/][QRST]|[xX](?:[2-7][0-9a-fA-F](?:00)?){8})",
            # a value that begins so, in either; what ends as base64 does
            rb":(?: ?+(?:(?:" + _QUAD + rb"){4}|(?:[2-7][0-9a-fA-F]){9})|(?<=" + _WORD + rb"{14}:))",
            # hexadecimal digits of seven signs that numbers are made of; of letters of Cyrillic, in UTF-8
            rb"3[0-9](?:00)?(?:(?:3[0-9]|2[089bd])(?:00)?){6}",
            rb"d[01](?:[89abAB][0-9a-fA-F]d[01]){2}",
            rb"hex(?:\([0-9a-f]\))?:[0-9a-fA-F]",
        ),
    )
)
_BEFORE = "[\n=\"'>|\t,;(:]"
_PRINTABLE = (
    "[I-Za-f][CDEFGHSTUVWXdijklmnyz0-3][ABDEFIJMNOQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]" * 4,
    "[2-7][0-9a-fA-F]" * 9,
)
CLASSES = (
    "[MNO][DTdjz][AEIMQUYcgk][w-z0-5]",
    "[MNO][AQgw]A[w-z0-5]A[Dd]",
    "0[IJKLYZabo-r4-7][DHLPTXbdfjnrvz37/][QRST]",
    *("0[xX]" + f"[2-7][0-9a-fA-F]{zero}" * 8 for zero in ("", "00")),
    *(_BEFORE + printable for printable in _PRINTABLE),
    "[A-Za-z0-9+/_-]" * 14 + _BEFORE,
    *(f"3[0-9]{zero}" + f"[23][0-9bd]{zero}" * 6 for zero in ("", "00")),
    "[dD][01]" + "[89abAB][0-9a-fA-F][dD][01]" * 2,
    "hex[(:]",
)
"""The same in classes of single signs, as a database asks for them by regular expression or GLOB: too often, never too seldom."""
CLASSES_AT_BEGIN = _PRINTABLE
"""Those that count at the begin of a text, too."""
_LONGEST = 1 << 16
# Behind a dot stands a part of a token, which says itself where it is to be read.
_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/_.-])[A-Za-z0-9+/_-]{{11,{_LONGEST}}}+={{0,2}}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(rf"(?<![0-9A-Za-z])(?:0[xX]|\\x)?((?:[0-9a-fA-F]{{2}}){{9,{_LONGEST}}}+)(?![0-9A-Za-z])")
_REGISTRY = re.compile(rf"hex(?:\([0-9a-f]\))?:([0-9a-fA-F]{{2}}(?:,[0-9a-fA-F]{{2}}){{6,{_LONGEST}}}+)")
"""Binary data of Windows' registry, and texts of it with their zeros."""
_URL_SAFE = str.maketrans("-_", "+/", "=")
_BLANKS = str.maketrans("\0\t\n\r", "    ")
_FEWEST = 8
_NUMBER = re.compile(r"(?:[0-9][ ()+-]*){8}")
_TELLING = re.compile(
    rf"{_NUMBER.pattern}|[Ѐ-ӿ]{{3}}|\w@[\w-]+\.\w{{2}}|[^\W\d_]{{2}} [^\W\d_]{{3}}|[^\W\d_]{{3}} [^\W\d_]{{2}}"
)
"""Digits of a number, Cyrillic, an address, words: whatever else it is, nobody looks for it."""


def may_be_in(data: bytes) -> bool:
    """Whether such a text may stand in these bytes: too often, never too seldom."""
    fewer = (b"\n" + data).translate(_FEWER)
    for mark in _MARKS:  # noqa: SIM110 - every record of a log asks, and a generator costs more than the searches
        if mark.search(fewer):
            return True
    return False


def texts(text: str) -> Iterator[Unit]:
    """Where such a text stands, and what it says."""
    for found in _REGISTRY.finditer(text):
        if meant := _plausible(bytes.fromhex(found[1].replace(",", ""))):
            yield *found.span(1), meant
    for found in _HEX.finditer(text):
        if meant := _plausible(bytes.fromhex(found[1]), _NUMBER if found[0].isdigit() else _TELLING):
            yield *found.span(), meant
    for found in _BASE64.finditer(text):
        if meant := _of_base64(found[0]):
            yield *found.span(), meant


def _of_base64(word: str) -> str | None:
    bare = word.translate(_URL_SAFE)
    if len(bare) % 4 == 1 or bare.isdigit():  # digits alone are a number
        return None
    return _plausible(base64.b64decode(bare + "=" * (-len(bare) % 4)))


def _plausible(octets: bytes, telling: re.Pattern[str] = _TELLING) -> str | None:
    """The text of these bytes, where it reads as one and has something to be found.

    Cyrillic in one byte does not count: of any hundred words one would read as some.
    """
    if len(octets) < _FEWEST or (meant := encodings.unicode_of(octets)) is None:
        return None
    meant = meant.rstrip("\0").translate(_BLANKS)
    return meant if meant.isprintable() and telling.search(meant) else None
