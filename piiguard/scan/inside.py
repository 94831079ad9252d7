"""How sure it is what texts hold: a label speaks for a value however rare it is, and many cells for what none of them proves."""

from __future__ import annotations

from piiguard.confidence import MEDIUM, Confidence
from piiguard.detect.cell import entity_of
from piiguard.entities import KZ_BIN, KZ_IIN
from piiguard.scan.chance import CERTAIN, CHANCE, CHECKED, evidence, tail
from piiguard.scan.statistics import Statistics, Tally
from piiguard.scan.words import WORDS

__all__ = ["confidence"]

_OF_A_TEXT = 2
"""Numbers that a text may hold, of which any may pass by luck."""


def confidence(
    entity: str, statistics: Statistics, tally: Tally, share: float, hints: frozenset[str]
) -> Confidence | None:
    """Of an entity that a ``share`` of the searched texts holds; ``hints`` are those that the name of the column promises."""
    if entity in (KZ_IIN, KZ_BIN) and not tally.strong:
        # scores below medium are of digits in groups, of which longer numbers have several
        longer = (alike.cells for size, alike in statistics.numbers.items() if size > 12 and not tally.fair)
        luck = tail(max(statistics.twelve + sum(longer), tally.cells), tally.cells, 0.01)
        return "medium" if luck < 1e-4 else "low" if luck < 1e-2 else None
    if entity in CHECKED:
        if tally.strong:
            return "high"
        return "medium" if tally.best[0] >= MEDIUM or _no_luck(entity, statistics, tally) else "low"
    if share >= 0.5 and (tally.strong >= 3 or entity in hints):
        return "high"
    if 2 * tally.fair >= max(1, statistics.asked if entity in WORDS else statistics.examined):
        return "medium"
    if tally.strong >= 3 and share >= 0.02:
        return "high" if entity in hints or share >= 0.2 else "medium"
    if tally.strong >= (3 if entity in WORDS else 1) or (entity in hints and tally.best[0] >= MEDIUM):
        return "medium"
    return "low"


def _no_luck(entity: str, statistics: Statistics, tally: Tally) -> bool:
    """Whether more different texts hold it than would if its numbers passed their check by luck: two bare phones in each
    cell, of which none alone says what it is."""
    forms = [chance for claim, chance in CHANCE.items() if entity_of(claim) == entity]
    held = Tally(whole=tally.inside, distinct=tally.texts)
    return bool(forms) and evidence(statistics, [held], _OF_A_TEXT * max(forms)) < CERTAIN
