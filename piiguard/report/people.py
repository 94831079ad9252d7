"""The class of operator that follows from how many people it is about, and the people of one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from piiguard.report.messages import Language, say
from piiguard.scan.finding import Finding
from piiguard.scan.people import Count, leader
from piiguard.scan.sketch import IDENTIFIERS

__all__ = ["Size", "people_in", "sentence", "sizes"]

_SMALL, _LARGE = (
    10_000,
    500_000,
)  # people: the most of the small class and the least of the large one, Art. 25-1

Size = Literal["small", "medium", "large"]


def sizes(count: Count) -> tuple[Size, ...]:
    """The classes of operators that this may mean, by number alone: one, or all that its error leaves open.

    >>> sizes(Count(9_900, 0.02)), sizes(Count(12_000)), sizes(Count(12_000, at_least=True))
    (('small', 'medium'), ('medium',), ('medium', 'large'))
    """
    least, most = map(_size, count.ends)
    every = get_args(Size)
    return every[least:] if count.at_least else every[least : most + 1]


def _size(count: int) -> int:
    return (count > _SMALL) + (count >= _LARGE)


def sentence(count: Count, lang: Language) -> str:
    """The number with what it is worth."""
    if count.at_least:
        return say(lang, "people.least", count=count.estimate)
    if count.error:
        return say(lang, "people.count", count=count.estimate, error=round(100 * count.error, 1))
    return say(lang, "people.one", count=count.estimate)


def people_in(findings: Iterable[Finding]) -> int:
    """The different persons of one table or file, by the identifier that leads it; 0 where that is not known."""
    known: dict[str, float] = {}
    for finding in findings:
        if finding.entity in IDENTIFIERS and finding.confidence != "low" and finding.persons is not None:
            known[finding.entity] = max(known.get(finding.entity, 0.0), finding.persons)
    return int(known.get(leader(known), 0))
