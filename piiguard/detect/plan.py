"""Which patterns the prefilter gets, and which rule a hit stands for."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from piiguard import __version__, clock
from piiguard.detect import cache, charset, relax
from piiguard.detect.prefilter import Hit
from piiguard.detect.relax import IGNORECASE, NotRelaxable, reach, relaxed
from piiguard.recognizers.base import Rule

KIND = "plan"
WORTH = 0.05  # seconds of deriving: what takes less is derived each time
RARE = 0  # the pattern whose hit makes every rule look

Places = dict[int, list[int]]  # pattern of a rule → where it may end
Work = dict[int, Places | None]  # rule → the patterns to try, or None for all of it
Look = tuple[int, int | None]  # rule and pattern, or None for all its patterns


@dataclass(slots=True)
class Plan:
    """The patterns by number, and for each number what a hit asks for.

    ``reaches`` are the characters that a pattern of one place spans at most. ``exact`` is whether the places of hits are
    known, or only the texts.
    """

    rules: Sequence[Rule]
    exact: bool = True
    patterns: dict[int, bytes] = field(default_factory=dict)
    looks: dict[int, Look] = field(default_factory=dict)
    reaches: dict[int, int] = field(default_factory=dict)
    always: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def work(self, hits: Iterable[Hit]) -> Work:
        """Collect which rules to run for these hits, and where."""
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
        return dict.fromkeys(range(len(self.rules)))

    def numbers(self, indices: Collection[int]) -> frozenset[int]:
        """Return the patterns whose hits ask for one of these rules."""
        return frozenset({RARE, *(number for number, look in self.looks.items() if look[0] in indices)})

    def run_always(self, index: int, reason: str) -> None:
        """Give up prefiltering a rule: every text is looked at."""
        self.always.add(index)
        for number in [number for number, look in self.looks.items() if look[0] == index]:
            del self.patterns[number], self.looks[number]
            self.reaches.pop(number, None)
        self.notes.append(f"{self.rules[index].name}: runs on every line, since {reason}")

    def refuse(self, numbers: frozenset[int]) -> None:
        """Take back the patterns that the engine cannot compile."""
        for index in sorted({self.looks[number][0] for number in numbers if number in self.looks}):
            self.run_always(index, "the fast engine cannot compile its patterns")

    def add(self, index: int) -> None:
        rule = self.rules[index]
        try:
            derived = _derived(rule)
        except NotRelaxable as reason:
            self.run_always(index, str(reason))
            return
        for pattern, tried in derived:
            number = max(self.looks, default=RARE) + 1
            self.patterns[number], self.looks[number] = pattern, (index, tried)
            if tried is not None and (width := reach(rule.patterns[tried].regex, rule.flags)):
                self.reaches[number] = width


def plan(rules: Sequence[Rule]) -> Plan:
    """Derive a prefilter pattern from each pattern of each rule, or from its ``prefilter``.

    What was derived is kept between runs: reading three hundred patterns with Python's parser takes half a second.
    """
    key = _key(rules)
    if (kept := cache.read(key, KIND)) is not None:
        return _loaded(rules, kept)
    started = clock.monotonic()
    made = Plan(rules)
    for index in range(len(rules)):
        made.add(index)
    if made.patterns:
        made.patterns[RARE] = charset.rare()
    if clock.monotonic() - started >= WORTH:
        cache.write(key, KIND, _dumped(made))
    return made


def _key(rules: Sequence[Rule]) -> Any:
    """A hash of all that a plan is made of: the rules, and the code that reads them."""
    key = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for module in (relax, charset):
        with suppress(OSError):
            key.update(Path(str(module.__file__)).read_bytes())
    for rule in rules:
        patterns = [(pattern.regex, pattern.score) for pattern in rule.patterns]
        key.update(
            repr((rule.name, rule.plain, rule.flags, rule.prefilter, patterns)).encode("utf-8", "replace")
        )
    return key


def _dumped(made: Plan) -> bytes:
    patterns = [(number, pattern.decode("latin-1")) for number, pattern in made.patterns.items()]
    looks = [(number, *look) for number, look in made.looks.items()]
    return json.dumps((patterns, looks, list(made.reaches.items()), sorted(made.always), made.notes)).encode()


def _loaded(rules: Sequence[Rule], kept: bytes) -> Plan:
    patterns, looks, reaches, always, notes = json.loads(kept)
    return Plan(
        rules,
        patterns={number: pattern.encode("latin-1") for number, pattern in patterns},
        looks={number: (index, tried) for number, index, tried in looks},
        reaches=dict(reaches),
        always=set(always),
        notes=notes,
    )


def _derived(rule: Rule) -> list[tuple[bytes, int | None]]:
    """Relax the patterns where they are all there is, for each stands for itself; else what is declared."""
    if rule.prefilter == ():
        raise NotRelaxable("it says so")
    if rule.prefilter and not (rule.plain and _relaxable(rule)):
        return [(relaxed(pattern, IGNORECASE), None) for pattern in rule.prefilter]
    if not rule.patterns:
        raise NotRelaxable("it has neither patterns alone nor a PREFILTER")
    return [
        (relaxed(each.regex, rule.flags), place if rule.plain else None)
        for place, each in enumerate(rule.patterns)
    ]


def _relaxable(rule: Rule) -> bool:
    try:
        return all(relaxed(pattern.regex, rule.flags) for pattern in rule.patterns)
    except NotRelaxable:
        return False
