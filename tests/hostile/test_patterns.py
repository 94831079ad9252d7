"""No pattern of ours takes more than linear time on repetitions of what it is made of itself.

Every compiled pattern of every module is found and searched for in texts of its own characters, so a new pattern is
tested before anybody thinks of a text that hurts it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice, permutations
from typing import Any

import pytest
import regex

import piiguard
from piiguard.recognizers import kz_recognizers

from .growth import fill, too_fast_growing

SMALL, LARGE = 2 << 10, 16 << 10
# Never searched for: matched as a whole against a value, and read from our own constants.
ANCHORED = {
    "piiguard.recognizers.checks.address_parts._FIRST",
    "piiguard.recognizers.checks.document_date._MONTH_FIRST",
}
LITERAL = re.compile(r"\\[0-7a-zA-Z].|\\(.)|(\w|[^\w\\()\[\]{}?*+|^$])")


def patterns() -> Iterator[tuple[str, Any]]:
    for module in pkgutil.walk_packages(piiguard.__path__, "piiguard."):
        if "spark" in module.name or module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for found in value.values() if isinstance(value, dict) else [value]:
                if isinstance(found, re.Pattern):
                    yield f"{module.name}.{name}", found
    for recognizer in kz_recognizers(("ru",)):
        for number, pattern in enumerate(getattr(recognizer, "patterns", ())):
            yield f"{recognizer.name} {number}", regex.compile(pattern.regex, recognizer.global_regex_flags)  # type: ignore[attr-defined]


def units(pattern: str) -> list[str]:
    """Characters that stand in the pattern, some of them in pairs, and what nearly every class leaves out or takes."""
    own = dict.fromkeys(escaped or plain for escaped, plain in LITERAL.findall(pattern) if escaped or plain)
    first = [*islice(own, 14), *dict.fromkeys("a1 \\§")]
    return [*first, *("".join(pair) for pair in permutations(list(own)[:4], 2))]


PATTERNS = {(found.pattern, found.flags): (name, found) for name, found in patterns()}


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 250


@pytest.mark.parametrize("part", range(4))
def test_a_search_costs_linear_time(part: int) -> None:
    slow = {}
    for name, found in islice(PATTERNS.values(), part, None, 4):
        if name in ANCHORED:
            continue
        text = found.pattern if isinstance(found.pattern, str) else found.pattern.decode("latin-1")
        coded = isinstance(found.pattern, bytes)

        def search(given: str, found: Any = found, coded: bool = coded) -> int:
            return sum(1 for _ in found.finditer(given.encode("utf-8", "replace") if coded else given))

        inputs = {unit: partial(fill, unit) for unit in units(text)}
        if grown := too_fast_growing(search, inputs, SMALL, LARGE):
            slow[name] = grown
    assert slow == {}
