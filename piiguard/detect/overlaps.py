"""One meaning for each place: Presidio lets results of different types overlap freely."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from operator import attrgetter

from piiguard import entities
from piiguard.detect.match import Found, Match
from piiguard.recognizers.checks.taken import Taken

_RANK = {row.name: rank for rank, row in enumerate(entities.ENTITIES)}


def resolve(matches: Iterable[Match]) -> list[Match]:
    """Keep the matches that do not overlap a better one, in order of their place.

    Better is: the higher score, then the longer span, then the narrower entity.

    >>> resolve([Match("KZ_PHONE", 3, 14, 0.5), Match("KZ_IIN", 2, 14, 0.85)])
    [Match(entity='KZ_IIN', start=2, end=14, score=0.85)]
    """
    placed = sorted(matches, key=_start)
    if not any(map(_meet, placed, islice(placed, 1, None))):
        return placed
    ranked = sorted(placed, key=_order)
    taken = Taken(max(match.end for match in ranked))
    return sorted((match for match in ranked if taken.take(match.start, match.end)), key=_start)


def widest(found: list[Found]) -> list[Found]:
    """Without what lies inside of the same, or of something surer: a part of it, in a reading that takes it apart."""
    kept: list[Found] = []
    over: list[Found] = []
    for match, start, end in sorted(found, key=lambda each: (each[1], -each[2], -each[0].score)):
        over = [each for each in over if each[2] > start]
        if not any(
            each.entity == match.entity or each.score >= match.score for each, _, last in over if last >= end
        ):
            kept.append((match, start, end))
            over.append(kept[-1])
    return kept


def _meet(match: Match, later: Match) -> bool:
    return later.start < match.end or match.start >= match.end


_start = attrgetter("start")


def _order(match: Match) -> tuple[float, int, int, str, int]:
    rank = _RANK.get(match.entity, len(_RANK))
    return (-match.score, match.start - match.end, rank, match.entity, match.start)
