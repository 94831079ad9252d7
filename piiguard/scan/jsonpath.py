"""The JSON paths of places in a line, for logs whose lines are JSON objects.

>>> line = '{"user": {"docs": [{"iin": "050312300015"}]}, "ok": true}'
>>> paths(line, [line.index("0503"), line.index("true")])
['$.user.docs[*].iin', '$.ok']
>>> paths("user=5", [5])
[None]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from piiguard.detect.leaves import step

__all__ = ["paths"]

# A string that nothing ends goes on to the end of the line: each character belongs to one token.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?$)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_MOST_STEPS = 80
"""What a value lies deeper in is named by its outermost ones, so that a path does not grow with the line."""


def paths(line: str, places: Sequence[int]) -> list[str | None]:
    """The path of the value that covers each of these characters; None for all in a line that is no JSON object."""
    if not places or line.lstrip()[:1] != "{" or line.rstrip()[-1:] != "}":
        return [None] * len(places)
    found = dict(_walk(line, sorted(set(places))))
    return [found.get(place) for place in places]


def _walk(line: str, places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The places that a value covers, with its path; they come in order, and the line is read once."""
    steps: list[str] = []
    key, number = "", 0
    for token in _TOKEN.finditer(line):
        text = token[0]
        while token.end() > places[number]:
            if token.start() <= places[number]:
                own = step(key) if steps[-1:] == [""] and key and len(steps) <= _MOST_STEPS else ""
                yield places[number], "$" + "".join(steps[:_MOST_STEPS]) + own
            number += 1
            if number == len(places):
                return
        if text == "{":
            _enter(steps, key)
            steps.append("")
            key = ""
        elif text == "[":
            _enter(steps, key)
            steps.append("[*]")
            key = ""
        elif text in "}]":
            if not steps:
                return
            steps.pop()
            _leave(steps)
            key = ""
        elif text == ",":
            key = ""
        elif text[0] == '"' and steps and steps[-1] == "" and not key:
            key = _name(text)


def _enter(steps: list[str], key: str) -> None:
    """A container behind a key: the key becomes a step of its own, marked so that leaving drops both."""
    if steps:
        steps.append(step(key) if key else "")


def _leave(steps: list[str]) -> None:
    if steps:
        steps.pop()


def _name(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token))
    except ValueError:
        return token.strip('"')
