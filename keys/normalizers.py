"""What makes two spellings of a value equal in a blind index.

A normalizer is named with its version (``digits/1``): that name goes into the index key, so changing what one
does is a new version. The first edition stays as it is for ever, since indexes are written under it; a name
without a number means it. Nothing left after normalizing is None, which matches nobody.

>>> normalize("phone", "8 (701) 123-45-67")
'+77011234567'
>>> normalize("digits", "---") is None
True
>>> newest("name"), normalize("name/2", "Алёна")
('name/2', 'алена')
"""

from __future__ import annotations

import datetime
import decimal
import importlib.metadata
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from piiguard.errors import ManifestError, NotIndexable
from piiguard.frames import emptied
from piiguard.keys import folding

__all__ = ["Normalizer", "editions", "names", "newest", "normalize", "normalizer_for", "spells_apart"]


@dataclass(frozen=True, slots=True)
class Normalizer:
    """``lossy``: different values may meet, so the match must be compared after decryption."""

    name: str
    function: Callable[[Any], str | bytes]
    version: int = 1
    lossy: bool = False

    @property
    def label(self) -> str:
        """What the index key is derived with."""
        return f"{self.name}/{self.version}"

    @emptied
    def __call__(self, value: Any) -> str | bytes | None:
        return None if value is None else self.function(value) or None


def normalize(name: str, value: Any) -> str | bytes | None:
    """Normalize one value; None when nothing is left."""
    return normalizer_for(name)(value)


def normalizer_for(name: str | Normalizer) -> Normalizer:
    """Look a normalizer up: ``digits/2``, ``prefix:3``, one of your own, or an object; ``digits`` is ``digits/1``."""
    if isinstance(name, Normalizer):
        return name
    bare, _, version = name.partition("/")
    known = _known(bare)
    found = next((one for one in known if str(one.version) == (version or str(known[-1].version))), None)
    if found is None:
        raise ManifestError(
            f"unknown normalizer {name!r}",
            hint=f"normalizers are {', '.join(map(newest, names()))}, older ones of a smaller number, prefix:N, and"
            " those installed as piiguard.normalizers",
        )
    return found


def editions(name: str | Normalizer) -> tuple[Normalizer, ...]:
    """Under which rules a value may stand that is indexed by this name, the newest first.

    A name with its number is one rule; without it, rows may have been written under any edition.

    >>> [one.label for one in editions("digits")], [one.label for one in editions("digits/1")]
    (['digits/2', 'digits/1'], ['digits/1'])
    """
    bare = isinstance(name, str) and "/" not in name
    known = _known(name) if isinstance(name, str) and bare else ()
    return known or (normalizer_for(name),)


def newest(name: str) -> str:
    """The label that a new entry of the manifest is written with: the name and the number of its last edition.

    >>> newest("upper"), newest("digits/1"), newest("prefix:3")
    ('upper/1', 'digits/1', 'prefix:3/1')
    """
    return editions(name)[0].label


def spells_apart(rule: str | Normalizer, kind: str) -> bool:
    """Whether equal values of this type, a codec's name, may have unequal indexes under the rule, or none at all.

    >>> spells_apart("exact/1", "datetime_tz"), spells_apart("exact/2", "datetime_tz"), spells_apart("exact/2", "json")
    (True, False, True)
    """
    return kind in _APART.get(normalizer_for(rule).label, ())


def _known(bare: str) -> tuple[Normalizer, ...]:
    """All editions of a name, the newest first; the last is what the name means without a number."""
    found = _prefix(bare) if bare.startswith("prefix:") else None
    if found is None and bare not in _NORMALIZERS:
        found = _installed(bare)
    return _NORMALIZERS.get(bare, ()) if found is None else (found,)


def _installed(name: str) -> Normalizer | None:
    """One that another package brings, as an entry point of the group ``piiguard.normalizers``."""
    for point in importlib.metadata.entry_points(group="piiguard.normalizers", name=name):
        loaded: Normalizer = point.load()
        return replace(loaded, name=name)
    return None


