"""A second corpus: bank statements, orders, letters, chats and logs, written without looking at the recognizers.

The texts in ``texts/*.txt`` and the values that fill their slots share nothing with the first corpus nor with the
recognizers' word lists. Half of them was written, measured and then read while the recognizers were being mended;
of the other half, ``held_out``, nobody read the misses before the figures were taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.detection.corpus import Line, Span
from benchmarks.detection.second.addresses import ADDRESSES
from benchmarks.detection.second.names import person
from benchmarks.detection.second.numbers import NUMBERS

__all__ = ["HALVES", "texts"]

HALVES = ("read", "held_out")
TEXTS = Path(__file__).parent / "texts"
SLOT = re.compile(r"⟨([a-z_]+)(?::([^⟩]*))?⟩")
MARK = re.compile(r"⟦([A-Z_]*)\|([^⟧]*)⟧")
REPEATED = 6  # lines drawn from a template with values; three times as many from one without


def texts(seed: int, half: str) -> Iterator[Line]:
    """Fill every template of one half several times; a line break is spelled ``\\n`` there, a tab ``\\t``."""
    draw = Random(seed)
    for language, template in templates(half):
        for _ in range(REPEATED if "⟦" in template or valued(template) else 3 * REPEATED):
            yield unmarked(language, fill(draw, template))


@cache
def templates(half: str) -> tuple[tuple[str, str], ...]:
    """Read the templates with their languages; logs count as English."""
    lines = [
        ("en" if path.stem == "log" else path.stem, line)
        for path in sorted((TEXTS / half).glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return tuple(
        (language, line.replace("\\n", "\n").replace("\\t", "\t")) for language, line in lines if line
    )


def valued(template: str) -> bool:
    """Say whether a template has a slot for a personal value."""
    return any(slot in VALUES for slot, _ in SLOT.findall(template))


def fill(draw: Random, template: str) -> str:
    """Put a value into each slot, marked if it is a personal one."""
    return SLOT.sub(lambda slot: made(draw, slot[1], *(slot[2].split(",") if slot[2] else ())), template)


def made(draw: Random, slot: str, *options: str) -> str:
    """Make the value of a slot."""
    if slot == "pick":
        return draw.choice(options)
    entity, make = VALUES.get(slot) or ("", NUMBERS[slot][1])
    value = make(draw, *options)
    return f"⟦{entity}|{value}⟧" if entity else value


def unmarked(language: str, marked: str) -> Line:
    """Take the marks out of a text; a mark without an entity may be found or not and counts neither way."""
    text, spans, done = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[done : mark.start()]
        spans.append(Span(mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        done = mark.end()
    return Line(language, text + marked[done:], tuple(spans))


VALUES = {"n": ("PERSON", person)} | ADDRESSES | {slot: pair for slot, pair in NUMBERS.items() if pair[0]}
