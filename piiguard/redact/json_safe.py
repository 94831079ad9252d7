"""Keeps JSON valid: what stands in strings stays in them, and a bare number becomes a string.

Works on a line alone, as JSON strings never go over a line break.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

__all__ = ["JsonLine", "begins_document"]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_KEY_BEFORE = re.compile(r'"[ \t]*:[ \t]*$')
_QUOTE = re.compile(r'\\.|"')
# A string, which the end of a long line may cut, or a number; what stands between them is left as it is.
_TOKEN = re.compile(r'"(?P<string>(?:[^"\\]++|\\.)*+)(?:"|\\?$)|(?P<number>-?[0-9][0-9.eE+-]*)')
_REST = re.compile(r'(?P<string>(?:[^"\\]++|\\.)*+)(?:"|\\?$)')
# a brace alone begins a message of SWIFT and a document of RTF, too
_DOCUMENT = re.compile(rb'\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{\["\]]|$))')
_NEAR = 64  # characters: nobody puts more blanks between a key and its value
_DECODER = json.JSONDecoder()

Make = Callable[[int, int], str]
"""What stands in place of a part of the line."""


class JsonLine:
    """Fits replacements into one line, from left to right.

    ``document`` says that the line is part of a JSON text; ``quoted`` that it begins inside a string, being
    the rest of a line too long to be read at once.
    """

    def __init__(self, line: str, *, document: bool, quoted: bool = False) -> None:
        self._line = line
        self._quoted = quoted
        self._place = 0
        start, end = (0, len(line)) if document else _json_in(line)
        self._tokens = list(_tokens(line, start, end, quoted))
        self._starts = [token[0] for token in self._tokens]
        self._end = end

    def fit(self, start: int, end: int, make: Make) -> Iterator[tuple[int, int, str]]:
        """What to put where, in place of ``line[start:end]``."""
        if not self._tokens or not self._starts[0] <= start < self._end:
            yield start, end, self._outside(start, end, make(start, end))
            return
        first = max(bisect_right(self._starts, start) - 1, 0)
        for number in range(first, len(self._tokens)):
            begin, stop, bare = self._tokens[number]
            if begin >= end:
                break
            if (part := (max(begin, start), min(stop, end))) and part[0] < part[1]:
                new = make(*part)
                if bare:  # the whole number becomes a string, its sign and fraction with it
                    new = json.dumps(self._line[begin : part[0]] + new + self._line[part[1] : stop])
                    part = begin, stop
                yield *part, new

    def in_string(self, place: int) -> bool:
        """Whether a place, not left of the last one asked for, is inside quotation marks."""
        quotes = sum(found == '"' for found in _QUOTE.findall(self._line, self._place, place))
        self._place = place
        self._quoted ^= quotes % 2 == 1
        return self._quoted

    def _outside(self, start: int, end: int, new: str) -> str:
        """A number that seems to be the value of a key, in a line that is no whole JSON."""
        if not _NUMBER.fullmatch(self._line, start, end) or self.in_string(start):
            return new
        after = self._line[end : end + _NEAR].lstrip()
        alone = not after or after[0] in ",}]"
        key = _KEY_BEFORE.search(self._line[max(0, start - _NEAR) : start])
        return json.dumps(new, ensure_ascii=False) if alone and key else new


def begins_document(head: bytes) -> bool:
    """Whether a file looks like JSON from its first bytes; ``[2026-11-21]`` begins a log, ``{1:F01`` a message.

    >>> begins_document(b' [\\n  {'), begins_document(b"[2026-11-21] started"), begins_document(b"{1:F01")
    (True, False, False)
    """
    return bool(_DOCUMENT.match(head))


def _json_in(line: str) -> tuple[int, int]:
    """Where the line holds an object or array, alone or behind what a log puts before it."""
    for start in (len(line) - len(line.lstrip()), line.find("{")):
        if line[start : start + 1] in ("{", "["):
            try:
                return start, _DECODER.raw_decode(line, start)[1]
            except (ValueError, RecursionError):
                continue
    return 0, 0


def _tokens(line: str, start: int, end: int, quoted: bool) -> Iterator[tuple[int, int, bool]]:
    """The insides of strings, and the numbers, in that part of the line."""
    if quoted and end and (rest := _REST.match(line, start, end)):
        yield *rest.span("string"), False
        start = rest.end()
    for token in _TOKEN.finditer(line, start, end):
        bare = token["number"] is not None
        yield *token.span("number" if bare else "string"), bare
