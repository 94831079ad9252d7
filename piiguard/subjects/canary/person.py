"""An invented person: born in the 1800s, so that no register has him, with a check digit that is right.

>>> from piiguard.recognizers.checks import iin
>>> someone = invent()
>>> iin.parse(someone["KZ_IIN"]).birth.year < 1900
True
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from piiguard.entities import EMAIL_ADDRESS, KZ_IIN, KZ_PHONE, PERSON
from piiguard.recognizers.checks import iin

__all__ = ["MARKED", "birth_of", "invent"]

MARKED = (KZ_IIN, KZ_PHONE, EMAIL_ADDRESS)
"""What of him is recorded, as far as it was put anywhere."""
_FIRST, _DAYS = date(1800, 1, 1), 36_524
_FEMALE = (
    ("Ахметова", "Айгүл", "Серікқызы"),
    ("Ибрагимова", "Динара", "Маратқызы"),
    ("Оспанова", "Жанар", "Болатқызы"),
)
_MALE = (
    ("Ахметов", "Нұрлан", "Серікұлы"),
    ("Ибрагимов", "Ерлан", "Маратұлы"),
    ("Оспанов", "Данияр", "Болатұлы"),
)


def invent() -> dict[str, str]:
    """His identifiers and his name, by entity."""
    female = bool(secrets.randbelow(2))
    return {
        KZ_IIN: _iin(female),
        KZ_PHONE: f"+7700000{secrets.randbelow(10_000):04}",  # of a range that is not given out
        EMAIL_ADDRESS: f"m{secrets.token_hex(4)}@example.com",  # a domain that nobody has
        PERSON: " ".join(secrets.choice(_FEMALE if female else _MALE)),
    }


def birth_of(person: dict[str, str]) -> date:
    """The day that his IIN says."""
    return iin.parse(person[KZ_IIN]).birth


def _iin(female: bool) -> str:
    while True:
        born = _FIRST + timedelta(days=secrets.randbelow(_DAYS))
        body = f"{born:%y%m%d}{2 if female else 1}{secrets.randbelow(10_000):04}"
        for check in "0123456789":
            if iin.claim(body + check):
                return body + check
