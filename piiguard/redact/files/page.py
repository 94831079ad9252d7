"""The edits of a page of rows: what stands in each cell instead of the personal data in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from piiguard.detect import Match
from piiguard.detect.headers import context
from piiguard.detect.leaves import as_tree, place_of
from piiguard.redact.files.column import matches
from piiguard.redact.files.leaves import Leaf, Walk, inner, with_edits
from piiguard.redact.files.tally import Tally
from piiguard.redact.files.written import Edit, Written
from piiguard.redact.redactor import Redactor
from piiguard.redact.settled import settled

__all__ = ["WITHHELD", "clean_column", "replaced"]

WITHHELD = "<cell withheld: piiguard could not redact it>"


def clean_column(
    redactor: Redactor, tally: Tally, name: str, texts: Sequence[str], table: str = ""
) -> dict[str, list[Edit]]:
    """The edits of each different cell that has some, on a page of one column; a cell that cannot be looked at is withheld."""
    try:
        return dict(_Column(redactor, tally, name, table).edits(texts))
    except Exception:  # noqa: BLE001 - whatever it was, a raw cell must not go out
        if len(texts) == 1:
            tally.withheld += 1
            return {texts[0]: [(0, len(texts[0]), WITHHELD)]}
        found: dict[str, list[Edit]] = {}
        for text in texts:
            found |= clean_column(redactor, tally, name, [text], table)
        return found


@dataclass(slots=True)
class _Column:
    redactor: Redactor
    tally: Tally
    name: str
    table: str
    _inside: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    """the texts by their JSON path; None is of those that are the cell itself"""

    def edits(self, texts: Sequence[str]) -> Iterator[tuple[str, list[Edit]]]:
        times = Counter(texts)
        trees = {text: list(_leaves(text)) for text in times}
        for text in texts:
            for path, _, own in trees[text]:
                self._inside[path].append(own.says)
        at = {path: self.redactor.at(place_of(self.table, self.name, path)) for path in self._inside}
        found = {path: matches(at[path], own, self.name, path) for path, own in self._inside.items()}
        for text, parts in trees.items():
            edits: list[Edit] = []
            for path, leaf, own in parts:
                matched = found[path].get(own.says, ())
                words = context(self.name, path)
                new = replaced(at[path], self.tally, own.says, matched, times[text], words)
                if leaf is None:
                    edits += new
                elif new:
                    edits.append((leaf.start, leaf.end, with_edits(leaf, own, new)))
            if edits:
                yield text, edits


def replaced(
    redactor: Redactor,
    tally: Tally,
    text: str,
    found: Sequence[Match],
    times: int = 1,
    words: Sequence[str] = (),
) -> list[Edit]:
    """What is put in place of these matches, and of what is left beside them; ``words`` label the text."""

    def again(left: str) -> Iterator[Edit]:
        return _edits(redactor, tally, left, redactor.matches(left, words), times)

    return settled(text, list(_edits(redactor, tally, text, found, times)), again) if found else []


def _edits(redactor: Redactor, tally: Tally, text: str, found: Sequence[Match], times: int) -> Iterator[Edit]:
    """Line breaks stay: a value over several lines is replaced in each of them."""
    for match in sorted(found, key=lambda match: match.start):
        tally.replaced[match.entity] += times
        start = match.start
        for part in text[match.start : match.end].splitlines(keepends=True):
            if value := part.rstrip("\r\n"):
                yield start, start + len(value), redactor.replacement(match.entity, value)
            start += len(part)


def _leaves(text: str) -> Iterator[tuple[str | None, Leaf | None, Written]]:
    if text.strip() and as_tree(text.rstrip()) is not None:
        for leaf in Walk().leaves(text):
            yield leaf.path, leaf, inner(leaf, text)
    else:
        yield None, None, Written(text, None, str)
