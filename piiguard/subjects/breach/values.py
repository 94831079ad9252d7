"""What a page of cells or a text holds: the same rule for a leaked file and for the columns that it is compared with.

>>> normal("KZ_PHONE", "8 (701) 000-00-01"), normal("KZ_IIN", "50312300015"), normal("KZ_IIN", "-")
('+77010000001', '050312300015', None)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from piiguard.confidence import MEDIUM
from piiguard.detect.encodings import text_of
from piiguard.detect.leaves import as_text, as_tree, leaves
from piiguard.entities import CATEGORIES, ENTITIES, KZ_IIN
from piiguard.errors import NotIndexable
from piiguard.keys.envelope import looks_encrypted
from piiguard.keys.normalizers import normalizer_for
from piiguard.subjects.live.documents import is_document, look_into

__all__ = ["JOINED", "Finder", "Value", "normal"]

JOINED = {row.name: row.index for row in ENTITIES if row.index and CATEGORIES[row.category].personal}
"""Entities by which people are told, with the normalizer that spells one value one way."""
_LONGEST = 256
_DIGITS = 12


@dataclass(frozen=True, slots=True, repr=False)  # a repr would show it
class Value:
    """One value of an entity: ``normal`` is what it is joined by, or its text where it is not; ``at`` its row."""

    entity: str
    normal: str
    sure: bool
    at: int = 0
    path: str | None = None


def normal(entity: str, text: str) -> str | None:
    """The form in which a value of a joined entity is compared; None for what is none."""
    rule = JOINED.get(entity)
    if rule is None or len(text) > _LONGEST:
        return None
    try:
        found = normalizer_for(rule)(text)
    except NotIndexable:
        return None
    if isinstance(found, bytes) or not found:
        return None
    return found.zfill(_DIGITS) if entity == KZ_IIN else found


class Finder:
    """Finds values in cells and lines, as a scan tells them; what nothing but its check tells is not ``sure``."""

    def __init__(self) -> None:
        self._closed = ""

    @cached_property
    def engine(self) -> Any:
        """What looks through texts."""
        return self._redactor.engine

    @cached_property
    def _redactor(self) -> Any:
        from piiguard.redact.redactor import Redactor

        return Redactor(min_confidence="low")

    def column(self, name: str, cells: Sequence[object]) -> Iterator[Value]:
        """What the cells of one column hold, on one page of rows."""
        from piiguard.redact.files.column import matches

        places: dict[str | None, dict[str, list[int]]] = {}
        for at, cell in enumerate(cells):
            for path, text in _texts(cell):
                places.setdefault(path, {}).setdefault(text, []).append(at)
            if isinstance(cell, bytes | bytearray | memoryview) and is_document(bytes(cell)):
                yield from self._inside(bytes(cell), at)
        for path, texts in places.items():
            for text, found in matches(self._redactor, list(texts), name, path).items():
                for match in found:
                    if value := _value(match, text):
                        for at in texts[text]:
                            yield Value(*value, at, path)

    def _inside(self, cell: bytes, at: int) -> Iterator[Value]:
        """What a document in a cell holds."""
        found: list[Value] = []
        self._closed = (
            look_into(
                cell,
                self.engine,
                lambda shown, line: found.extend(self.lines(shown.data, shown.seen, shown.until)),
                lambda name, cells, numbers: found.extend(self.column(name, cells)),
            )
            or self._closed
        )
        return (replace(value, at=at, path=None) for value in found)

    def closed(self) -> str:
        """Why a document in a cell could not be taken apart, since this was asked last."""
        why, self._closed = self._closed, ""
        return f"values that are not taken apart: {why}" if why else ""

    def lines(self, data: bytes, seen: Any, until: int) -> Iterator[Value]:
        """What a block of lines holds; each value is at the number of its line, from 0."""
        for number, text, found in self.engine.lines(data, seen, until):
            for match in found:
                if value := _value(match, text):
                    yield Value(*value, number)


def _value(match: Any, text: str) -> tuple[str, str, bool] | None:
    written = text[match.start : match.end]
    form = normal(match.entity, written) if match.entity in JOINED else " ".join(written.casefold().split())
    return (match.entity, form, match.score >= MEDIUM) if form else None


def _texts(cell: object) -> Iterator[tuple[str | None, str]]:
    """The texts of a cell, of a document with their paths."""
    if isinstance(cell, bytes | bytearray | memoryview):
        data = bytes(cell)
        if looks_encrypted(data):
            return
        cell = text_of(data) or data.decode("utf-8", "replace")
    if cell is None:
        return
    tree = cell if isinstance(cell, dict | list | tuple) else None
    text = "" if tree is not None else as_text(cell).strip()
    if not text and tree is None:
        return
    if tree is None and text[:1] in ("{", "["):
        tree = as_tree(text)
    if tree is None:
        if not looks_encrypted(text):
            yield None, text
    else:
        yield from leaves(tree)
