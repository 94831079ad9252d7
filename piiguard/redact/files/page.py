"""The edits of a page of rows: what stands in each cell instead of the personal data in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from piiguard.detect import Match
from piiguard.detect.escapes import plain
from piiguard.detect.leaves import as_json
from piiguard.redact.files.column import matches
from piiguard.redact.files.leaves import ESCAPES, Leaf, leaves, unescape
from piiguard.redact.files.tally import Tally
from piiguard.redact.files.written import Edit, Written
from piiguard.redact.redactor import Redactor

__all__ = ["WITHHELD", "clean_column"]

WITHHELD = "<cell withheld: piiguard could not redact it>"


def clean_column(redactor: Redactor, tally: Tally, name: str, texts: Sequence[str]) -> dict[str, list[Edit]]:
    """The edits of each different cell that has some, on a page of one column; a cell that cannot be looked at is withheld."""
    try:
        return dict(_Column(redactor, tally, name).edits(texts))
    except Exception:  # noqa: BLE001 - whatever it was, a raw cell must not go out
        if len(texts) == 1:
            tally.withheld += 1
            return {texts[0]: [(0, len(texts[0]), WITHHELD)]}
        found: dict[str, list[Edit]] = {}
        for text in texts:
            found |= clean_column(redactor, tally, name, [text])
        return found


@dataclass(slots=True)
class _Column:
    redactor: Redactor
    tally: Tally
    name: str
    _inside: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    """the texts by their JSON path; None is of those that are the cell itself"""

    def edits(self, texts: Sequence[str]) -> Iterator[tuple[str, list[Edit]]]:
        trees = {text: list(_leaves(text)) for text in dict.fromkeys(texts)}
        for text in texts:
            for path, _, inner in trees[text]:
                self._inside[path].append(inner.says)
        found = {path: matches(self.redactor, own, self.name, path) for path, own in self._inside.items()}
        counts = dict.fromkeys(trees, 0)
        for text in texts:
            counts[text] += 1
        for text, parts in trees.items():
            edits = [
                edit
                for path, leaf, inner in parts
                for edit in self._of_leaf(leaf, inner, found[path].get(inner.says, ()), counts[text])
            ]
            if edits:
                yield text, edits

    def _of_leaf(
        self, leaf: Leaf | None, inner: Written, found: Sequence[Match], times: int
    ) -> Iterator[Edit]:
        own = list(self._replaced(inner.says, found, times))
        if leaf is None:
            yield from own
        elif own:
            new = inner.with_edits(own, _in_string)
            yield leaf.start, leaf.end, f'"{new}"' if leaf.bare else new

    def _replaced(self, text: str, found: Sequence[Match], times: int) -> Iterator[Edit]:
        """Line breaks stay: a value over several lines is replaced in each of them."""
        for match in sorted(found, key=lambda match: match.start):
            self.tally.replaced[match.entity] += times
            start = match.start
            for part in text[match.start : match.end].splitlines(keepends=True):
                value = part.rstrip("\r\n")
                if value:
                    yield start, start + len(value), self.redactor.replacement(match.entity, value)
                start += len(part)


def _leaves(text: str) -> Iterator[tuple[str | None, Leaf | None, Written]]:
    if text.strip() and as_json(text.rstrip()) is not None:
        for leaf in leaves(text):
            yield leaf.path, leaf, Written(text[leaf.start : leaf.end], ESCAPES, unescape)
    else:
        yield None, None, Written(text, None, unescape)


def _in_string(new: str) -> str:
    return plain(new) if '"' in new or "\\" in new else new
