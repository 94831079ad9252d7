"""The words that tesseract saw, as lines of text; a word that it was not sure of is left out, and a mark stands there."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

__all__ = ["LEAST", "LEFT_OUT", "OPTIONS", "Line", "clarity", "lines", "weight"]

OPTIONS = ("-c", "tessedit_create_tsv=1")
"""What makes it write a table; its file of settings that does the same need not be installed."""
LEAST = 50.0
"""How sure of a word tesseract has to be, of a hundred: below it words of a photograph's background begin."""
LEFT_OUT = "…"
"""Stands for words that were left out: what stands on both sides of it is not one value."""
_WORD = "5"
_LINE = 4
"""Signs from which on a line is wider than it is high."""
_PLACE = ("page_num", "block_num", "par_num", "line_num")


@dataclass(frozen=True, slots=True)
class Line:
    """``text`` is what is sure of it, and ``seen`` all of it; ``top`` and ``bottom`` are rows of the picture.

    ``weight`` is how many signs of it are sure, each as far as it is; of a line that runs up or down it is none: that is
    read as well, but nothing else of such a page.
    """

    text: str
    seen: str
    top: int
    bottom: int
    weight: float


def lines(tsv: str) -> list[Line]:
    """The lines of a page, in the order of reading. Raises: ValueError, KeyError for what is no such table.

    >>> head = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", "\\t")
    >>> seen = "".join(f"\\n5\\t1\\t1\\t1\\t1\\t{n}\\t0\\t5\\t9\\t9\\t{sure}\\t{word}" for n, sure, word in
    ...     [(1, 96.1, "ИИН"), (2, 12, "x"), (3, 9, "y"), (4, 90, "Асан")])
    >>> [(line.text, line.seen, line.top, line.bottom) for line in lines(head + seen)]
    [('ИИН … Асан', 'ИИН x y Асан', 5, 14)]
    """
    rows = csv.DictReader(io.StringIO(tsv), delimiter="\t", quoting=csv.QUOTE_NONE)
    seen = (row for row in rows if row["level"] == _WORD and (row["text"] or "").strip())
    return [_line([*words]) for _, words in groupby(seen, key=lambda row: [row[name] for name in _PLACE])]


def _line(words: list[dict[str, str]]) -> Line:
    told: list[str] = []
    weight = 0.0
    for word in words:
        text, sure = word["text"].strip(), float(word["conf"])
        if sure >= LEAST:
            told.append(text)
            weight += len(text) * sure / 100
        elif told[-1:] != [LEFT_OUT]:
            told.append(LEFT_OUT)
    top, bottom = _span(words, "top", "height")
    left, right = _span(words, "left", "width")
    seen = " ".join(word["text"].strip() for word in words)
    if len(seen) >= _LINE and bottom - top > right - left:
        weight = 0.0
    return Line("" if told == [LEFT_OUT] else " ".join(told), seen, top, bottom, weight)


def _span(words: list[dict[str, str]], begin: str, length: str) -> tuple[int, int]:
    starts = [int(word[begin]) for word in words]
    ends = (start + int(word[length]) for start, word in zip(starts, words, strict=True))
    return min(starts), max(ends)


def weight(page: Iterable[Line]) -> float:
    """How much of a page is sure."""
    return sum(line.weight for line in page)


def clarity(page: Collection[Line]) -> float:
    """Which share of what was seen on a page is sure: little where it lies on its side."""
    return weight(page) / max(1, sum(len(line.seen) for line in page))
