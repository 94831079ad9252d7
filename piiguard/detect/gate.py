"""Numbers that need a label, on lines that have none.

Eight digits are a passport's number only beside a word for it, and half of all log lines hold eight digits. Such a
match would be dropped by piiguard's own judge; seeing beforehand that no label can stand near it
costs far less than finding, judging and dropping it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from piiguard.detect import candidates
from piiguard.detect.candidates import Line
from piiguard.detect.plan import Places, Plan, Work
from piiguard.recognizers.above import LEAD, MOST
from piiguard.recognizers.base import NEEDS_LABEL, Rule
from piiguard.recognizers.evidence import may_label, owners, shares_labels
from piiguard.recognizers.labels import MayLabel

LETTERS = bytes(byte if byte > 127 or chr(byte).isalpha() else 32 for byte in range(256))
MOST_BYTES = 4  # of a character
MOST_WORDS = 1 << 17
MOST_SAID = 1 << 12

Spoken = Callable[[], bytes]
NOBODY: frozenset[str] = frozenset()
NOBODY_GOES_ON: frozenset[int] = frozenset()


class LabelGate:
    """Knows which patterns of which rules need a label, or the company of another entity."""

    def __init__(self, made: Plan, drops_weak: bool) -> None:
        """``drops_weak`` is whether what needs a label and has none is dropped: what our own judge does."""
        self._looks = made.looks
        self._entities = [frozenset(rule.entities) for rule in made.rules]
        self._weak = _weak(made) if drops_weak else {}
        self._company = {index: _company(made.rules[index]) for index in self._weak}
        # entities whose label makes looking worth while
        self._helpful = {
            index: made.rules[index].company | owners(made.rules[index]) for index in self._company
        }
        self._widths = {
            number: made.reaches[number] * MOST_BYTES + 1
            for number, (index, pattern) in made.looks.items()
            if pattern is not None and pattern in self._weak.get(index, ())
        }
        self._silent: set[bytes] = set()  # words known to label nothing
        self._helpers = NOBODY.union(*self._helpful.values())
        self._labels = lru_cache(maxsize=1 << 14)(self._labels_of)
        # a log says the same again and again: both are few, and asked for on every line
        self._said: dict[frozenset[bytes], frozenset[str]] = {}
        self._wanted: dict[frozenset[int], frozenset[str] | None] = {}

    def passed(self, work: Work, spoken: Spoken) -> Work:
        """Leave out what cannot stand; ``spoken`` gives the bytes in which a label would count."""
        weak = {index for index, places in work.items() if self._is_weak(index, places)}
        if not weak:
            return work
        labelled = self._labelled(spoken())
        sure = NOBODY.union(*(self._entities[index] for index in work if index not in weak))
        # what one match makes sure may make the next one sure: number, then the date beside it
        while hopeful := {index for index in weak if self._has_hope(index, labelled, sure)}:
            sure = sure.union(*(self._entities[index] for index in hopeful))
            weak -= hopeful
        return {index: places for index, places in work.items() if index not in weak}

    def promising(self, data: bytes, lines: Iterable[Line]) -> Iterator[Line]:
        """Leave out the lines of a block on which all hits are weak and no word labels what they could be."""
        wanted = self._wanted
        for line in lines:
            hit = frozenset([number for _, number in line.hits])
            labels = wanted.get(hit, NOBODY)  # no hit is helped by nobody: it is not known yet
            if labels is NOBODY:
                labels = self._want(hit)
            if labels is None or not self._labelled(self.spoken(data, line)).isdisjoint(labels):
                yield line

    def spoken(self, data: bytes, line: Line) -> bytes:
        """Return the line, and those above that may label the first value."""
        start, end = line.start, line.end
        found, widths = LEAD.match(data, start, end), self._widths
        lead = found.end() if found else start
        for place, number in line.hits:
            if place - widths.get(number, place) <= lead:
                field = data.find(b":", start, lead) >= 0 or data.find(b"=", start, lead) >= 0
                return data[candidates.above_start(data, start, MOST if field else 1) : end]
        return data[start:end]

    def _want(self, hit: frozenset[int]) -> frozenset[str] | None:
        """Say for these patterns which labels would help, or None if one of them needs no label."""
        weak = hit <= self._widths.keys()
        helpful = (self._helpful[self._looks[number][0]] for number in hit)
        labels = NOBODY.union(*helpful) if weak else None
        if len(self._wanted) > MOST_SAID:
            self._wanted.clear()
        self._wanted[hit] = labels
        return labels

    def _has_hope(self, index: int, labelled: frozenset[str], sure: frozenset[str]) -> bool:
        return not (labelled.isdisjoint(self._helpful[index]) and sure.isdisjoint(self._company[index]))

    def _labelled(self, spoken: bytes) -> frozenset[str]:
        words = frozenset(spoken.translate(LETTERS).split()) - self._silent
        if not words:
            return NOBODY
        known = self._said.get(words)
        return self._say(words) if known is None else known

    def _say(self, words: frozenset[bytes]) -> frozenset[str]:
        """Say what these words label together, and remember it."""
        said = [self._labels(word) for word in words]
        labelled = NOBODY.union(*(each.alone for each in said))
        if any(each.begins for each in said):
            # "id" is a label before "card"; "request_id" on a line without that word is none
            goes_on = NOBODY_GOES_ON.union(*(each.goes_on for each in said))
            for each in said:
                for number in goes_on.intersection(each.begins):
                    labelled |= each.begins[number]
        if len(self._said) > MOST_SAID:
            self._said.clear()
        self._said[words - self._silent] = labelled
        return labelled

    def _labels_of(self, word: bytes) -> MayLabel:
        found = may_label(word.decode("utf-8", "replace"))
        begins = {number: helped for number, own in found.begins.items() if (helped := own & self._helpers)}
        if not (begins or found.goes_on or found.alone & self._helpers):
            self._remember(word)
        return MayLabel(found.alone & self._helpers, begins, found.goes_on)

    def _remember(self, word: bytes) -> None:
        if len(self._silent) > MOST_WORDS:
            self._silent.clear()
        self._silent.add(word)

    def _is_weak(self, index: int, places: Places | None) -> bool:
        return places is not None and index in self._weak and places.keys() <= self._weak[index]


def _company(rule: Rule) -> frozenset[str]:
    return rule.company | rule.close.keys()


def _weak(made: Plan) -> dict[int, frozenset[int]]:
    """By rule, the patterns that need a label, and of which it is known how far they reach."""
    weak: dict[int, set[int]] = {}
    for number, (index, pattern) in made.looks.items():
        rule = made.rules[index]
        if pattern is None or rule.keeps_weak or not shares_labels(rule):
            continue
        if number in made.reaches and rule.patterns[pattern].score < NEEDS_LABEL:
            weak.setdefault(index, set()).add(pattern)
    return {index: frozenset(patterns) for index, patterns in weak.items()}
