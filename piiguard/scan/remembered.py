"""What an engine found in the texts of a column, for those that come again: a page is not the only thing that repeats itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from piiguard.detect import Engine, Match

__all__ = ["Memory"]

_MOST, _LONGEST = 4_000, 200
"""Texts of a column that are remembered, and characters of one."""
_COLUMNS = 16
_TRIED, _WORTH = 2_000, 4
"""After so many texts one in so many has to have been known, or the column is forgotten: it does not repeat itself."""
_Known = dict[str, Sequence["Match"]]


class Memory:
    """Of a few columns, each with one engine and the words around it; in this process, and no longer than it scans."""

    def __init__(self) -> None:
        self._columns: dict[tuple[Engine, tuple[str, ...]], _Column] = {}

    def find_many(
        self, engine: Engine, texts: Sequence[str], words: tuple[str, ...]
    ) -> Iterator[tuple[int, Sequence[Match]]]:
        """What the engine's ``find_many`` yields."""
        column = self._columns.get((engine, words))
        if column is None:
            if len(self._columns) >= _COLUMNS:
                self._columns.clear()
            column = self._columns[engine, words] = _Column()
        return column.find_many(engine, texts, words)


class _Column:
    __slots__ = ("_asked", "_known", "_met", "_repeats")

    def __init__(self) -> None:
        self._known: _Known = {}
        self._asked = self._met = 0
        self._repeats = True

    def find_many(
        self, engine: Engine, texts: Sequence[str], words: tuple[str, ...]
    ) -> Iterator[tuple[int, Sequence[Match]]]:
        if not self._repeats:
            yield from engine.find_many(texts, words)
            return
        known = self._known
        new = [text for text in texts if text not in known]
        self._asked += len(texts)
        self._met += len(texts) - len(new)
        late = engine.timeouts.total()
        found: _Known = {new[place]: matches for place, matches in engine.find_many(new, words)}
        for place, text in enumerate(texts):
            if matches := known.get(text) or found.get(text):
                yield place, matches
        if late == engine.timeouts.total():  # what was cut short is tried again
            self._remember(new, found)

    def _remember(self, new: Sequence[str], found: _Known) -> None:
        if self._asked >= _TRIED and self._met * _WORTH < self._asked:
            self._repeats, self._known = False, {}
            return
        room = _MOST - len(self._known)
        self._known.update((text, found.get(text, ())) for text in new[:room] if len(text) <= _LONGEST)
