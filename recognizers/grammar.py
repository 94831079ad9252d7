"""What recognizers have in common that read a grammar instead of matching patterns.

A match never leaves its line, and its line must be hit by the ``prefilter``: what the grammar makes of odd blanks, signs
and mixtures of scripts elsewhere is not reported. So whoever looks only at lines that are hit misses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from piiguard.recognizers.base import Found, moved

__all__ = ["on_hit_lines"]


def on_hit_lines(found: Iterable[Found], prefilter: tuple[str, ...] | None, text: str) -> Iterator[Found]:
    """Leave out what stands on lines that the prefilter does not hit; without one every line is hit."""
    start, end, hit = 0, -1, False
    for each in found:  # line by line
        if not start <= each.start <= end:
            start = text.rfind("\n", 0, each.start) + 1
            end = text.find("\n", each.start)
            end = len(text) if end < 0 else end
            hit = not prefilter or _is_hit(prefilter, text, start, end - text.endswith("\r", start, end))
        if hit:
            yield each


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def _is_hit(prefilter: tuple[str, ...], text: str, start: int, end: int) -> bool:
    return any(_compiled(pattern).search(text, start, end) for pattern in prefilter)


__getattr__ = moved("KzGrammarRecognizer")
