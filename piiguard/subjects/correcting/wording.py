"""Puts the new value where the old one stands in a cell, in the type and the form of the cell.

>>> wording = Wording("phone", "8 701 123-45-67", "+7 702 765 43 21")
>>> wording.cell("звонить 87011234567 вечером", "note"), wording.cell(77011234567, "tel"), wording.cell("87029999999", "tel")
('звонить +7 702 765 43 21 вечером', 77027654321, None)
>>> wording.cell('{"tel": "+77011234567", "n": 1}', "data")
'{"tel": "+7 702 765 43 21", "n": 1}'
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from piiguard.detect.leaves import as_json, as_text
from piiguard.frames import emptied
from piiguard.read import magic
from piiguard.repeated import Repeated, json_of
from piiguard.subjects.correcting.spelling import in_link, spelled
from piiguard.subjects.identifiers import ENTITIES, Identifier, IdentifierError
from piiguard.subjects.sought import Sought

__all__ = ["KINDS", "Wording"]

KINDS = (*ENTITIES, "text")
"""What can be corrected: an identifier wherever it stands and however it is spelled, or a text that is all of a cell."""
_DEEPEST = 40
_ASIDE = "surrogateescape"
"""Bytes that are not UTF-8 stay what they are, beside the value."""


class Wording:
    """The old and the new value. Raises :class:`IdentifierError` for what is none of its kind; no message holds either."""

    @emptied
    def __init__(self, kind: str, old: str, new: str) -> None:
        if kind not in KINDS:
            raise IdentifierError("there is no such kind of value", hint=f"known are {', '.join(KINDS)}")
        self.kind, self.new = kind, new.strip()
        self.old_one = self.new_one = None
        self._old = _plain(old)
        if kind == "text":
            if not self._old or not self.new:
                raise IdentifierError("the value is empty", hint="to take a value away is not to correct it")
            same = old.strip() == self.new
        else:
            self.old_one, self.new_one = _one(kind, old, "old"), _one(kind, new, "new")
            same = self.old_one == self.new_one
            self.sought = Sought([self.old_one])
        if same:
            raise IdentifierError("the old and the new value are the same", hint="name what it is to become")

    def cell(self, value: Any, column: str, kinds: Collection[str] = ()) -> Any:
        """The cell with the new value; None where the old one does not stand in it."""
        made = self._made(value, column, None, kinds, 0)
        return None if made is value or made == value else made

    def _made(self, value: Any, column: str, path: str | None, kinds: Collection[str], depth: int) -> Any:
        if value is None or isinstance(value, bool) or depth > _DEEPEST:
            return value
        if isinstance(value, dict):
            return {
                self._leaf(str(key), column, path, ()): self._made(
                    inner, column, f"{path or '$'}.{key}", kinds, depth + 1
                )
                for key, inner in value.items()
            }
        if isinstance(value, Repeated):
            return Repeated(self._made(inner, column, path, kinds, depth + 1) for inner in value)
        if isinstance(value, list | tuple):
            return [self._made(inner, column, f"{path or '$'}[*]", kinds, depth + 1) for inner in value]
        if isinstance(value, bytes) and magic.closed_cell(value):
            return value  # what is packed or coded is not changed byte by byte: it is left, and named
        if isinstance(value, bytes):
            made = self._made(value.decode("utf-8", _ASIDE), column, path, kinds, depth)
            return type(value)(made.encode("utf-8", _ASIDE)) if isinstance(made, str) else value
        if isinstance(value, str):
            return self._text(value, column, path, kinds, depth)
        if isinstance(value, int | float | Decimal):
            return self._number(value, column, path, kinds)
        return value

    def _text(self, text: str, column: str, path: str | None, kinds: Collection[str], depth: int) -> str:
        bare = text.strip()
        tree = as_json(bare) if bare[:1] in ("{", "[") and path is None else None
        if tree is None:
            return self._leaf(text, column, path, kinds)
        made = self._made(tree, column, "$", kinds, depth + 1)
        return text if made == tree else json_of(made)

    def _leaf(self, text: str, column: str, path: str | None, kinds: Collection[str]) -> str:
        if self.old_one is None:
            return self.new if _plain(text) == self._old else text
        if self.sought.is_whole(self.old_one, text) and (
            self.kind in kinds or self.sought.in_text(text, column, path)
        ):
            return self._likewise(text, "")
        made, at = "", 0
        for start, end in self.sought.spans(text, column, path):
            made, at = made + text[at:start] + self._likewise(text[start:end], text[:start]), end
        return made + text[at:] if at else text

    def _likewise(self, old: str, before: str) -> str:
        """The new value as the old one is spelled there; the old one where it cannot be."""
        made = spelled(old, self.new, before)
        if made != self.new or not in_link(before):
            return old if made is None else made
        if self.kind == "phone" and old.isdecimal():
            return self._digits(old) or old
        return quote(self.new, safe="@")

    def is_left(self, value: Any, column: str, kinds: Collection[str] = ()) -> bool:
        """Whether the old identifier stands in a cell, in whatever spelling."""
        return self.old_one is not None and any(self.sought.in_cell(value, column, kinds))

    def _number(self, value: Any, column: str, path: str | None, kinds: Collection[str]) -> Any:
        text = as_text(value)
        if self.new_one is None or self.old_one is None or not self.sought.is_whole(self.old_one, text):
            return value
        if self.kind not in kinds and not self.sought.in_text(text, column, path):
            return value
        digits = self._digits(text)
        return value if digits is None else type(value)(digits)

    def _digits(self, text: str) -> str | None:
        """The new number in digits alone, with the country as the old one has it; None where it has other signs."""
        digits = self.new_one.normal.lstrip("+") if self.new_one is not None else ""
        if not digits.isdecimal():
            return None
        if self.kind == "phone" and text[:1] == "8" and digits[:1] == "7" and len(text) == len(digits):
            digits = f"8{digits[1:]}"
        elif self.kind == "phone" and len(text) < len(digits) and digits[:1] == "7":
            digits = digits[1:]  # without its country
        return digits


def _one(kind: str, value: str, which: str) -> Identifier:
    try:
        return Identifier.of(kind, value)
    except IdentifierError as error:
        raise IdentifierError(f"the {which} value: {error}", hint=error.hint) from None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
