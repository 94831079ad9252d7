"""What an engine found in texts that come again: a page of a column repeats itself, and so do the styles of documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from piiguard.detect import Block, Engine, Match

__all__ = ["Barren", "Memory"]

_MOST, _LONGEST = 4_000, 200
"""Texts of a column that are remembered, and characters of one."""
_COLUMNS = 16
_TRIED, _WORTH = 2_000, 4
"""After so many texts one in so many has to have been known, or the column is forgotten: it does not repeat itself."""
_BLOCKS, _BLOCK = 4_000, 1 << 14
"""Blocks without findings that are remembered by their digests, and bytes of one."""
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


class Barren:
    """Small blocks of lines in which one engine found nothing: programs put the same names of styles into every document.

    >>> from piiguard.detect import Block
    >>> block, barren = Block(b"Light Grid Accent", 0, 0, 17), Barren()
    >>> block in barren, barren.add(block), block in barren
    (False, None, True)
    """

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __contains__(self, block: Block) -> bool:
        return len(block.data) <= _BLOCK and _digest(block) in self._known

    def add(self, block: Block) -> None:
        """Remember a block, if it is small."""
        if len(block.data) <= _BLOCK:
            if len(self._known) >= _BLOCKS:
                self._known.clear()
            self._known.add(_digest(block))


def _digest(block: Block) -> bytes:
    return blake2b(b"%d %d " % (block.seen, block.until) + block.data, digest_size=20).digest()


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
