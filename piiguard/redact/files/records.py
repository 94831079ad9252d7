"""Clean copies of JSON documents: each value is told by its path, and written as it was escaped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from piiguard.detect import Match
from piiguard.detect.headers import context
from piiguard.redact.files.column import matches
from piiguard.redact.files.leaves import Leaf, Walk, inner, with_edits
from piiguard.redact.files.page import WITHHELD, replaced
from piiguard.redact.files.tally import Tally
from piiguard.redact.files.text import clean_text
from piiguard.redact.redactor import Redactor

__all__ = ["clean_records"]

_PIECE = 1 << 20
_MOST = 1 << 24
"""Characters of one string that are held at once; what is longer is redacted as text."""


def clean_records(read: Callable[[int], str], redactor: Redactor, tally: Tally) -> Iterator[str]:
    """The text of a document without personal data, a piece at a time; what is no JSON in it is redacted as text."""
    walk, rest, more = Walk(), "", True
    while more:
        piece = read(_PIECE)
        more, text = bool(piece), rest + piece
        found = list(walk.leaves(text, final=not more))
        done = walk.done if more and (walk.done or len(text) < _MOST) else len(text)
        clean = _Piece(redactor, tally, text[:done]).clean(found)
        yield clean_text(clean, redactor, tally) if walk.broken or not walk.done else clean
        rest = text[done:]


@dataclass(slots=True)
class _Piece:
    """Some of a document, as it is written."""

    redactor: Redactor
    tally: Tally
    text: str
    _by_path: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def clean(self, found: Sequence[Leaf]) -> str:
        """The piece with its leaves redacted."""
        written = [inner(leaf, self.text) for leaf in found]
        for leaf, own in zip(found, written, strict=True):
            self._by_path[leaf.path].append(own.says)
        known = {path: self._matches(path, texts) for path, texts in self._by_path.items()}
        parts, done = [], 0
        for leaf, own in zip(found, written, strict=True):
            parts.append(self.text[done : leaf.start])
            done = leaf.end
            matched = known[leaf.path].get(own.says, [])
            if matched is None:
                self.tally.withheld += 1
                parts.append(with_edits(leaf, own, [(0, len(own.says), WITHHELD)]))
            else:
                redactor = self.redactor.at(leaf.path)
                edits = replaced(redactor, self.tally, own.says, matched, words=context("", leaf.path))
                parts.append(with_edits(leaf, own, edits) if edits else self.text[leaf.start : leaf.end])
        return "".join([*parts, self.text[done:]])

    def _matches(self, path: str, texts: list[str]) -> dict[str, list[Match] | None]:
        """The matches by text; None for one that cannot be looked at."""
        try:
            return {**matches(self.redactor.at(path), texts, "", path)}
        except Exception:  # noqa: BLE001 - whatever it was, a raw value must not go out
            if len(texts) == 1:
                return {texts[0]: None}
            found: dict[str, list[Match] | None] = {}
            for text in texts:
                found |= self._matches(path, [text])
            return found
