"""Watches the bytes of a text for parts in another encoding than its head: UTF-16 among lines, lines among UTF-16.

PowerShell appends UTF-16 to a log in UTF-8, other programs the other way round. Such parts are searched as well as can be
(:mod:`piiguard.detect.wide`), but nobody knows for sure where one begins; so the file is not called clean.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from piiguard.detect import encodings, wide
from piiguard.read.part import Part

__all__ = ["MIXED", "Seen", "Watch", "over", "tell"]

MIXED = "text partly in UTF-16 or UTF-32 and partly not"
_UNIT = 4


def tell(part: Part) -> None:
    """Say of a part that its text is mixed, so that no command that cleans it is advised."""
    part.fail(MIXED)
    part.hindrance = part.hindrance or "mixed"


class Watch:
    """Sees all bytes of a text as they come, and calls ``tell`` once where they are of several encodings."""

    def __init__(self, encoding: str, tell: Callable[[], None]) -> None:
        self._wanted, self._tell = encoding, tell
        self._encoding = ""
        self._kept = b""
        self._told = False

    def see(self, piece: bytes) -> None:
        """Look at the next bytes, and at the end of those before them."""
        if self._told or not piece:
            return
        data = self._kept + piece
        if not self._encoding:
            self._encoding = self._of(data) if len(data) >= _UNIT else ""
        self._kept = data[max(len(data) - wide.NEAR, 0) // _UNIT * _UNIT :]
        if self._holds_other(data):
            self._told = True
            self._tell()

    def _of(self, head: bytes) -> str:
        named = encodings.detect(head) if self._wanted == "auto" else codecs.lookup(self._wanted).name
        if named not in ("utf-16", "utf-32"):
            return named
        marked = (name for bom, name in encodings.BOMS if name.startswith(named) and head.startswith(bom))
        return next(marked, f"{named}-le")

    def _holds_other(self, data: bytes) -> bool:
        if not self._encoding or not encodings.is_wide(self._encoding):
            return wide.holds_wide(data)
        return wide.holds_lines(data, self._encoding)


class Seen(io.RawIOBase):
    """A stream whose bytes are watched; it gives what there is, as a pipe does."""

    def __init__(self, stream: Any, watch: Watch) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._watch = watch

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes | None:
        data: bytes | None = self._read(size)
        self._watch.see(data or b"")
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)


def over(stream: BinaryIO, encoding: str, tell: Callable[[], None]) -> tuple[BinaryIO, bytes]:
    """The same stream, watched, behind a false mark; and that, which stands for nothing in the text."""
    raw: Any = Seen(stream, Watch(encoding, tell))
    watched = io.BufferedReader(raw, 1 << 16)
    mark = encodings.false_mark(watched.peek(1)) if encoding == "auto" else b""
    return cast(BinaryIO, watched), watched.read(len(mark))
