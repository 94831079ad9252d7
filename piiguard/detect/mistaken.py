r"""Cyrillic that somebody has read as Western letters: a column of latin1 that holds UTF-8, a file that was converted twice.

>>> "".join(letter for *_, letter in letters("fio=Ð›Ð°Ð¿Ñ‚ÐµÐ²"))
'Лаптев'
>>> "".join(letter for *_, letter in letters("fio=Ëàïòåâ"))
'Лаптев'
>>> list(letters("CORUÑA, déjà vu, Größe"))
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.detect import encodings

__all__ = ["IN_UTF8", "LETTERS", "MARK", "Unit", "letters"]

Unit = tuple[int, int, str]
"""Where something is written, and what it says."""


def _western() -> dict[str, int]:
    """By its letter each byte that follows another one in UTF-8: those of ISO 8859-1, and of Windows where it differs."""
    letters = {chr(byte): byte for byte in range(0x80, 0xC0)}
    for byte in range(0x80, 0xA0):
        letters.setdefault(bytes([byte]).decode("cp1252", "ignore"), byte)
    letters.pop("", None)
    return letters


_BYTES = _western()
_FOLLOWING = re.escape("".join(sorted(_BYTES)))
LETTERS = "À-ÿ"
"""Members of a class: the bytes from C0, with which Cyrillic begins in UTF-8, and its letters in one byte."""
_FEWEST = 4
MARK = rf"(?<=[ÐÑÒÓ])[{_FOLLOWING}]|(?<=[{LETTERS}])[{LETTERS}]{{{_FEWEST - 1}}}"
"""What follows the first of these letters where a text may be one that was misread."""
IN_UTF8 = rb"(?<=\xc3)(?:[\x90-\x93][\xc2\xc5\xc6\xcb\xe2]|[\x80-\xbf](?:\xc3[\x80-\xbf]){3})"
"""The same behind the first byte, in UTF-8."""
_PAIR = re.compile(f"[ÐÑÒÓ][{_FOLLOWING}]")
_ANCHOR = re.compile(f"[{LETTERS}]{{{_FEWEST}}}")
_RUN = re.compile(f"[¨¸²³£¢¥ª¯º¿¡½¾¼{LETTERS}]+")


def letters(text: str) -> Iterator[Unit]:
    """The letters that were meant, and where each is written; none in a text that is Western."""
    pairs = list(_PAIR.finditer(text))
    if len(pairs) > 1:  # one alone may be what it seems
        for pair in pairs:
            yield *pair.span(), bytes([ord(pair[0][0]), _BYTES[pair[0][1]]]).decode()
    elif _ANCHOR.search(text):
        yield from _of_one_byte(list(_RUN.finditer(text)))


def _of_one_byte(runs: list[re.Match[str]]) -> Iterator[Unit]:
    """Of Cyrillic in one byte, where all of them read as words together."""
    joined = " ".join(run[0] for run in runs).encode("latin-1")
    meant = encodings.text_of(joined)
    if meant is None or len(meant) != len(joined):
        return
    signs = iter(meant)
    for run in runs:
        for at in range(*run.span()):
            yield at, at + 1, next(signs)
        next(signs, None)  # the blank between two
