"""Which patterns the prefilter gets, and which recognizer a hit stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import regex
from presidio_analyzer import EntityRecognizer, PatternRecognizer

from piiguard.detect import charset
from piiguard.detect.prefilter import Hit
from piiguard.detect.relax import NotRelaxable, relaxed
from piiguard.detect.runners import is_plain, name_of

RARE = 0  # the pattern whose hit makes every recognizer look

Places = dict[int, list[int]]  # pattern of a recognizer → where it may end
Work = dict[int, Places | None]  # recognizer → the patterns to try, or None for all of it
Look = tuple[int, int | None]  # recognizer and pattern, or None for all its patterns


@dataclass(slots=True)
class Plan:
    """The patterns by number, and for each number what a hit asks for.

    ``exact`` is whether the places of hits are known, or only the texts.
    """

    recognizers: Sequence[EntityRecognizer]
    exact: bool = True
    patterns: dict[int, bytes] = field(default_factory=dict)
    looks: dict[int, Look] = field(default_factory=dict)
    always: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def work(self, hits: Iterable[Hit]) -> Work:
        """Collect which recognizers to run for these hits, and where."""
        chosen: Work = dict.fromkeys(self.always)
        for place, number in hits:
            if number == RARE:
                return self.everything()
            index, pattern = self.looks[number]
            if pattern is None:
                chosen[index] = None
                continue
            places = chosen.setdefault(index, {})
            if places is not None:
                ends = places.setdefault(pattern, [])
                if self.exact:
                    ends.append(place)
        return chosen

    def everything(self) -> Work:
        return dict.fromkeys(range(len(self.recognizers)))

    def numbers(self, indices: Collection[int]) -> frozenset[int]:
        """Return the patterns whose hits ask for one of these recognizers."""
        return frozenset({RARE, *(number for number, look in self.looks.items() if look[0] in indices)})

    def run_always(self, index: int, reason: str) -> None:
        """Give up prefiltering a recognizer: every text is looked at."""
        self.always.add(index)
        for number in [number for number, look in self.looks.items() if look[0] == index]:
            del self.patterns[number], self.looks[number]
        self.notes.append(f"{name_of(self.recognizers[index])}: runs on every line, since {reason}")

    def refuse(self, numbers: frozenset[int]) -> None:
        """Take back the patterns that the engine cannot compile."""
        for index in sorted({self.looks[number][0] for number in numbers if number in self.looks}):
            self.run_always(index, "the fast engine cannot compile its patterns")

    def add(self, index: int) -> None:
        try:
            derived = _derived(self.recognizers[index])
        except NotRelaxable as reason:
            self.run_always(index, str(reason))
            return
        for pattern, tried in derived:
            number = max(self.looks, default=RARE) + 1
            self.patterns[number], self.looks[number] = pattern, (index, tried)


def plan(recognizers: Sequence[EntityRecognizer]) -> Plan:
    """Derive a prefilter pattern from each pattern of each recognizer, or from its ``PREFILTER``."""
    made = Plan(recognizers)
    for index in range(len(recognizers)):
        made.add(index)
    if made.patterns:
        made.patterns[RARE] = charset.rare()
    return made


def _derived(recognizer: EntityRecognizer) -> list[tuple[bytes, int | None]]:
    """Relax the patterns where they are all there is, for each stands for itself; else what is declared."""
    declared: tuple[str, ...] | None = getattr(recognizer, "PREFILTER", None)
    patterns = getattr(recognizer, "patterns", ())
    if declared == ():
        raise NotRelaxable("it says so")
    if not isinstance(recognizer, PatternRecognizer) and declared is None:
        raise NotRelaxable("it has no patterns and no PREFILTER")
    if not is_plain(recognizer) and not hasattr(recognizer, "PREFILTER"):
        raise NotRelaxable("it has an analyze of its own and no PREFILTER")
    if declared and not (is_plain(recognizer) and _relaxable(recognizer)):
        return [(relaxed(pattern, regex.IGNORECASE), None) for pattern in declared]
    flags = getattr(recognizer, "global_regex_flags", 0) or 0
    tried = is_plain(recognizer)
    return [(relaxed(each.regex, flags), place if tried else None) for place, each in enumerate(patterns)]


def _relaxable(recognizer: EntityRecognizer) -> bool:
    flags = getattr(recognizer, "global_regex_flags", 0) or 0
    try:
        return all(relaxed(pattern.regex, flags) for pattern in getattr(recognizer, "patterns", ()))
    except NotRelaxable:
        return False
