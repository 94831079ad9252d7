"""Machine-readable zone of identity cards (TD1) and passports (TD3) of Kazakhstan.

TD1 has three lines of 30 characters, TD3 two of 44; the check digits use the weights 7, 3, 1 with A = 10 … Z = 35
and ``<`` = 0. Source: ICAO Doc 9303, parts 3, 4 and 5; issuer and nationality are ``KAZ``. The IIN stands in the
optional data of TD1 and in the personal number of TD3.

>>> zone = "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173050826398546<<28"
>>> is_valid(zone)
True
>>> parse(zone).number, parse(zone).iin
('N12345678', '050826398546')
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from piiguard.frames import emptied
from piiguard.recognizers.checks.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    InvalidNumber,
    passes,
)

__all__ = ["Mrz", "compact", "format", "is_nearly_valid", "is_valid", "parse", "validate"]

Form = Literal["TD1", "TD3"]

_BREAK = re.compile(r"[ \t]*(?:\\r|\\n|\r|\n|\||<br>|,|\")+[ \t]*")
_SHAPES: dict[Form, tuple[re.Pattern[str], ...]] = {
    "TD1": (
        re.compile(r"[A-Z<]{5}[0-9A-Z<]{9}[0-9<][0-9A-Z<]{15}"),
        re.compile(r"[0-9]{7}[MF<][0-9]{7}[A-Z<]{3}[0-9A-Z<]{11}[0-9]"),
        re.compile(r"[A-Z<]{30}"),
    ),
    "TD3": (
        re.compile(r"[A-Z<]{44}"),
        re.compile(r"[0-9A-Z<]{9}[0-9][A-Z<]{3}[0-9]{7}[MF<][0-9]{7}[0-9A-Z<]{14}[0-9<][0-9]"),
    ),
}
_SECOND_OF_TD1 = re.compile(r"[0-9]{7}[MF<][0-9]{7}[A-Z<]{3}")
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {
    "<": 0
}


@dataclass(frozen=True, slots=True)
class Mrz:
    """The fields as printed; ``iin`` is None where twelve digits do not stand in their place."""

    form: Form
    number: str
    names: str
    birth: str
    sex: str
    expiry: str
    iin: str | None


@emptied
def compact(number: str) -> str:
    """Write the lines with ``|`` between them, however they were separated."""
    text = number.strip(" \t\r\n|\"'")
    lines = [line.strip() for line in _BREAK.split(text) if line.strip()]
    if len(lines) == 1:
        lines = _cut(lines[0])
    return "|".join(lines)


@emptied
def validate(number: str) -> str:
    """Return the lines with ``|`` between them, or raise :class:`InvalidNumber`."""
    number = compact(number)
    form, lines = _lines(number)
    if not all(right for right in _checks(form, lines)):
        raise InvalidChecksum("check", "wrong check digit")
    _require_dates(_field(form, lines, "birth"), _field(form, lines, "expiry"))
    return number


@emptied
def is_valid(number: str) -> bool:
    """Tell whether form, issuer, all check digits and the dates are right."""
    return passes(validate, number)


def is_nearly_valid(number: str) -> bool:
    """Tell whether everything but one check digit is right, as after one misread character.

    >>> zone = "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173050826398546<<29"
    >>> is_valid(zone), is_nearly_valid(zone)
    (False, True)
    """
    try:
        form, lines = _lines(compact(number))
        _require_dates(_field(form, lines, "birth"), _field(form, lines, "expiry"))
    except InvalidNumber:
        return False
    return sum(not right for right in _checks(form, lines)) <= 1


@emptied
def parse(number: str) -> Mrz:
    """Read the fields."""
    form, lines = _lines(validate(number))
    iin = _field(form, lines, "iin")
    return Mrz(
        form=form,
        number=_field(form, lines, "number").rstrip("<"),
        names=_field(form, lines, "names").rstrip("<"),
        birth=_field(form, lines, "birth"),
        sex=_field(form, lines, "sex"),
        expiry=_field(form, lines, "expiry"),
        iin=iin if iin.isdigit() else None,
    )


@emptied
def format(number: str) -> str:
    """Write it as it is printed, a line on each line."""
    return validate(number).replace("|", "\n")


_FIELDS: dict[Form, dict[str, tuple[int, int, int]]] = {
    "TD1": {
        "number": (0, 5, 14),
        "iin": (0, 15, 27),
        "birth": (1, 0, 6),
        "sex": (1, 7, 8),
        "expiry": (1, 8, 14),
        "names": (2, 0, 30),
    },
    "TD3": {
        "names": (0, 5, 44),
        "number": (1, 0, 9),
        "birth": (1, 13, 19),
        "sex": (1, 20, 21),
        "expiry": (1, 21, 27),
        "iin": (1, 28, 40),
    },
}


def _field(form: Form, lines: list[str], name: str) -> str:
    line, start, end = _FIELDS[form][name]
    return lines[line][start:end]


def _cut(line: str) -> list[str]:
    """Take apart lines that were joined by blanks or by nothing."""
    words = line.split()
    joined = "".join(words)
    if len(words) in (2, 3) and {len(word) for word in words} in ({30}, {44}):
        return words
    width = {90: 30, 88: 44}.get(len(joined))
    if len(words) > 1 or width is None:
        return [line]
    return [joined[start : start + width] for start in range(0, len(joined), width)]


def _lines(number: str) -> tuple[Form, list[str]]:
    lines = number.split("|")
    form: Form = "TD3" if len(lines[0]) > 36 or lines[0][:1] in "PV" else "TD1"
    if form == "TD1" and _SECOND_OF_TD1.match(lines[0]):
        raise InvalidFormat("order", "the second line comes first")
    width, count = (44, 2) if form == "TD3" else (30, 3)
    if len(lines) != count or any(len(line) != width for line in lines):
        raise InvalidLength("length", f"{count} lines of {width} characters")
    _require_code(form, lines)
    return form, lines


def _require_code(form: Form, lines: list[str]) -> None:
    if not all(shape.fullmatch(line) for shape, line in zip(_SHAPES[form], lines, strict=True)):
        raise InvalidFormat("charset", "capitals, digits and < where they belong")
    if lines[0][0] != {"TD1": "I", "TD3": "P"}[form]:
        raise InvalidComponent("code", "neither an identity card nor a passport")
    nationality = lines[1][15:18] if form == "TD1" else lines[1][10:13]
    if lines[0][2:5] != "KAZ" or nationality != "KAZ":
        raise InvalidComponent("issuer", "issuer and nationality are not KAZ")


def _checks(form: Form, lines: list[str]) -> Iterator[bool]:
    first, second = lines[0], lines[1]
    if form == "TD1":
        yield _is_right(first[5:14], first[14])
        yield _is_right(second[:6], second[6])
        yield _is_right(second[8:14], second[14])
        yield _is_right(first[5:] + second[:7] + second[8:15] + second[18:29], second[29])
        return
    yield _is_right(second[:9], second[9])
    yield _is_right(second[13:19], second[19])
    yield _is_right(second[21:27], second[27])
    yield _is_right(second[28:42], second[42])
    yield _is_right(second[:10] + second[13:20] + second[21:43], second[43])


def _is_right(field: str, digit: str) -> bool:
    total = sum(_VALUES[character] * (7, 3, 1)[place % 3] for place, character in enumerate(field))
    return total % 10 == _VALUES[digit]


def _require_dates(*dates: str) -> None:
    for text in dates:
        year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
        # 1900 is no leap year and 2000 is, so of the two centuries the more generous one decides
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(2000 + year, month)[1]:
            raise InvalidComponent("date", "no such calendar date")
