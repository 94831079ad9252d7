"""How a value is shown: whole where it is the person's, and without whatever names anybody else.

In a row that is the person himself a column holds his value, unless its name says otherwise; in rows that hang on him, in
texts and in JSON, what names a person is shown only where it is proved to be his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from piiguard.detect.headers import hints, promised
from piiguard.detect.leaves import as_text, as_tree, step
from piiguard.entities import KZ_IIN, OTHER
from piiguard.names import json_text
from piiguard.subjects.answer.answer import Cell
from piiguard.subjects.answer.held import SEALED, Held, Mark, Record
from piiguard.subjects.answer.others import of_others
from piiguard.subjects.answer.own import NAMING, Hidden, Own, single
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import BrokenText, readable
from piiguard.subjects.live.documents import is_document
from piiguard.subjects.rows.known import Known

__all__ = ["Cells", "learn"]

_DEEPEST = 40


def learn(own: Own, known: Known, held: Iterable[Held]) -> None:
    """Add what stands in the rows that are the person himself."""
    for one in held:
        for record in one.records:
            if not record.mine:
                continue
            for name, value in record.values.items():
                text = None if isinstance(value, Mark | bytes) or of_others(name) else plain(value)
                for entity in _entities(known, one.table.place, name) if text else ():
                    if single(entity, str(text)) and _is_his(own, known, one.table.place, name, entity):
                        own.add(entity, str(text))


def plain(value: Any) -> str | None:
    """The text of a single value; None of what is nested."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return None if isinstance(value, dict | list | tuple) else as_text(value)


def _entities(known: Known, table: str, column: str) -> frozenset[str]:
    return hints(column) | {ENTITIES[kind] for kind in known.kinds(table, column)}


def _is_his(own: Own, known: Known, table: str, column: str, entity: str) -> bool:
    """A person has one IIN: a second one in his row is somebody else's, unless the manifest says that it is his."""
    if entity != KZ_IIN or not own.knows(KZ_IIN):
        return True
    return any(s.table == table and column in s.identifiers for s in known.subjects)


class Cells:
    """Shows the cells of one table's rows."""

    def __init__(self, own: Own, hidden: Hidden, known: Known, held: Held) -> None:
        self._own, self._hidden, self._known, self._held = own, hidden, known, held

    def of(self, record: Record) -> Iterator[Cell]:
        for name, value in record.values.items():
            yield self._cell(name, value, record.mine)

    def entities(self, name: str) -> frozenset[str]:
        """What a column is known to hold."""
        found = _entities(self._known, self._held.table.place, name)
        return found or (frozenset({OTHER}) if name in self._held.protected else found)

    def _cell(self, name: str, value: Any, mine: bool) -> Cell:
        if isinstance(value, Mark):
            return Cell(name, None, "sealed" if value is SEALED else "withheld")
        cut = name in self._held.cut
        if isinstance(value, BrokenText):
            value = readable(value)
        elif isinstance(value, bytes) and is_document(value):
            return Cell(name, None, "binary", cut=cut)
        elif isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return Cell(name, None, "binary", cut=cut)
        tree = value if isinstance(value, dict | list | tuple) else None
        if isinstance(value, str) and value.strip()[:1] in ("{", "["):
            tree = as_tree(value.strip())
        counted: dict[str, int] = {}
        if tree is None:
            shown = self._leaf(value, name, None, mine, counted)
        else:
            shown = json_text(self._tree(tree, name, "$", mine, counted, 0))
        if not counted:
            return Cell(name, shown, cut=cut)
        whole = tree is None and shown in {f"<{entity}>" for entity in counted}
        return Cell(name, None if whole else shown, "withheld" if whole else "partly", counted, cut)

    def _tree(self, value: Any, name: str, path: str, mine: bool, counted: dict[str, int], depth: int) -> Any:
        if depth >= _DEEPEST:
            return "…"
        if isinstance(value, dict):
            made: dict[str, Any] = {}
            for key, inner in value.items():
                label = self._leaf(str(key), name, path, False, counted)
                while label in made:
                    label += "'"
                made[label] = self._tree(inner, name, path + step(key), mine, counted, depth + 1)
            return made
        if isinstance(value, list | tuple):
            return [self._tree(one, name, f"{path}[*]", mine, counted, depth + 1) for one in value]
        if value is None or isinstance(value, bool):
            return value
        text = str(plain(value))
        shown = self._leaf(value, name, path, mine, counted)
        return value if shown == text else shown

    def _leaf(self, value: Any, name: str, path: str | None, mine: bool, counted: dict[str, int]) -> str:
        text = str(plain(value))
        if isinstance(value, bool | date | time) or not text.strip():
            return text
        theirs = of_others(name) or (path is not None and of_others(path.rpartition(".")[2]))
        entities = promised(name, path) if path else _entities(self._known, self._held.table.place, name)
        if mine and path is None and not theirs and self._is_whole(text, name, entities):
            return text
        allowed = frozenset() if theirs else entities - NAMING
        shown = self._hidden.shown(text, name, allowed, path)
        withheld = dict(shown.withheld)
        if not withheld and (hidden := self._promised(text, entities)) is not None:
            withheld, shown = {hidden: 1}, shown._replace(text=f"<{hidden}>")
        for entity, count in withheld.items():
            counted[entity] = counted.get(entity, 0) + count
        return shown.text

    def _is_whole(self, text: str, name: str, entities: Iterable[str]) -> bool:
        """Whether it is one value, and so the person's whose row it is."""
        found = {entity for entity in entities if single(entity, text)}
        one = None if found else self._hidden.is_one(text, name)
        found |= {one} if one else set()
        place = self._held.table.place
        return bool(found) and all(
            self._own.has(entity, text) or _is_his(self._own, self._known, place, name, entity)
            for entity in found
        )

    def _promised(self, text: str, entities: Iterable[str]) -> str | None:
        """What a column promises and the engine has not told: a name of one word, a number in a form of its own."""
        for entity in entities:
            if entity in NAMING and single(entity, text) and not self._own.has(entity, text):
                return entity
        return None
