"""Running text written by hand, with every person, address and workplace marked; all are invented.

In ``prose/*.txt`` a value stands as ``[[ENTITY|value]]``; a line of its own is one text.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from benchmarks.detection.corpus import Line, Span

MARK = re.compile(r"\[\[([A-Z_]+)\|([^\]]+)\]\]")


def unmarked(language: str, marked: str) -> Line:
    """Take the marks out of a line."""
    text, spans, done = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[done : mark.start()]
        spans.append(Span(mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        done = mark.end()
    return Line(language, text + marked[done:], tuple(spans))


@cache
def prose() -> tuple[Line, ...]:
    """Read the marked texts."""
    files = sorted((Path(__file__).parent / "prose").glob("*.txt"))
    return tuple(
        unmarked(file.stem, line)
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if line.strip()
    )
