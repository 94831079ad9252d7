"""Finds the columns of a large table whose words need no second look.

Names and addresses cost a hundred times what numbers cost. A column that a sample shows to hold nothing but
names is a column of names; what is left to look for in its other rows is everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from piiguard.scan.judge import judge
from piiguard.scan.observe import Place
from piiguard.scan.statistics import Partials, Statistics
from piiguard.scan.words import NAMES, WORDS

__all__ = ["LARGE", "SAMPLE", "Rhythm", "places", "told"]

LARGE = 50_000
"""Rows from which a sample first is cheaper."""
SAMPLE = 2_000
HEAD = 10_000
STRETCH = 1_000
EVERY = 64
"""Of a stream, its first ``HEAD`` rows and then one stretch in ``EVERY`` are searched for words."""


@dataclass(slots=True)
class Rhythm:
    """Which rows of a stream are searched for words: it has no sample to begin with, and it may change on its way.

    What the rows that are searched show settles a place until the next stretch of them. Only row numbers decide which
    these are, so that the same stream is always read alike.
    """

    thorough: bool = False
    """whether every row is searched for words, and none is settled"""
    rows: int = 0
    settled: frozenset[Place] = frozenset()

    def now(self) -> frozenset[Place]:
        """The places that are settled for the next rows."""
        return frozenset() if self._searching else self.settled

    def read(self, rows: int, partials: Partials) -> None:
        """Count the rows that were read, and settle what they told."""
        searched = self._searching
        self.rows += rows
        if searched and not self._searching:
            now = (place for place, statistics in partials.items() if _settled(*place, statistics))
            self.settled = frozenset(now)

    @property
    def _searching(self) -> bool:
        return self.thorough or self.rows < HEAD or self.rows // STRETCH % EVERY == 0


def told(sample: Partials, *, thorough: bool = False) -> Partials:
    """What a sample says about words, and nothing else of it: its rows are read again, all of them if ``thorough``."""
    return {
        place: _words(statistics, not thorough and _settled(*place, statistics))
        for place, statistics in sample.items()
    }


def places(partials: Partials) -> frozenset[Place]:
    """The places where nothing but other entities is left to look for."""
    return frozenset(place for place, statistics in partials.items() if statistics.asked)


def _settled(column: str, path: str | None, statistics: Statistics) -> bool:
    return statistics.asked >= SAMPLE // 10 and any(
        verdict.entity in WORDS and verdict.confidence == "high" and verdict.matched >= 0.8 * verdict.examined
        for verdict in judge(column, path, statistics)
    )


def _words(statistics: Statistics, settled: bool) -> Statistics:
    """What was learned about whole names, and of a settled place about all words."""
    wanted = WORDS if settled else frozenset[str]()
    kept = {c: tally for c, tally in statistics.tallies.items() if c in wanted or c == NAMES}
    return Statistics(
        asked=statistics.asked if settled else 0,
        offered=statistics.offered,
        texts=statistics.texts,
        named=statistics.named,
        points=statistics.points,
        tallies=kept,
    )
