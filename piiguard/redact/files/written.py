r"""A value as it is written in a file, with what doubles or escapes its signs, and as it is meant.

>>> cell = Written('сказал ""да"", 050312300015', re.compile('""'), lambda found: '"')
>>> cell.says, cell.with_edits([(13, 25, "05**")], str)
('сказал "да", 050312300015', 'сказал ""да"", 05**')
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

__all__ = ["Edit", "Written"]

_BROKEN = re.compile("[\ud800-\udfff]")
Edit = tuple[int, int, str]
"""Where a part of what a text says begins and ends, and what is put in its place."""


class Written:
    """``says`` is what is meant; :meth:`with_edits` puts something else there, and leaves all around it as written.

    ``units`` finds what is not written as it is meant, and ``meant`` says what it is: one sign or none for each.
    """

    def __init__(
        self, text: str, units: re.Pattern[str] | None, meant: Callable[[re.Match[str]], str]
    ) -> None:
        self._text = text
        self._starts: list[int] = [0]
        self._shifts: list[int] = [0]
        parts, place, size = [], 0, 0
        for found in units.finditer(text) if units else ():
            sign = meant(found)
            parts += [text[place : found.start()], sign]
            size += found.start() - place + len(sign)
            place = found.end()
            self._starts.append(size)
            self._shifts.append(place - size)
        # bytes that are no text of the encoding are lone surrogates, which no recognizer has to know
        self.says = _BROKEN.sub("\ufffd", "".join([*parts, text[place:]]))

    def place(self, position: int) -> int:
        """Where a sign that is meant begins in the text; behind the last one, its end."""
        return position + self._shifts[bisect_right(self._starts, position) - 1]

    def with_edits(self, edits: Sequence[Edit], write: Callable[[str], str]) -> str:
        """The text with these parts replaced, in their order; ``write`` spells what is new as the form wants it."""
        parts, done = [], 0
        for start, end, new in edits:
            parts += [self._text[done : self.place(start)], write(new)]
            done = self.place(end)
        return "".join([*parts, self._text[done:]])
