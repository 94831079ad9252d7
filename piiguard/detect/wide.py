"""Whether bytes are what they are said to be: UTF-16 or UTF-32, or lines of bytes.

A mark or many zeros at the head of a file only propose an encoding. Lines of bytes that are taken for UTF-16 show
characters of two printable bytes; UTF-16 among lines shows bytes with zeros between them; and UTF-16 that begins in the
middle of a character shows characters whose other byte is zero. Several such in a row stand in no text of ours.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

__all__ = ["NEAR", "holds_lines", "holds_wide", "proven", "with_lines", "without_zeros"]

NEAR = 64
"""Bytes in which whatever is looked for here can be seen."""
_KINDS = 3

_BYTES = [9, 10, 13, *range(0x20, 0x7F)]


def _pairs(lows: Iterable[int]) -> str:
    """Characters of two bytes of text, or of one that stands a byte off; but boxes are drawn in logs (U+2500-259F)."""
    codes = {high << 8 | low for high in _BYTES for low in lows}
    return "".join(f"\\u{code:04x}" for code in sorted(codes) if not 0x2500 <= code <= 0x259F)


# Hangul, halves of pairs, private characters: two bytes of Cyrillic; what no decoder knows; the rarer planes; UTF-32
_STRANGE = re.compile(
    f"[{_pairs([0, 4, *_BYTES])}\ua000-\ufdff\ufffd\U00020000-\U0010ffff]{{5,}}|(?:\0[^\0]){{5,}}"
)
# hardly any four bytes of another text are a character
_STRANGE_FOUR = re.compile(f"\ufffd+|[{_pairs([0, 4])}]{{5,}}|(?:\0[^\0]){{5,}}")
# Cyrillic a byte off: its first or last letter is a sign or a control, and a line break or space beside it a letter
_HALF = re.compile(
    "[!-~][\u0409\u040a\u040d]|[\u0409\u040a\u040d][!-~]|[\u0400-\u04ff][\x0e-\x1a]|[\x0e-\x1a][\u0400-\u04ff]"
    "|[0-9](?:\u0420[\u0430-\u044f]+|[\u0400-\u04ff]{4,})[0-9A-O<=>@]"
    "|[0-9A-O<=>@](?:[\u0430-\u044f]+\u0420|[\u0400-\u04ff]{4,})[0-9]"
)
# the other byte of Cyrillic is 4
_ZEROS = re.compile(
    rb"(?:[\t\n\r -~]\x00{1,3}){6,}[\t\n\r -~]?"
    rb"|(?:[\t\n\r -~]\x00|[\x01-\x09\x0b-\xff]\x04){6,}"
    rb"|(?:\x00[\t\n\r -~]|\x04[\x01-\x09\x0b-\xff]){6,}"
)

# what another program appends: no word begins with these letters of Cyrillic
_MARK = re.compile(rb"\n(?:\xff\xfe|(?:\0\0)?\xfe\xff)[^ ]")


def proven(head: bytes, encoding: str) -> bool:
    """Whether most of what begins so reads as a text in this wide encoding.

    >>> proven("иин 1\\n".encode("utf-16-le"), "utf-16-le"), proven(b"user iin=021028341797", "utf-16-le")
    (True, False)
    """
    text = _decoded(head, encoding)
    return sum(len(run[0]) for run in _runs(text, encoding)) * 2 <= len(text)


def holds_lines(data: bytes, encoding: str) -> bool:
    """Whether bytes that begin with a whole character of this wide encoding hold some of another one."""
    text = _decoded(data, encoding)
    return bool(_runs(text, encoding) or _HALF.search(text))


def holds_wide(data: bytes) -> bool:
    """Whether lines of bytes hold text in UTF-16 or UTF-32, or a mark of it.

    >>> holds_wide("user 1\\n".encode("utf-16-be") + b"user"), holds_wide(bytes(999) + b"user")
    (True, False)
    """
    if b"\xfe" in data and _MARK.search(data):
        return True
    if b"\0" not in data and b"\4" not in data:
        return False
    return bool(data.strip(b"\0")) and bool(_ZEROS.search(data))


def with_lines(text: str, encoding: str) -> bytes:
    """A decoded text in UTF-8, in which the lines of bytes that were taken for UTF-16 are bytes again."""
    parts, place = [], 0
    for found in _runs(text, encoding) if encoding.startswith("utf-16") else ():
        parts.append(text[place : found.start()].encode("utf-8", "replace"))
        parts.append(without_zeros(found[0].encode(encoding, "surrogatepass")))
        place = found.end()
    return b"".join([*parts, text[place:].encode("utf-8", "replace")])


def without_zeros(data: bytes) -> bytes:
    """The lines, in which text in UTF-16 or UTF-32 is UTF-8."""
    return _ZEROS.sub(_narrow, data) if b"\0" in data or b"\4" in data else data


def _narrow(found: re.Match[bytes]) -> bytes:
    run = found[0]
    if b"\4" not in run:
        return run.replace(b"\0", b"")
    return run.decode("utf-16-be" if run[0] in (0, 4) else "utf-16-le", "replace").encode("utf-8", "replace")


def _runs(text: str, encoding: str) -> list[re.Match[str]]:
    """What stands in no text: characters of some kinds, since a line of one sign is a line."""
    if text.isascii() and "\0" not in text:
        return []
    strange = _STRANGE_FOUR if encoding.startswith("utf-32") else _STRANGE
    return [run for run in strange.finditer(text) if len(set(run[0])) >= _KINDS or "\ufffd" in run[0]]


def _decoded(data: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(data)
