"""Reads mailboxes: each letter is one document, and all that is found in it stands on the line of its number.

Letters are parted by a line that begins with ``From`` (RFC 4155), in front of a field: behind an empty line, or, as a letter in
several parts may end without one, wherever the line is written to the second. Any other such line belongs to its letter, and so
does the line itself: nothing of a mailbox is outside of all letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from piiguard.read import document
from piiguard.read.holder import Holder
from piiguard.read.sources import Source

__all__ = ["read"]

_LINE = 1 << 20
_FROM = re.compile(rb"From \S{1,300} .{0,200}?\d{4}")
_DATED = re.compile(
    rb"From \S{1,300} +[A-Z][a-z]{2},? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}) .{0,60}\d\d:\d\d(?::\d\d)?.{0,60}\d"
)
_FIELD = re.compile(rb">?From |[!-9;-~]{1,200}[ \t]*:")
_LARGE = f"not read: a letter larger than {document.MOST >> 20} MiB"


def read(holder: Holder, source: Source) -> None:
    """Read the letters of a mailbox one by one."""
    for number, letter in enumerate(_letters(source.stream), 1):
        if letter is None:
            holder.fail(str(number), _LARGE)
        else:
            document.read_bytes(holder, "mail", letter, number=number, prefix=f"{number}!")


def _letters(stream: BinaryIO) -> Iterator[bytes | None]:
    """The letters, None for one that is too large to be held."""
    letter, large = bytearray(), False
    blank, line = True, stream.readline(_LINE)
    while line:
        following = stream.readline(_LINE)
        if (letter or large) and _parts(line, following, blank=blank):
            yield None if large else bytes(letter)
            letter, large = bytearray(), False
        if not large:
            letter += line
            if len(letter) > document.MOST:
                letter, large = bytearray(), True
        blank, line = not line.strip(), following
    if letter or large:
        yield None if large else bytes(letter)


def _parts(line: bytes, following: bytes, *, blank: bool) -> bool:
    """Whether a letter begins with this line."""
    return bool((_FROM if blank else _DATED).match(line) and _FIELD.match(following))
