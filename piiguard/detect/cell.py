"""What one cell that is a single value could be: fast, out of the checks of the recognizers themselves.

Fast may claim, never dismiss. The answer is what the cell passes for, or None: then the engine has to look. Nothing (an
empty answer) is said only where no recognizer could accept the cell, because it is digits alone and no check of theirs
takes them, or has fewer digits than any of them needs.

A claim is an entity, or an entity and a proviso that the judge has to weigh:

>>> claims("050312300015"), claims("50312300015.0"), claims("+7 (701) 123-45-67")
(('KZ_IIN',), ('KZ_IIN zeros lost',), ('KZ_PHONE',))
>>> claims("87011234567"), claims("4111 1111 1111 1111"), claims("201122153000")
(('KZ_PHONE bare',), ('CREDIT_CARD',), ())
>>> claims("87011234567 / 87021234567"), claims("ИИН 050312300015")
(None, None)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from piiguard.detect.escapes import Spelled
from piiguard.detect.numbers import plain_number
from piiguard.entities import (
    CARD_UNKNOWN,
    CREDIT_CARD,
    DATE,
    EMAIL_ADDRESS,
    IBAN_CODE,
    IIN_ZEROS_LOST,
    IP_ADDRESS,
    KZ_BIN,
    KZ_BIRTH_DATE,
    KZ_ID_CARD,
    KZ_IIN,
    KZ_PHONE,
    PHONE_BARE,
    PHONE_GROUPED,
    PHONE_SHORT,
)
from piiguard.recognizers.checks import bin as bin_check
from piiguard.recognizers.checks import birth_date, card, email, iban, id_card, iin, ip_address, phone
from piiguard.recognizers.checks.characters import (
    BLANKS,
    DASHES,
    INVISIBLE,
    is_decimal,
    is_digits,
    strip_separators,
)

__all__ = [
    "ACCOUNT",
    "FEWEST_DIGITS",
    "NOBODY",
    "NUMBER_FIRST",
    "SIZES",
    "Claims",
    "answer",
    "claims",
    "entity_of",
    "is_grouped",
    "of_digits",
    "said",
]

Claims = tuple[str, ...]
Answer = tuple[Claims | None, int]

NOBODY: frozenset[str] = frozenset()
FEWEST_DIGITS = 4
"""No entity told by its digits has fewer; so says ``digits`` of :mod:`piiguard.entities`."""

_SEPARATORS = f"{BLANKS}{INVISIBLE}{DASHES}./()'"
NUMBER_FIRST = frozenset(f"+0123456789{_SEPARATORS}")
"""What a number may begin with."""
_NUMBER = re.compile(rf"\+?[0-9{re.escape(_SEPARATORS)}]{{4,40}}")
_IBAN = re.compile(r"[Kk][Zz][0-9]{2}(?: ?[0-9A-Za-z]{4}){4}|[Kk][Zz][0-9]{5}[0-9A-Za-z]{13}")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9][./-][01]?[0-9][./-](?:19|20)?[0-9]{2}"
)
# Versions, addresses of machines, prices: every recognizer wants three digits from 700 on, four in a group, or twelve in all.
_DOTTED = re.compile(r"(?:[0-6]?[0-9]{1,2}\.){1,8}[0-6]?[0-9]{1,2}")
_MOST_DOTTED = 11
_DOTS = 3
_CARDS = range(13, 20)
SIZES = range(9, 20)
"""How many digits the numbers have that anything is claimed of."""
ACCOUNT = 100
"""What stands for that in a cell that is written as an account, with letters among its digits."""
_GROUP = re.compile("[0-9]+")
_MOST_GROUPS = 7


_CHECKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (KZ_IIN, iin.claim),
    (KZ_BIN, bin_check.claim),
    (KZ_PHONE, phone.claim),
    (CREDIT_CARD, card.claim),
)


@cache
def _written(entity: str) -> re.Pattern[str]:
    """How the recognizer itself wants its numbers written, where it needs no label for them."""
    from piiguard.recognizers.base import NEEDS_LABEL
    from piiguard.recognizers.rules import RULES

    rule = next(each for each in RULES if each.entity == entity)
    strong = (pattern.regex for pattern in rule.patterns if pattern.score >= NEEDS_LABEL)
    return re.compile("|".join(f"(?:{regex})" for regex in strong), re.IGNORECASE)


def claims(cell: str, labelled: frozenset[str] = NOBODY) -> Claims | None:
    """What the cell passes for as a whole, or None where the engine has to look.

    ``labelled`` are the entities that the name of the column is a label of: there a weaker form counts as well.
    """
    return answer(cell, labelled)[0]


def answer(cell: str, labelled: frozenset[str] = NOBODY) -> Answer:
    """What :func:`claims` says, and how many digits the cell has where it is one number and nothing else, ``ACCOUNT``, or 0."""
    if KZ_BIRTH_DATE in labelled and birth_date.claim(cell):
        return (KZ_BIRTH_DATE,), 0
    if cell.isascii() and cell.isdigit():
        return of_digits(cell, labelled), len(cell)
    if cell[0] in NUMBER_FIRST:
        if (digits := plain_number(cell)) != cell and is_digits(digits):
            return of_digits(digits, labelled), len(digits)
        if _DOTTED.fullmatch(cell) and _too_few(digits := cell.replace(".", ""), labelled):
            return _dotted(cell, labelled), len(digits) if len(digits) > _MOST_DOTTED else 0
        return _of_number(cell, labelled) if _NUMBER.fullmatch(cell) else (None, 0)
    if "@" in cell:
        return ((EMAIL_ADDRESS,) if email.claim(cell) else None), 0
    if cell[0] in "Kk" and _IBAN.fullmatch(cell):
        return ((IBAN_CODE,) if iban.claim(cell.replace(" ", "").upper()) else None), ACCOUNT
    return None, 0


def said(cell: str, labelled: frozenset[str] = NOBODY) -> Spelled:
    """What a cell says that is spelled in another way: one value where it passes for one, else all that it may say."""
    once = Spelled(cell, once=True)
    return once if (core := once.view.strip()) and claims(core, labelled) else Spelled(cell)


def is_grouped(phone: str) -> bool:
    """Whether nothing but its groups tells a phone: neither a plus nor brackets, and no prefix that stands apart.

    >>> is_grouped("8701-123-45-67"), is_grouped("8-701-123-45-67"), is_grouped("+77011234567")
    (True, False, False)
    """
    return phone[0] in "78" and phone[1] == "7"


def entity_of(claim: str) -> str:
    """The entity of a claim, without its proviso."""
    return claim.partition(" ")[0]


def of_digits(digits: str, labelled: frozenset[str] = NOBODY) -> Claims | None:
    """What ASCII digits pass for: empty where no check of any recognizer takes them."""
    size = len(digits)
    if KZ_BIRTH_DATE in labelled and birth_date.claim(digits):
        return (KZ_BIRTH_DATE,)
    if size == 12:
        if iin.claim(digits):
            return (KZ_IIN,)
        if bin_check.claim(digits):
            return (KZ_BIN,)
        return None if digits[6] == "0" and KZ_IIN in labelled else ()
    if size in (10, 11) and phone.claim(digits):
        return (PHONE_BARE,) if size == 11 else (PHONE_SHORT,)
    if size in _CARDS:
        return _long(digits, labelled)
    if size == 9 and digits[0] == "0":
        # nine digits beginning with 0 never pass for a shortened IIN, and the other way round
        return (KZ_ID_CARD,) if id_card.claim(digits) else ()
    if 8 <= size <= 11:
        return _shortened(digits, labelled)
    return ()


def _long(digits: str, labelled: frozenset[str]) -> Claims:
    called = (KZ_PHONE,) if phone.claim(digits) else ()
    if not card.claim(digits):
        return called
    if card.scheme(digits) or _written(CREDIT_CARD).fullmatch(digits):
        return (*called, CREDIT_CARD)
    return (*called, CARD_UNKNOWN) if CREDIT_CARD in labelled else called


def _shortened(digits: str, labelled: frozenset[str]) -> Claims | None:
    """Numbers that a numeric column has robbed of their zeros; without a label only an IIN can be told."""
    full = digits.zfill(12)
    if full[6] in "3456" and iin.claim(full):
        return (IIN_ZEROS_LOST,)
    if KZ_ID_CARD in labelled and len(digits) <= 9:
        return None
    if full[6] == "0" and KZ_IIN in labelled:
        return None
    return None if KZ_BIN in labelled and bin_check.claim(full) else ()


def _dotted(cell: str, labelled: frozenset[str]) -> Claims:
    """A date, or an address of a machine; one that only its name tells from a version needs it."""
    if _DATE.fullmatch(cell):
        return (DATE,)
    accepted = ip_address.is_valid if IP_ADDRESS in labelled else ip_address.claim
    return (IP_ADDRESS,) if cell.count(".") == _DOTS and accepted(cell) else ()


def _too_few(digits: str, labelled: frozenset[str]) -> bool:
    """Whether these, parted by dots into short groups, are too few for any recognizer; twelve may be an IIN in threes."""
    return len(digits) <= _MOST_DOTTED or (len(digits) == 12 and of_digits(digits, labelled) == ())


def _of_number(cell: str, labelled: frozenset[str]) -> Answer:
    """Digits with separators: what they pass for where they are written as the recognizer wants them."""
    whole = cell.removesuffix(".0").strip(f"{BLANKS}{INVISIBLE}'")
    if is_digits(whole):
        return of_digits(whole, labelled), len(whole)
    if _DATE.fullmatch(cell):
        return (DATE,), 0
    digits = strip_separators(whole.removeprefix("+"))
    size = len(digits)
    if size < FEWEST_DIGITS or (size <= _MOST_DOTTED and is_decimal(whole)):
        return (), 0
    if is_decimal(whole) or len(_GROUP.findall(whole)) > _MOST_GROUPS:
        return None, size
    for entity, check in _CHECKS:
        if check(digits) and _written(entity).fullmatch(whole):
            return ((PHONE_GROUPED,) if entity == KZ_PHONE and is_grouped(whole) else (entity,)), size
    return None, size
