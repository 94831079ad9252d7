"""Numbers that need a label, on lines that have none.

Eight digits are a passport's number only beside a word for it, and half of all log lines hold eight digits. Such a
match would be dropped by piiguard's context enhancer; seeing beforehand that no label can stand near it
costs far less than finding, judging and dropping it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from piiguard.detect.candidates import Line
from piiguard.detect.plan import Look, Places, Work
from piiguard.detect.relax import reach
from piiguard.detect.runners import is_plain
from piiguard.recognizers import KzContextEnhancer
from piiguard.recognizers.base import NEEDS_LABEL, Traits
from piiguard.recognizers.evidence import may_be_labelled, shares_labels

LETTERS = bytes(byte if byte > 127 or chr(byte).isalpha() else 32 for byte in range(256))
WORD = re.compile(rb"[0-9A-Za-z+\x80-\xff]")
MOST_BYTES = 4  # of a character
MOST_WORDS = 1 << 17

Spoken = Callable[[], bytes]
NOBODY: frozenset[str] = frozenset()


class LabelGate:
    """Knows which patterns of which recognizers need a label, or the company of another entity."""

    def __init__(
        self,
        recognizers: Sequence[EntityRecognizer],
        enhancer: ContextAwareEnhancer,
        looks: Mapping[int, Look],
    ) -> None:
        self._entities = [frozenset(recognizer.supported_entities) for recognizer in recognizers]
        self._looks = looks
        ours = type(enhancer) is KzContextEnhancer
        self._weak: dict[int, frozenset[int]] = {}
        self._company: dict[int, frozenset[str]] = {}
        self._helpful: dict[int, frozenset[str]] = {}  # entities whose label makes looking worth while
        for index, recognizer in enumerate(recognizers):
            weak = _weak(recognizer) if is_plain(recognizer) else frozenset()
            if ours and weak and isinstance(recognizer, Traits) and shares_labels(recognizer):
                self._weak[index], self._company[index] = weak, recognizer.COMPANY
                self._helpful[index] = recognizer.COMPANY | {recognizer.ENTITY}
        self._widths = {
            number: (reach(*_pattern(recognizers[index], pattern)) or 0) * MOST_BYTES + 1
            for number, (index, pattern) in looks.items()
            if pattern is not None and pattern in self._weak.get(index, ())
        }
        self._silent: set[bytes] = set()  # words known to label nothing
        self._helpers = NOBODY.union(*self._helpful.values())
        self._labels = lru_cache(maxsize=1 << 14)(self._labels_of)

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
        for line in lines:
            hit = {number for _, number in line.hits}
            if not hit <= self._widths.keys() or self._speaks_for(hit, self.spoken(data, line)):
                yield line

    def spoken(self, data: bytes, line: Line) -> bytes:
        """Return the line, and the one above if nothing but signs may precede the first value."""
        found = WORD.search(data, line.start, line.end)
        word = found.start() if found else line.end
        if any(place - self._widths.get(number, place) <= word for place, number in line.hits):
            return data[data.rfind(b"\n", 0, max(line.start - 1, 0)) + 1 : line.end]
        return data[line.start : line.end]

    def _speaks_for(self, hit: Iterable[int], spoken: bytes) -> bool:
        labelled = self._labelled(spoken)
        return bool(labelled) and any(
            not labelled.isdisjoint(self._helpful[self._looks[number][0]]) for number in hit
        )

    def _has_hope(self, index: int, labelled: frozenset[str], sure: frozenset[str]) -> bool:
        return not (labelled.isdisjoint(self._helpful[index]) and sure.isdisjoint(self._company[index]))

    def _labelled(self, spoken: bytes) -> frozenset[str]:
        words = spoken.translate(LETTERS).split()
        labelled = NOBODY
        if self._silent.issuperset(words):
            return labelled
        for word in set(words) - self._silent:
            if found := self._labels(word):
                labelled |= found
            else:
                self._remember(word)
        return labelled

    def _labels_of(self, word: bytes) -> frozenset[str]:
        return may_be_labelled(word.decode("utf-8", "replace")) & self._helpers

    def _remember(self, word: bytes) -> None:
        if len(self._silent) > MOST_WORDS:
            self._silent.clear()
        self._silent.add(word)

    def _is_weak(self, index: int, places: Places | None) -> bool:
        return places is not None and index in self._weak and places.keys() <= self._weak[index]


def _weak(recognizer: EntityRecognizer) -> frozenset[int]:
    patterns: Sequence[Pattern] = getattr(recognizer, "patterns", ())
    return frozenset(
        number
        for number, pattern in enumerate(patterns)
        if pattern.score < NEEDS_LABEL and reach(*_pattern(recognizer, number))
    )


def _pattern(recognizer: EntityRecognizer, number: int) -> tuple[str, int]:
    if not isinstance(recognizer, PatternRecognizer):
        raise TypeError(recognizer)
    patterns: Sequence[Pattern] = recognizer.patterns  # type: ignore[has-type]
    return patterns[number].regex, recognizer.global_regex_flags or 0
