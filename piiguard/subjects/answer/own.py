"""Which values are the person's own, and what stands in place of everybody else's.

>>> own = Own([Identifier.of("phone", "87011234567")])
>>> hidden = Hidden(own)
>>> hidden.shown("звонил с 8 (701) 123-45-67 на 8 702 765-43-21", "note", frozenset()).text
'звонил с 8 (701) 123-45-67 на <KZ_PHONE>'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from piiguard.detect.cell import claims, entity_of
from piiguard.detect.headers import context
from piiguard.entities import BY_NAME, CATEGORIES, CREDIT_CARD, IBAN_CODE, KZ_IIN, PERSON, category
from piiguard.redact import Redactor
from piiguard.redact.replacing import normal as normal_value
from piiguard.subjects.identifiers import ENTITIES, Identifier, alone, normal

__all__ = ["NAMING", "Hidden", "Own", "Shown", "single"]

NAMING = frozenset({*ENTITIES.values(), PERSON})
"""What names a person: shown where it is proved to be this one's."""
_KIND = {entity: kind for kind, entity in ENTITIES.items()}
_TELLING = frozenset({*ENTITIES.values(), CREDIT_CARD, IBAN_CODE})
"""What a number without a label may be, and is hidden for."""
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"[^\W\d_]+(?:[\s.’'ʼ-]+[^\W\d_]+){0,5}\.?")
_SIGNS = re.compile(r"[\W_]+")
_IIN, _FEWEST = 12, 9
_BORN = re.compile(
    r"(?<![0-9])[0-9]{2}[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-8][0-9]{2}[ -]?[0-9]{3}(?![0-9])"
)
"""What has the form of an IIN, though its check digit may be wrong: data holds such numbers, and they name somebody."""


class Shown(NamedTuple):
    """A text as the person may see it, and how many values of others are hidden in it, by entity."""

    text: str
    withheld: dict[str, int]


def single(entity: str, text: str) -> bool:
    """Whether a cell is one value of an entity and nothing beside it."""
    if entity == PERSON:
        return _NAME.fullmatch(text.strip()) is not None
    if entity == KZ_IIN and text.strip().isdecimal():
        return _FEWEST <= len(text.strip()) <= _IIN  # a number has no zeros in front
    kind = _KIND.get(entity)
    return kind is not None and alone(kind, text) is not None


class Own:
    """The values that are known to be the person's: those that were asked for, and those of his own rows."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self._values = {(str(one.entity), one.normal) for one in identifiers if one.entity}
        self._names = set[str]()

    def add(self, entity: str, text: str) -> None:
        """A value that stands in the person's own row."""
        if entity == PERSON:
            self._names.update(_words(text))
        else:
            self._values.add((entity, _spelled(entity, text)))

    def knows(self, entity: str) -> bool:
        """Whether any value of the kind is known."""
        return any(known == entity for known, _ in self._values)

    def has(self, entity: str, text: str) -> bool:
        """Whether a value is the person's: a name when all its words are; one of the family has another first name."""
        if entity == PERSON:
            found = _words(text)
            return bool(found) and all(self._is_name(word) for word in found)
        return (entity, _spelled(entity, text)) in self._values

    def _is_name(self, word: str) -> bool:
        return word in self._names or (len(word) == 1 and any(name.startswith(word) for name in self._names))


class Hidden(Redactor):
    """Puts the name of its entity in place of each value that is not the person's own."""

    def __init__(self, own: Own) -> None:
        super().__init__("tag")
        self._own, self._tag = own, self._replace
        self._replace = self._instead
        self._allowed: Collection[str] = ()
        self._withheld = Counter[str]()

    def shown(
        self, text: str, column: str, allowed: Collection[str], path: str | None = None, label: str = ""
    ) -> Shown:
        """A text without values of others; what is ``allowed`` is shown whoever's it is."""
        self._allowed, self._withheld = allowed, Counter()
        bare = self._bare(text)
        if bare is not None:
            return Shown(self._instead(bare, text), dict(self._withheld))
        clean = _BORN.sub(
            lambda found: self._instead(KZ_IIN, found[0]), self.text(text, context(column, path, label))
        )
        return Shown(clean, dict(self._withheld))

    def is_one(self, text: str, column: str) -> str | None:
        """The entity that all of a cell is, where it is one value."""
        found = self.engine.find(text, context(column, None))
        whole = text.strip()
        if len(found) == 1 and text[found[0].start : found[0].end] == whole:
            return found[0].entity
        return self._bare(text) or (KZ_IIN if _BORN.fullmatch(whole) else None)

    def _bare(self, text: str) -> str | None:
        for claim in claims(text) or ():
            if entity_of(claim) in _TELLING:
                return entity_of(claim)
        return None

    def _instead(self, entity: str, value: str) -> str:
        if entity in self._allowed or not _is_personal(entity) or self._own.has(entity, value):
            return value
        self._withheld[entity] += 1
        return self._tag(entity, value)


def _is_personal(entity: str) -> bool:
    return CATEGORIES[category(entity)].personal


def _spelled(entity: str, text: str) -> str:
    kind = _KIND.get(entity)
    if kind is None:
        row = BY_NAME.get(entity)
        plain = normal_value(entity, text) if row is not None else text
        return _SIGNS.sub("", plain).casefold()
    bare = text.strip()
    return normal(kind, bare.zfill(_IIN) if kind == "iin" and bare.isdecimal() else bare) or bare


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
