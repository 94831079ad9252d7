"""The machine-readable zone of a document, as it is read by its own letters alone.

Fillers are what is misread: of thirty in a row a dozen are seen. So a line that is shorter than the form has it gets its last
row of fillers made longer, which adds no letter and no digit; the check digits say whether that is the zone.
Source: ICAO Doc 9303, parts 3 to 6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from piiguard.read.ocr.words import Line

__all__ = ["OPTIONS", "band", "is_part", "lines"]

OPTIONS = ("--psm", "6", "-c", "tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
_FORMS = ((re.compile(r"[PV][A-Z<][A-Z<]{3}[A-Z<]+"), 44, 2), (re.compile(r"[IAC][A-Z<][A-Z<]{3}"), 30, 3))
"""How the first line begins, how many signs each has, and how many lines there are: TD3 and TD1."""
_FILLERS = re.compile(r"<+(?=[^<]*$)")
_PART = re.compile(r"<\s*<")


def lines(text: str) -> list[str]:
    """The lines of the first zone in a text, none where it has none.

    >>> lines("noise\\nP<KAZTESTOV<<SYNAQ<<<<\\nN123456785KAZ0508263M2906173050826398546<<28")[0]
    'P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<'
    """
    rows = [row for line in text.splitlines() if (row := "".join(line.split()))]
    for at, row in enumerate(rows):
        for begin, width, count in _FORMS:
            zone = [_fitted(each, width) for each in rows[at : at + count]]
            if begin.match(row) and len(zone) == count and all(zone):
                return zone
    return []


def _fitted(row: str, width: int) -> str:
    """The line in its length; empty where it cannot have it."""
    fillers = _FILLERS.search(row)
    missing = width - len(row)
    if not missing:
        return row
    if not fillers or len(fillers[0]) + missing < 1:
        return ""
    return f"{row[: fillers.start()]}{'<' * (len(fillers[0]) + missing)}{row[fillers.end() :]}"


def is_part(line: str) -> bool:
    """Whether a line of a page may be one of a zone: nothing else has two such signs side by side.

    >>> is_part("М123456785КА70508263М2906173050826398546<<28"), is_part("a < b")
    (True, False)
    """
    return bool(_PART.search(line))


def band(page: Sequence[Line]) -> tuple[int, int] | None:
    """The rows of a picture in which the lines of a zone may stand, if a page has any."""
    parts = [line for line in page if is_part(line.seen)]
    if not parts:
        return None
    around = 2 * max(line.bottom - line.top for line in parts)
    return min(line.top for line in parts) - around, max(line.bottom for line in parts) + around
