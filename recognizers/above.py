"""Which lines above a value may speak for it.

Where nothing but signs precedes a value on its line, the end of the line above labels it as if it stood there. A word for
a number is such a sign («Номер: …» below «Паспорт»), and so is the name of whom a question is put to («Оля: …» below
«Иван: какой номер?»). Below a field's name («Действителен до: …») the line above makes at most a label of a hint. If the line
above it is a field itself, the one above that counts too, up to `MOST`: a card of fields is one thing.
"""

from __future__ import annotations

import re

__all__ = ["BYTES", "LEAD", "MOST", "Own", "leads_in", "reach"]

MOST = 3
"""Lines above that may speak for a value."""
BYTES = 640
"""Further above a line than this nothing is looked at, in UTF-8."""
_INDENT = 100

_CLOCK = r"(?:[^\w\n]{0,2}[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?=[^\n:0-9]{1,40}:))?"
_WORDS = r"[^\W\d_]+(?:[ ._'/-]{1,2}[^\W\d_]+){0,3}"
_NUMBER = "(?:номер|нөмірі|номері|номири|nomiri|nomer|number|no|n)"
_LEAD = re.compile(rf"{_CLOCK}[\W_]*(?:{_WORDS}[)]?[ ]?[:=][\W_]*)?(?:[^\W\d_]+[\W_]+){{0,2}}")
_FIELD = re.compile(rf"{_CLOCK}[^\w\n]*{_WORDS}[)]?[ ]?[:=]")
_BARE = re.compile(rf"[\W_]*(?:{_NUMBER}(?![^\W\d_])[\W_]*)?", re.IGNORECASE)
_SPEAKER = re.compile(rf"{_CLOCK}[^\w\n]*{_WORDS}:[ ][\W_]*")
LEAD = re.compile(
    rb"(?:[^0-9A-Za-z\n]{0,8}[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?=[^\n:0-9]{1,160}:))?[^0-9\n]{0,880}"
)
"""In UTF-8, what may lead in a value at the beginning of its line: rather too much than too little."""


def leads_in(text: str, line: int, first: int) -> bool:
    """Tell whether a line above may be looked at for what stands at ``first`` of the line that begins at ``line``.

    >>> [leads_in(f"{lead}N12345678", 0, len(lead)) for lead in ("", "Номер: ", "[10:15] Оля: ", "Всего 5 шт., ")]
    [True, True, True, False]
    """
    return _LEAD.fullmatch(text, line, first) is not None


def reach(text: str, first: int, width: int) -> int:
    """Say where the characters begin that may label what stands at ``first``: ``width``, in a card of fields twice as many."""
    # Looking for line breaks no further than needed keeps a long line linear in its matches.
    bound = max(0, first - 2 * width - _INDENT)
    line = max(bound, text.rfind("\n", bound, first) + 1)
    if line and text[line - 1] == "\n" and leads_in(text, line, first):
        lines = 1
        if _FIELD.match(text, line, first):
            width, lines = 2 * width, MOST
        for _ in range(lines):
            line = max(bound, text.rfind("\n", bound, line - 1) + 1)
            if line <= first - width or text[line - 1] != "\n" or not _FIELD.match(text, line):
                break
    start = max(line, first - width)
    while line < start < first and text[start].isalnum() and text[start - 1].isalnum():
        start += 1  # a word cut in half is no word
    return start


class Own:
    """What stands before a value on its own line, if lines above come before that."""

    def __init__(self, before: str) -> None:
        self.start = before.rfind("\n") + 1
        self._before = before
        self.bare = not self.start or _BARE.fullmatch(before, self.start) is not None

    def hears(self, start: int, spoken: bool) -> bool:
        """Tell whether what stands at ``start`` counts as if it stood on the line; ``spoken`` is whether the line has words of its own.

        An answer hears what was asked, not the name of a field above it.
        """
        if self.bare or start >= self.start:
            return True
        if spoken or not _SPEAKER.fullmatch(self._before, self.start):
            return False
        return ":" in self._before[self._before.rfind("\n", 0, start) + 1 : start]
