"""The JSON path of a place in a line, for logs whose lines are JSON objects.

>>> line = '{"user": {"docs": [{"iin": "050312300015"}]}, "ok": true}'
>>> at(line, line.index("0503"))
'$.user.docs[*].iin'
>>> at("user=5", 5) is None
True
"""

from __future__ import annotations

import json
import re

from piiguard.scan.cells import step

__all__ = ["at"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def at(line: str, place: int) -> str | None:
    """The path of the value that covers this character; None for a line that is no JSON object."""
    if line.lstrip()[:1] != "{" or line.rstrip()[-1:] != "}":
        return None
    steps: list[str] = []
    key = ""
    for token in _TOKEN.finditer(line):
        text = token[0]
        if token.start() <= place < token.end():
            return "$" + "".join(steps) + (step(key) if steps[-1:] == [""] and key else "")
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
                return None
            steps.pop()
            _leave(steps)
            key = ""
        elif text == ",":
            key = ""
        elif text[0] == '"' and steps and steps[-1] == "" and not key:
            key = _name(text)
    return None


def _enter(steps: list[str], key: str) -> None:
    """A container behind a key: the key becomes a step of its own, marked so that leaving drops both."""
    if steps:
        steps.append(step(key) if key else "")


def _leave(steps: list[str]) -> None:
    if steps:
        steps.pop()


def _name(token: str) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token.strip('"')
