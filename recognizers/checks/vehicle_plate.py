"""Vehicle plates of Kazakhstan (госномер, мемлекеттік нөмір).

Since 2012: three digits, three letters (two for legal entities), region 01-20; trailers and motorcycles two digits, two or
three letters, region. The pattern of 1993: a letter of the region, three digits, two or three letters. Source: СТ РК 986 (2012, 2022) as
described publicly; regions 18-20 were added in 2022.

>>> validate("123 АВС 02")
'123ABC02'
>>> is_valid("123 ABC 77")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from piiguard.frames import emptied
from piiguard.recognizers.checks.characters import strip_separators, to_latin
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes

__all__ = ["Plate", "compact", "format", "is_valid", "parse", "validate"]

Series = Literal["2012", "1993"]

_NEW = re.compile(r"([0-9]{3})([A-Z]{2,3})([0-9]{2})|([0-9]{2})([A-Z]{2,3})([0-9]{2})")
# Letters that look like none of the other script are read as they sound: «345 КЛМ 02».
_AS_THEY_SOUND = str.maketrans("БГДЗИЛПФЦЯ", "BGDZILPFCY")
_OLD = re.compile(r"[A-Z][0-9]{3}[A-Z]{2,3}")


@dataclass(frozen=True, slots=True)
class Plate:
    """Which standard it follows, and the region's number where it has one."""

    series: Series
    region: int | None


@emptied
def compact(number: str) -> str:
    """Strip separators, the region's bar and the country, and fold Cyrillic look-alikes.

    >>> compact("KZ 123 abc|02"), compact("123 ДЛЗ 02")
    ('123ABC02', '123DLZ02')
    """
    text = to_latin(strip_separators(number.replace("|", "").strip())).translate(_AS_THEY_SOUND)
    return text[2:] if text.startswith("KZ") and len(text) > 8 else text


@emptied
def validate(number: str) -> str:
    """Return the plate without separators, or raise :class:`InvalidNumber`."""
    number = compact(number)
    _series(number)
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether it has the form of a plate and an existing region."""
    return passes(validate, number)


@emptied
def parse(number: str) -> Plate:
    """Tell standard and region.

    >>> parse("123ABC02")
    Plate(series='2012', region=2)
    """
    return _series(compact(number))


@emptied
def format(number: str) -> str:
    """Write it as on the plate, with blanks.

    >>> format("123abc02"), format("a123bcd")
    ('123 ABC 02', 'A 123 BCD')
    """
    number = validate(number)
    match = _NEW.fullmatch(number)
    if match:
        return " ".join(part for part in match.groups() if part)
    return f"{number[0]} {number[1:4]} {number[4:]}"


def _series(number: str) -> Plate:
    if _OLD.fullmatch(number):
        return Plate("1993", None)
    if not _NEW.fullmatch(number):
        raise InvalidFormat(
            "format", "three digits, letters and a region, or a letter, three digits and letters"
        )
    region = int(number[-2:])
    if not 1 <= region <= 20:
        raise InvalidComponent("region", "the region is not in 01..20")
    return Plate("2012", region)
