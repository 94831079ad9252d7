"""One meaning for each place: Presidio lets results of different types overlap freely."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard import entities
from piiguard.detect.match import Match
from piiguard.recognizers.checks.taken import Taken

_RANK = {row.name: rank for rank, row in enumerate(entities.ENTITIES)}


def resolve(matches: Iterable[Match]) -> list[Match]:
    """Keep the matches that do not overlap a better one, in order of their place.

    Better is: the higher score, then the longer span, then the narrower entity.

    >>> resolve([Match("KZ_PHONE", 3, 14, 0.5), Match("KZ_IIN", 2, 14, 0.85)])
    [Match(entity='KZ_IIN', start=2, end=14, score=0.85)]
    """
    ranked = sorted(matches, key=_order)
    if len(ranked) < 2:
        return ranked
    taken = Taken(max(match.end for match in ranked))
    return sorted((match for match in ranked if taken.take(match.start, match.end)), key=_start)


def _start(match: Match) -> int:
    return match.start


def _order(match: Match) -> tuple[float, int, int, str, int]:
    rank = _RANK.get(match.entity, len(_RANK))
    return (-match.score, match.start - match.end, rank, match.entity, match.start)
