"""One meaning for each place: Presidio lets results of different types overlap freely."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.detect.match import Match
from piiguard.recognizers.checks.taken import Taken

# Between equals the narrower meaning wins: a document's own zone over the numbers inside it,
# a person's number over an organisation's, anything labelled over a bare phone.
RANK = {
    entity: rank
    for rank, entity in enumerate(
        (
            "KZ_MRZ",
            "EMAIL_ADDRESS",
            "IBAN_CODE",
            "KZ_IIN",
            "KZ_BIN",
            "CREDIT_CARD",
            "KZ_ID_CARD",
            "KZ_PASSPORT",
            "KZ_DRIVER_LICENSE",
            "KZ_VEHICLE_PLATE",
            "KZ_PHONE",
            "KZ_DOCUMENT_DATE",
            "KZ_DOCUMENT_ISSUER",
            "KZ_BIC",
            "KZ_ADDRESS",
            "PERSON",
            "KZ_WORKPLACE",
        )
    )
}


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
    rank = RANK.get(match.entity, len(RANK))
    return (-match.score, match.start - match.end, rank, match.entity, match.start)
