"""Authorities that issue identity documents in Kazakhstan.

The Ministry of Internal Affairs (МВД РК, ҚР ІІМ) and, on older cards, the Ministry of Justice (МЮ РК, ҚР ӘМ).
Source: the choices that public forms of the republic offer.

>>> validate("М.В.Д.  РК"), validate("ҚР ІІМ"), validate("Министерством юстиции"), validate("MYU RK")
('МВД РК', 'МВД РК', 'МЮ РК', 'МЮ РК')
>>> is_valid("МВД РФ")
False
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import BLANKS, INVISIBLE
from piiguard.recognizers.checks.exceptions import InvalidComponent, passes
from piiguard.recognizers.checks.later import later

__all__ = ["Issuer", "compact", "format", "is_valid", "parse", "validate"]

Ministry = Literal["internal affairs", "justice"]

_IGNORED = later(f'[{BLANKS}{INVISIBLE}.,()"«»-]+')
_FOLD = str.maketrans("әғқңөұүһіёabcehkmoptxyi", "агкноуухиеавсенкмортхуи")
_INTERNAL = later(
    r"мвд(?:рк|республик[иа]казахстана?)?|(?:кр)?ии?м\w{0,4}|министерств\w{1,3}внутреннихдел\w*"
)
_JUSTICE = later(r"мю(?:рк|республик[иа]казахстана?)?|крам\w{0,4}|министерств\w{1,3}юстиции\w*")
_KAZAKH = later(r"(?:казакстанреспубликас\w*|кр)?(?:(ишки(?:истер)?министрлиг\w*)|(адилетминистрлиг\w*))")
_ENGLISH = later(
    r"(?:mia|iim|(?:the)?ministryofinternalaffairs|(moj|(?:the)?ministryofjustice))(?:of)?(?:the)?(?:rk|kz|qr|kr|republicofkazakhstan|kazakhstan)?"
)
_LATIN = later(r"(?:qr|kr)(?:iim|(am|adm))|mvdrk|(m[yji]urk)")


@dataclass(frozen=True, slots=True)
class Issuer:
    """The ministry, whatever the language."""

    ministry: Ministry


@emptied
def compact(number: str) -> str:
    """Drop blanks, dots and brackets and write in lower case."""
    return _IGNORED.sub("", number).casefold()


@emptied
def validate(number: str) -> str:
    """Return the usual abbreviation, or raise :class:`InvalidNumber`."""
    return format(number)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether it names one of the two ministries of the republic."""
    return passes(parse, number)


@emptied
def parse(number: str) -> Issuer:
    """Tell which ministry it is.

    >>> parse("Ministry of Justice of the Republic of Kazakhstan")
    Issuer(ministry='justice')
    """
    latin = compact(number)
    match = _ENGLISH.fullmatch(latin) or _LATIN.fullmatch(latin)
    if match:
        return Issuer("justice" if any(match.groups()) else "internal affairs")
    text = latin.translate(_FOLD)
    if _INTERNAL.fullmatch(text):
        return Issuer("internal affairs")
    if _JUSTICE.fullmatch(text):
        return Issuer("justice")
    if match := _KAZAKH.fullmatch(text):
        return Issuer("justice" if match[2] else "internal affairs")
    raise InvalidComponent("issuer", "no authority that issues documents")


@emptied
def format(number: str) -> str:
    """Write it as forms do: МВД РК or МЮ РК."""
    return "МЮ РК" if parse(number).ministry == "justice" else "МВД РК"
