"""Bytes of any encoding as UTF-8 and back again, losing nothing.

A byte that the encoding does not know becomes a lone surrogate, one character for one byte, and comes back as
the byte it was; the recognizers see a question mark there.
"""

from __future__ import annotations

import codecs

from piiguard.detect import encodings
from piiguard.detect.escapes import Shown, Spelled

__all__ = ["Lines", "Wide", "wide_encoding"]


class Wide:
    """UTF-16 and UTF-32, whose line breaks are no single bytes: turned into UTF-8 at the door."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")

    def enter(self, data: bytes) -> bytes:
        return self._decoder.decode(data).encode("utf-8", "surrogatepass")

    def leave(self, data: bytes) -> bytes:
        return data.decode("utf-8", "surrogatepass").encode(self._encoding, "surrogatepass")

    def tail(self) -> bytes:
        """What is left of a character that the end of the stream cut in two."""
        left = self._decoder.getstate()[0]
        return left if isinstance(left, bytes) else b""


class Lines:
    """The encoding of each line: UTF-8 where it can be, else the single-byte one that reads best."""

    def __init__(self, encoding: str = "auto") -> None:
        self._named = "" if encoding == "auto" else encoding
        self._guess = ""

    def of(self, line: bytes, *, final: bool = True) -> str:
        """Name the encoding of one line; unless ``final`` its last character may be cut."""
        if self._named or encodings.is_utf8(line, final=final):
            return self._named or "utf-8"
        text = line.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        if sum(character > "\x7f" for character in text) > 3 * broken:
            return "utf-8"  # text in UTF-8 with a few bad bytes, such as a cut character
        self._guess = self._guess or encodings.guess_single_byte(line)
        return self._guess

    def view(self, lines: list[bytes], data: bytes) -> bytes:
        """Spell ``data``, which is ``lines`` joined by line breaks, in UTF-8 and without escapes."""
        if self._named or not encodings.is_utf8(data):
            return b"\n".join(map(self._one_view, lines))
        return Shown.of(data).data

    def _one_view(self, line: bytes) -> bytes:
        text = line.decode(self.of(line), "surrogateescape")
        return Spelled(text).view.encode("utf-8", "replace")


def wide_encoding(head: bytes, encoding: str) -> str | None:
    """The encoding if it is a wide one, named or seen in the first bytes."""
    name = encodings.detect(head) if encoding == "auto" else codecs.lookup(encoding).name
    if name in ("utf-16", "utf-32"):  # the byte order stands in the mark, which stays where it is
        name = encodings.detect(head)
    return name if name.startswith(("utf-16", "utf-32")) else None
