r"""The values inside a text that is JSON, each with its path and the place where it is written.

>>> text = '{"client": {"iin": 50312300015, "docs": ["N1", true]}}'
>>> [(leaf.path, text[leaf.start : leaf.end], leaf.bare) for leaf in Walk().leaves(text)]
[('$.client.iin', '50312300015', True), ('$.client.docs[*]', 'N1', False)]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from piiguard.detect.leaves import step
from piiguard.detect.numbers import plain_number
from piiguard.redact.files.written import Edit, Written
from piiguard.redact.fitted import plain

__all__ = ["Leaf", "Walk", "inner", "with_edits"]

_TOKEN = re.compile(
    r'"(?P<string>(?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|(?P<number>-?[0-9][0-9.eE+-]*)|[{}\[\],:]', re.DOTALL
)
_BETWEEN = re.compile(r"[\s\0\ufeff]*+(?:(?:true|false|null)[\s\0]*+)?")
_ESCAPES = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB]..)\\u(?P<low>[dD][c-fC-F]..)|u(?P<code>[0-9a-fA-F]{4})|(?P<sign>.))",
    re.DOTALL,
)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string without its quotation marks, or a ``bare`` number."""

    path: str
    start: int
    end: int
    bare: bool


@dataclass(slots=True)
class Walk:
    """How deep a text of JSON was entered; it may come in pieces.

    ``done`` is where the last token of a piece ends, and ``broken`` says that something else stands between them.
    """

    done: int = 0
    broken: bool = False
    _inside: list[tuple[str, bool]] = field(default_factory=list)
    _key: str | None = None

    def leaves(self, text: str, *, final: bool = True) -> Iterator[Leaf]:
        """The strings and numbers, in their order; keys that are values themselves, too.

        Unless it is ``final``, a token that touches the end of the text is left for the next piece.
        """
        self.done, self.broken = 0, False
        for token in _TOKEN.finditer(text):
            if not final and token.end() == len(text):
                return
            self.broken = self.broken or not _BETWEEN.fullmatch(text, self.done, token.start())
            self.done = token.end()
            if (leaf := self._leaf(token)) is not None:
                yield leaf
        self.broken = self.broken or (final and not _BETWEEN.fullmatch(text, self.done))

    def _leaf(self, token: re.Match[str]) -> Leaf | None:
        sign = token[0]
        outer, is_list = self._inside[-1] if self._inside else ("$", True)
        path = outer if self._key is None else outer + step(self._key)
        if token["number"] is not None:
            return Leaf(path, *token.span(), True)
        if token["string"] is not None:
            if is_list or self._key is not None:
                return Leaf(path, *token.span("string"), False)
            self._key = Written(token["string"], _ESCAPES, _meant).says
            return Leaf(f"{outer}.*", *token.span("string"), False) if step(self._key) == ".*" else None
        if sign in "{[":
            self._inside.append((path + "[*]", True) if sign == "[" else (path, False))
        elif sign in "}]":
            del self._inside[-1:]
        if sign != ":":
            self._key = None
        return None


def inner(leaf: Leaf, text: str) -> Written:
    """What a leaf says; a number is told by its digits."""
    written = text[leaf.start : leaf.end]
    return Written(plain_number(written), None, str) if leaf.bare else Written(written, _ESCAPES, _meant)


def with_edits(leaf: Leaf, own: Written, edits: Sequence[Edit]) -> str:
    """What stands in place of a leaf; a number becomes a string."""
    new = own.with_edits(edits, _in_string)
    return f'"{new}"' if leaf.bare else new


def _in_string(new: str) -> str:
    return plain(new) if '"' in new or "\\" in new else new


def _meant(found: re.Match[str]) -> str:
    if found["high"]:
        return str(json.loads(f'"{found[0]}"'))
    return chr(int(found["code"], 16)) if found["code"] else _SIGNS.get(found["sign"], found["sign"])
