"""Whether a text holds what is looked for, however it is spelled there: fast and too often at first, then for certain.

What a database or a first look leaves out holds none of the identifiers; what is left is decided by the normalizers of
blind indexes, on whole cells and on what the engine finds in texts.

>>> wanted = Sought([Identifier.of("phone", "8 701 123-45-67")])
>>> wanted.may_hold("order 9123"), wanted.may_hold("7.70.1-12 34 567"), wanted.may_hold("%2B7 701 1234567")
(False, True, True)
>>> [one.kind for _, one in wanted.in_cell("тел. +7 (701) 123-45-67, после шести", "note")]
['phone']
>>> [path for path, _ in wanted.in_cell({"client": {"phone": 87011234567}}, "data")]
['$.client.phone']
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from piiguard.detect import packed, unmarked
from piiguard.detect.escapes import Shown, Spelled, is_spelled
from piiguard.detect.headers import context, hints, promised
from piiguard.detect.leaves import as_text, as_tree, leaves
from piiguard.detect.signs import OF_DIGITS
from piiguard.subjects.identifiers import ENTITIES, Identifier, alone, normal
from piiguard.subjects.live import readable
from piiguard.subjects.live.documents import is_document, look_into

__all__ = ["Seeker", "Sought"]

_KIND = {entity: kind for kind, entity in ENTITIES.items()}
_ESCAPES = (
    "\\u",
    "\\x",
    "\\X",
    "%25",
    "%3",
    "%4",
    "%5",
    "%6",
    "%7",
    "=3",
    "&#",
    "har(",
    "HAR(",
    "hr(",
    "HR(",
    "Code(",
    *packed.MARKS,
)
"""What spells a digit or a letter by its number: in JSON, URLs, mails, HTML, HL7 and SQL; and what packs a text whole."""
_FOREIGN = f"[\uff01-\uff5e{OF_DIGITS}]"  # a class for GLOB as well
_DIGIT = re.compile(_FOREIGN)
_LONGEST = 256
_REMEMBERED = 10_000
_DIGITS = 12


class Sought:
    """The identifiers of one person; those of rows by key are not for texts."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.all = tuple(identifiers)
        self.values = tuple(one for one in self.all if one.kind != "key")
        self.keys = tuple(one for one in self.all if one.kind == "key")
        self._signs = tuple(map(_signs, self.values))
        self._bare = {one: _bare(one) for one in self.values}
        self._documents: dict[bytes, tuple[set[Identifier], str]] = {}
        """what was found in documents, and why not in all of one: an act searches more than once"""

    @property
    def engine(self) -> Any:
        """What finds them in texts."""
        return _engine()

    def where(self, text: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[bool]:
        """The rows whose text may hold one of them: their signs in this order, or signs that are spelled in another way.

        Of SQLite without its ``regexp``, a function of Python's: a text that is not UTF-8 would end the statement.
        """
        small = sa.func.lower(text)
        ordered = [
            small.like("%" + "%".join(map(_literal, signs)) + "%", escape="!") for signs in self._signs
        ]
        escaped = [text.like(f"%{_literal(sign)}%", escape="!") for sign in _ESCAPES]
        return sa.or_(*ordered, *escaped, *_classes(text, dialect)) if ordered else sa.false()

    def may_hold(self, text: str) -> bool:
        """The same for a text at hand."""
        if is_spelled(text) or (not text.isascii() and _DIGIT.search(text)):
            return True
        small = text.lower()
        return any(_in_order(signs, small) for signs in self._signs)

    def in_cell(
        self,
        cell: Any,
        column: str,
        kinds: Collection[str] = (),
        label: str = "",
        closed: Callable[[str], object] = lambda why: None,
    ) -> Iterator[tuple[str | None, Identifier]]:
        """What a cell holds, with its JSON path, a document in it included; ``kinds`` is what the column is known to hold.

        ``closed`` is told why a document could not be taken apart.
        """
        if isinstance(cell, bytes | bytearray | memoryview):
            cell = bytes(cell)
            if is_document(cell):
                yield from ((None, one) for one in self._in_document(cell, closed))
            cell = readable(cell)
        if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            numbers = [one for one in self.values if one.kind == "iin" and cell == int(one.normal)]
            yield from ((None, one) for one in numbers)
            kinds = {*kinds} - {"iin"}
        tree = cell if isinstance(cell, dict | list | tuple) else None
        text = "" if tree is not None or cell is None else as_text(cell).strip()
        if tree is None and text[:1] in ("{", "["):
            tree = as_tree(text)
        if tree is None:
            yield from ((None, one) for one in self.in_text(text, column, None, kinds, label))
            return
        seen = set[tuple[str, Identifier]]()
        for path, leaf in leaves(tree):
            for one in self.in_text(
                leaf, column, path, {_KIND.get(e, "") for e in promised(column, path)} | {*kinds}
            ):
                if (path, one) not in seen:
                    seen.add((path, one))
                    yield path, one

    def _in_document(self, cell: bytes, closed: Callable[[str], object]) -> set[Identifier]:
        name = hashlib.sha256(cell).digest()
        found = self._documents.get(name)
        if found is None:
            seeker = Seeker(self)
            why = look_into(cell, self.engine, seeker.lines, seeker.column) or seeker.closed
            found = {one for _, _, one in seeker.taken()}, why
            if len(self._documents) < _REMEMBERED:
                self._documents[name] = found
        if found[1]:
            closed(found[1])
        return found[0]

    def in_text(
        self,
        text: str,
        column: str = "",
        path: str | None = None,
        kinds: Collection[str] = (),
        label: str = "",
    ) -> list[Identifier]:
        """Which of them a text holds."""
        if not text or not self.may_hold(text):
            return []
        found = set[Identifier]()
        for read in (text, Spelled(text).view) if is_spelled(text) else (text,):
            found |= {one for one in self.values if one.kind in kinds and _whole(one, read)}
            found |= {one for one, pattern in self._bare.items() if pattern and pattern.search(read)}
            if len(found) < len(self.values):
                for match in self.engine.find(read, context(column, path, label)):
                    found |= self.equal(match.entity, read[match.start : match.end])
        return [one for one in self.values if one in found]

    def is_whole(self, one: Identifier, text: str) -> bool:
        """Whether a text is this identifier and nothing beside it."""
        return _whole(one, text) and (text.strip().isdecimal() or alone(one.kind, text) is not None)

    def spans(self, text: str, column: str = "", path: str | None = None) -> list[tuple[int, int]]:
        """Where in a text they stand, from left to right, as they are written there."""
        if not text or not self.may_hold(text):
            return []
        found = self._spans(text, column, path)
        if is_spelled(text):
            spelled = Spelled(text)
            found |= {spelled.span(*span) for span in self._spans(spelled.view, column, path)}
        apart: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if not apart or start >= apart[-1][1]:
                apart.append((start, end))
        return apart

    def _spans(self, text: str, column: str, path: str | None) -> set[tuple[int, int]]:
        found = {
            match.span() for pattern in self._bare.values() if pattern for match in pattern.finditer(text)
        }
        for match in self.engine.find(text, context(column, path)):
            if self.equal(match.entity, text[match.start : match.end]):
                found.add((match.start, match.end))
        return found

    def equal(self, entity: str, value: str) -> set[Identifier]:
        """Those that a value is which the engine has found."""
        kind = _KIND.get(entity, "")
        return {one for one in self.values if one.kind == kind and _whole(one, value)}


_Spot = tuple[str | None, str | None, Identifier]


class Seeker:
    """Looks for identifiers in lines and cells, and notes the lines by column, path and identifier."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._spots: dict[_Spot, set[int]] = {}
        self.closed = ""
        """why a document in a cell could not be taken apart"""

    def taken(self) -> dict[_Spot, set[int]]:
        """What was noted since the last time."""
        spots, self._spots = self._spots, {}
        return spots

    def lines(self, shown: Shown, line: int) -> None:
        """Compare what the engine finds in lines."""
        for number, text, matches in self._sought.engine.lines(shown.data, shown.seen, shown.until):
            for match in matches:
                for one in self._sought.equal(match.entity, text[match.start : match.end]):
                    self._note(None, None, one, line + number)

    def column(self, name: str, cells: Sequence[object], numbers: Sequence[int]) -> None:
        """Compare cells, whole and in part."""
        kinds = {kind for kind, entity in ENTITIES.items() if entity in hints(name)}
        for cell, number in zip(cells, numbers, strict=True):
            for path, one in self._sought.in_cell(cell, name, kinds, closed=self._close):
                self._note(name, path, one, number)

    def _close(self, why: str) -> None:
        self.closed = why

    def _note(self, column: str | None, path: str | None, one: Identifier, line: int) -> None:
        self._spots.setdefault((column, path, one), set()).add(line)


@cache
def _engine() -> Any:
    from piiguard.detect import Engine

    return Engine(entities=tuple(_KIND))


def _whole(one: Identifier, text: str) -> bool:
    """Whether a text is this identifier; a number may have lost its zeros."""
    if len(text) > _LONGEST:
        return False
    if normal(one.kind, text) == one.normal:
        return True
    return one.kind == "iin" and text.isdecimal() and text.zfill(_DIGITS) == one.normal


def _signs(one: Identifier) -> str:
    """What each spelling has in this order: the digits that no country, prefix or number type takes away."""
    if one.kind == "iin":
        return one.normal.lstrip("0")
    if one.kind == "phone":
        return one.normal[2:] if one.normal.startswith("+7") else one.normal[1:]
    return "".join(sign for sign in one.normal if sign.isascii()).partition("@")[0] or "@"


def _bare(one: Identifier) -> re.Pattern[str] | None:
    """An IIN is long enough to be known by its digits alone, and an address by its letters."""
    if one.kind == "phone":
        return None
    edge = "0-9" if one.kind == "iin" else r"\w.%+-"
    return re.compile(rf"(?<![{edge}]){re.escape(one.normal)}(?![{edge}])", re.IGNORECASE)


def _classes(text: sa.ColumnElement[Any], dialect: str) -> list[sa.ColumnElement[bool]]:
    """Rows with digits of other scripts, or with something packed that nothing marks."""
    if dialect == "sqlite":
        globs = [f"*{each}*" for each in (_FOREIGN, *unmarked.CLASSES)]
        globs += [f"{each}*" for each in unmarked.CLASSES_AT_BEGIN]
        return [text.op("GLOB")(each) for each in globs]
    anywhere, first = "|".join(unmarked.CLASSES), "|".join(unmarked.CLASSES_AT_BEGIN)
    return [text.regexp_match(_FOREIGN), text.regexp_match(f"{anywhere}|^(?:{first})")]


def _literal(sign: str) -> str:
    return f"!{sign}" if sign in "!%_" else sign


def _in_order(signs: str, text: str) -> bool:
    rest = iter(text)
    return all(sign in rest for sign in signs)