def names() -> tuple[str, ...]:
    """The built-in names, without ``prefix:N``."""
    return tuple(_NORMALIZERS)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def _exact(value: Any) -> str | bytes:
    return value if isinstance(value, bytes) else _text(value)


_NOT_DIGITS = re.compile("[^0-9]+")


def _digits(value: Any) -> str:
    if value.__class__ is str and value.isascii() and value.isdecimal():  # the common case, and the fast one
        return str(value)
    return _NOT_DIGITS.sub("", _text(value))


def _phone(value: Any) -> str:
    """E.164; the trunk prefix 8 of Kazakhstan and a bare national number become +7."""
    digits = _digits(value)
    if _text(value).lstrip().startswith("+"):
        return f"+{digits}" if digits else ""
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] == "7":
        return f"+7{digits}"
    if digits.startswith("810"):  # the international prefix as it is dialled there
        return f"+{digits[3:]}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return digits


def _email(value: Any) -> str:
    return unicodedata.normalize("NFC", _text(value).strip()).casefold()


_LATIN_I = str.maketrans({"İ": "i", "ı": "i", "I": "i"})
_JOINTS = re.compile("[\\s\u2010-\u2015\u2212-]+")


def _name(value: Any) -> str:
    text = unicodedata.normalize("NFKC", _text(value)).translate(_LATIN_I).casefold()
    return _JOINTS.sub(" ", text).strip()


def _upper(value: Any) -> str:
    return unicodedata.normalize("NFC", _text(value).strip()).upper()


def _last4(value: Any) -> str:
    digits = _digits(value)
    return digits[-4:] if len(digits) >= 4 else ""


def _domain(value: Any) -> str:
    _, at, domain = _email(value).rpartition("@")
    return domain if at else ""


_YEAR = re.compile("[12][0-9]{3}")


def _year(value: Any) -> str:
    found = _YEAR.search(_text(value))
    return found[0] if found else ""


def _prefix(bare: str) -> Normalizer | None:
    length = bare.removeprefix("prefix:")
    if not (length.isascii() and length.isdecimal()) or length.startswith("0"):
        return None
    return Normalizer(bare, lambda value: _name(value)[: int(length)].strip(), lossy=True)


def _digits_2(value: Any) -> str:
    if value.__class__ is str and value.isascii() and value.isdecimal():
        return str(value)
    return folding.digits(_text(value))


def _exact_2(value: Any) -> str | bytes:
    """Equal numbers and equal moments have one spelling; a document has none."""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | decimal.Decimal):
        return folding.number(decimal.Decimal(value))
    if isinstance(value, float):
        return folding.number(decimal.Decimal(repr(value)))
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return str(folding.moment(value))
    if value is not None and isinstance(value, dict | list | tuple):
        value = None
        raise NotIndexable("a document has no one spelling")
    return _exact(value)


_APART = {"exact/1": ("float", "json", "datetime_tz"), "exact/2": ("json",)}
"""Minus zero is zero, a moment has as many spellings as there are zones, and a document has none."""


def _folded(fold: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: fold(_text(value))


_FIRST = (
    Normalizer("exact", _exact),
    Normalizer("digits", _digits),
    Normalizer("phone", _phone),
    Normalizer("email", _email),
    Normalizer("name", _name),
    Normalizer("upper", _upper),
    Normalizer("last4", _last4, lossy=True),
    Normalizer("domain", _domain, lossy=True),
    Normalizer("year", _year, lossy=True),
)
_SECOND = (
    Normalizer("exact", _exact_2, 2),
    Normalizer("digits", _digits_2, 2),
    Normalizer("phone", _folded(folding.phone), 2),
    Normalizer("email", _folded(folding.email), 2),
    Normalizer("name", _folded(folding.name), 2),
)
_NORMALIZERS = {first.name: (*(one for one in _SECOND if one.name == first.name), first) for first in _FIRST}
