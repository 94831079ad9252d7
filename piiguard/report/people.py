"""How many people it is about: an estimate with both its ends, for the duties that depend on that number.

A table counts as many people as its fullest identifying column has different values, or rows where those are not
known; one line of a file counts as one. One person may stand in several tables and rows, and nothing here compares
values: so the number lies between the largest table and all of them added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from piiguard.entities import CATEGORIES
from piiguard.scan.finding import Finding

__all__ = ["People", "Size", "held", "people", "people_in"]

_SMALL, _MEDIUM = 10_000, 500_000  # people: the classes of Art. 25-1

Size = Literal["small", "medium", "large"]


@dataclass(frozen=True, slots=True)
class People:
    """From the largest place to all places added up."""

    least: int
    most: int

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The classes of operators that this may mean, by number alone: one, or two and what lies between."""
        return get_args(Size)[_size(self.least) : _size(self.most) + 1]


def people(findings: Iterable[Finding]) -> People | None:
    """Count protected places too, since they hold people's data all the same; None where nobody is identified."""
    places: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        places[finding.target, finding.table or finding.file or finding.target].append(finding)
    counts = [count for found in places.values() if (count := people_in(found))]
    return People(max(counts), sum(counts)) if counts else None


def people_in(findings: Iterable[Finding]) -> int:
    """The people of one table or file; 0 where nothing identifies them."""
    known = [(f, place) for f in findings if (place := _identifies(f)) is not None]
    if not known:
        return 0
    # what two columns hold equally often is counted by the one that tells persons apart best
    fullest, _ = max(known, key=lambda pair: (held(pair[0]), -pair[1]))
    return held(fullest) if fullest.distinct is None else min(held(fullest), fullest.distinct)


def _identifies(finding: Finding) -> int | None:
    return None if finding.confidence == "low" else CATEGORIES[finding.category].identifies


def held(finding: Finding) -> int:
    """The rows or lines that hold it, in clear or not."""
    rows = finding.matched if finding.records is None else finding.records
    if finding.protection == "partial" and finding.plain_rows:
        return round(rows * finding.examined / finding.plain_rows)
    return rows


def _size(count: int) -> int:
    return (count > _SMALL) + (count > _MEDIUM)
