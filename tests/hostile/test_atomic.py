"""No pattern is read otherwise by a Python before 3.11.5, and none keeps a place for each time round.

There a possessive repeat forgets to go back where its last time round has read a part and failed
(https://github.com/python/cpython/issues/106052). It is right where a time round cannot read a part: where only its
last step may be more than one sign.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.atomic import many

SIGN = {code.LITERAL, code.NOT_LITERAL, code.IN, code.ANY, code.AT, code.CATEGORY}
REPEAT = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}
LOOK = {code.ASSERT, code.ASSERT_NOT}
Steps = Any


def inner(step: Any) -> list[Steps]:
    """What stands in a step."""
    kind, given = step
    if kind in REPEAT:
        return [given[2]]
    if kind is code.BRANCH:
        return list(given[1])
    if kind is code.SUBPATTERN:
        return [given[3]]
    if kind is code.ATOMIC_GROUP:
        return [given]
    return [given[1]] if kind in LOOK else []


def reads_no_part(steps: Steps) -> bool:
    *before, end = steps
    return all(kind in SIGN for kind, _ in before) and ends_well(end)


def ends_well(step: Any) -> bool:
    kind, given = step
    if kind in REPEAT:
        return len(given[2]) == 1 and given[2][0][0] in SIGN
    if kind is code.ATOMIC_GROUP:  # what may read nothing never fails
        return len(given) == 1 and given[0][0] is code.MAX_REPEAT and given[0][1][0] == 0
    return kind in SIGN or (kind in (code.BRANCH, code.SUBPATTERN) and all(map(reads_no_part, inner(step))))


def misread(steps: Steps) -> Iterator[Steps]:
    """The possessive repeats whose last time round may have read a part."""
    for step in steps:
        for part in inner(step):
            if step[0] is code.POSSESSIVE_REPEAT and not reads_no_part(part):
                yield part
            yield from misread(part)


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("(?:[^']++|'')*+", False),
        (r"(?:a|\\.)*+b++[ab]{2,3}+", False),
        ("(?:a+b)*+", True),
        ("(?:, *b)?+", True),
        ("x|(?=(?:a|(?:b+c)++))", True),
        ("(?>(?:a+b)*)", False),
        (many("a+b"), False),
    ],
)
def test_the_rule_tells_repeats_that_are_misread_from_others(pattern: str, wrong: bool) -> None:
    assert bool(list(misread(parser.parse(pattern)))) == wrong


def test_no_pattern_is_misread_before_python_3_11_5() -> None:
    ran = subprocess.run([sys.executable, "-m", "tests.hostile.patterns"], check=True, capture_output=True)
    written = json.loads(ran.stdout)
    assert len(written) > 100
    found = {
        (module, pattern)
        for module, patterns in written.items()
        for pattern, flags in patterns
        if list(misread(parser.parse(pattern, flags)))
    }
    assert found == set()


@given(st.text("ab'(", max_size=300))
def test_many_reads_as_an_atomic_group_does(text: str) -> None:
    body = r"a+b|'[^']*+'|\(a*\(?b"
    for pattern in (f"(?:{many(body)})", f"{many(body)}a", f"(?:{many(body)})b*"):
        plain = pattern.replace(many(body), f"(?>(?:{body})*)")
        (one, other) = (begun(pattern=each, text=text) for each in (pattern, plain))
        assert one == other


def begun(pattern: str, text: str) -> str | None:
    found = re.match(pattern, text)
    return found and found[0]


def test_many_keeps_no_place_for_each_time_round() -> None:
    pattern, text = re.compile(many("a|'b'")), "a'b'" * 100_000
    tracemalloc.start()
    try:
        found = pattern.match(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found
    assert (found.end(), peak < 100_000) == (len(text), True)
