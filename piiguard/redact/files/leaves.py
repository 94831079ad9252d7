r"""The values inside a text that is JSON, each with its path and the place where it is written.

>>> text = '{"client": {"iin": 50312300015, "docs": ["N1", true]}}'
>>> [(leaf.path, text[leaf.start : leaf.end], leaf.bare) for leaf in leaves(text)]
[('$.client.iin', '50312300015', True), ('$.client.docs[*]', 'N1', False)]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from piiguard.detect.leaves import step

__all__ = ["ESCAPES", "Leaf", "leaves", "unescape"]

_TOKEN = re.compile(r'"(?P<string>(?:[^"\\]++|\\.)*+)"|(?P<number>-?[0-9][0-9.eE+-]*)|[{}\[\],:]', re.DOTALL)
ESCAPES = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB]..)\\u(?P<low>[dD][c-fC-F]..)|u(?P<code>....)|(?P<sign>.))", re.DOTALL
)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string without its quotation marks, or a ``bare`` number."""

    path: str
    start: int
    end: int
    bare: bool


def leaves(text: str) -> Iterator[Leaf]:
    """The strings and numbers of a text that is JSON, in their order; keys that are values themselves, too."""
    inside: list[tuple[str, bool]] = []
    key: str | None = None
    for token in _TOKEN.finditer(text):
        sign = token[0]
        outer, is_list = inside[-1] if inside else ("$", True)
        path = outer if key is None else outer + step(key)
        if sign in "{[":
            inside.append((path + "[*]", True) if sign == "[" else (path, False))
            key = None
        elif sign in "}]":
            del inside[-1:]
            key = None
        elif sign == ",":
            key = None
        elif token["number"] is not None:
            yield Leaf(path, *token.span(), True)
        elif sign != ":":
            if is_list or key is not None:
                yield Leaf(path, *token.span("string"), False)
            elif step(key := str(json.loads(sign))) == ".*":
                yield Leaf(f"{outer}.*", *token.span("string"), False)


def unescape(found: re.Match[str]) -> str:
    """What an escape of JSON says."""
    if found["high"]:
        return str(json.loads(f'"{found[0]}"'))
    return chr(int(found["code"], 16)) if found["code"] else _SIGNS.get(found["sign"], found["sign"])
