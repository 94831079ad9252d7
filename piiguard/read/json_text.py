"""A text of JSON that is read piece by piece, value by value, with the numbers of its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from piiguard.detect.leaves import DECODER, OF_LINES

__all__ = ["DECODER", "MOST", "OF_LINES", "Text", "TooLarge"]

MOST = 1 << 24
"""Characters of one value that are held at once."""
_PIECE = 1 << 16


class TooLarge(Exception):
    """A value that is not held as a whole."""


@dataclass(slots=True)
class Text:
    """A text that is read piece by piece; ``at`` is how far it was understood, ``line`` the number of the line there."""

    more: Callable[[int], str]
    decoder: json.JSONDecoder = DECODER
    held: str = ""
    at: int = 0
    line: int = 1
    passed: int = 0
    ended: bool = False
    _begins: bool = True

    @property
    def lines(self) -> int:
        """How many lines were begun so far."""
        return self.line - self._begins

    def fill(self) -> bool:
        """Hold twice as much, if there is more."""
        if not self.ended:
            piece = self.more(max(_PIECE, len(self.held) - self.at))
            self.held, self.at, self.ended = self.held[self.at :] + piece, 0, not piece
        return not self.ended

    def to(self, place: int) -> str:
        """Go on to a place, and return what was passed."""
        passed, self.at = self.held[self.at : place], place
        self.line += passed.count("\n")
        self.passed += len(passed)
        if passed:
            self._begins = passed[-1] == "\n"
        return passed

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Pass what matches, and return the sign behind it; nothing at the end."""
        while True:
            if found := pattern.match(self.held, self.at):
                self.to(found.end())
            if self.at < len(self.held) or not self.fill():
                return self.held[self.at : self.at + 1]

    def value(self) -> Any:
        """The value that begins here. Raises: ValueError where there is none, :class:`TooLarge`."""
        while True:
            try:
                value, end = self.decoder.raw_decode(self.held, self.at)
            except json.JSONDecodeError as error:
                if not self._cut(error):
                    raise
            except RecursionError:
                raise TooLarge from None
            else:
                whole = end < len(self.held)
                if whole or not self.fill():  # a number may go on
                    self.to(end if whole else len(self.held))
                    return value
                continue
            if len(self.held) - self.at > MOST:
                raise TooLarge
            if not self.fill():
                raise ValueError

    def seam(self) -> int:
        """Where what is held can be parted: behind its last line or member; at its end where that is the text's."""
        last = max(self.held.rfind("\n"), self.held.rfind(",")) + 1
        return last if last > self.at and not self.ended else len(self.held)

    def _cut(self, error: json.JSONDecodeError) -> bool:
        """Whether more of the text could mend it."""
        near = error.pos >= len(self.held) - 16
        return not self.ended and (near or error.msg.startswith("Unterminated string"))
