"""What a person is looked for by: read, normalized by the rules of blind indexes, and never shown.

>>> Identifier.of("phone", "8 (701) 123-45-67") == Identifier.of("phone", "+77011234567")
True
>>> Identifier.of("iin", "050312 300015")
<Identifier iin>
>>> [one.kind for one in read(["iin=050312300015", "", "key=orders:7"])]
['iin', 'key']
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from piiguard.entities import BY_NAME, EMAIL_ADDRESS, KZ_IIN, KZ_PHONE
from piiguard.errors import NotIndexable, SubjectError
from piiguard.frames import emptied
from piiguard.keys.normalizers import normalizer_for

__all__ = ["ENTITIES", "KINDS", "Identifier", "IdentifierError", "alone", "normal", "read"]

ENTITIES = {"iin": KZ_IIN, "phone": KZ_PHONE, "email": EMAIL_ADDRESS}
KINDS = (*ENTITIES, "key")
"""What ``--by`` takes; ``key`` names one row by its table and its key."""

_SHAPES = {"iin": r"[0-9]{12}", "phone": r"\+[0-9]{8,15}", "email": r"[^@\s]+@[^@\s]+"}
_HINTS = {
    "iin": "an IIN has twelve digits",
    "phone": "write it with its country, as +7 and ten digits, or as 8 and ten digits",
    "email": "write it as name@domain",
    "key": "write it as TABLE:VALUE, or TABLE:VALUE,VALUE for a key of two columns",
}


class IdentifierError(SubjectError):
    """What was given is no identifier of its kind; the message holds no part of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """One identifier in its normal form.

    ``table`` and ``key`` are those of ``key``. ``doubtful`` says that the check digit is not right: it is looked for as it is,
    since data holds such numbers too.
    """

    kind: str
    normal: str
    table: str | None = None
    doubtful: bool = field(default=False, compare=False)

    @classmethod
    @emptied
    def of(cls, kind: str, value: str) -> Identifier:
        """The identifier that a person typed. Raises :class:`IdentifierError`."""
        if kind not in KINDS:
            raise IdentifierError("there is no such kind of identifier", hint=f"known are {', '.join(KINDS)}")
        return _key(value) if kind == "key" else _number(kind, value)

    @property
    def entity(self) -> str | None:
        """What the scan calls it; None for the key of a row."""
        return ENTITIES.get(self.kind)

    @property
    def key(self) -> tuple[str, ...]:
        """The values of a key, as texts."""
        return tuple(self.normal.split(","))

    def __repr__(self) -> str:
        return f"<Identifier {self.kind}>"


def normal(kind: str, value: object) -> str | None:
    """A value in the normal form of its kind; None for what is none."""
    try:
        found = normalizer_for(str(BY_NAME[ENTITIES[kind]].index))(value)
    except NotIndexable:
        return None
    return found if isinstance(found, str) and re.fullmatch(_SHAPES[kind], found) else None


def alone(kind: str, text: str) -> str | None:
    """The normal form of a text that is one value and nothing beside it; a normalizer of digits sees no words.

    >>> alone("iin", "050312 300015"), alone("iin", "ИИН 050312 300015"), alone("phone", "87011234567 мама")
    ('050312300015', None, None)
    """
    bare = text.strip()
    beside = any(map(str.isspace, bare)) if kind == "email" else any(map(str.isalpha, bare))
    return None if beside else normal(kind, bare)


def read(lines: Iterable[str], by: str | None = None) -> list[Identifier]:
    """The identifiers of a text: ``kind=value`` a line, or the bare value of the kind ``by``; each once.

    Raises :class:`IdentifierError`, which names the line and nothing that stands there.
    """
    found: dict[Identifier, None] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        kind, equals, value = text.partition("=")
        if not equals or kind.strip().lower() not in KINDS:
            kind, value = by or "", text
        if not kind:
            raise IdentifierError(
                f"line {number}: no kind of identifier is named",
                hint="write iin=…, phone=…, email=… or key=TABLE:VALUE, or name the kind with --by",
            )
        try:
            found.setdefault(Identifier.of(kind.strip().lower(), value.strip()))
        except IdentifierError as error:
            raise IdentifierError(f"line {number}: {error}", hint=error.hint) from None
    return list(found)


def _number(kind: str, value: str) -> Identifier:
    found = normal(kind, value)
    if found is None:
        raise IdentifierError(f"this is no {_CALLED[kind]}", hint=_HINTS[kind])
    return Identifier(kind, found, doubtful=kind == "iin" and not _is_right(found))


_CALLED = {"iin": "IIN", "phone": "phone number", "email": "e-mail address"}


def _is_right(iin: str) -> bool:
    from piiguard.detect.cell import of_digits

    return of_digits(iin) == (KZ_IIN,)


def _key(value: str) -> Identifier:
    table, colon, key = value.partition(":")
    if not colon or not table.strip() or not key.strip():
        raise IdentifierError("this is no key of a row", hint=_HINTS["key"])
    return Identifier("key", key.strip(), table.strip())
