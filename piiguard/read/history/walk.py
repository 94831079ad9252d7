"""From commit to commit, oldest first: which objects each of them brought, under which names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from piiguard.read.history.objects import BLOB, COMMIT, TAG, TREE, Objects
from piiguard.read.history.parsed import entries, said
from piiguard.read.history.process import Batch, Lost, lines_of

__all__ = ["DAMAGED", "MOST", "Item", "Walk"]

MOST = 64 << 20
"""Bytes of a commit, a tag or a tree, which is held as a whole."""
SHORT = 8
_LONGEST = 4_096
DAMAGED = "damaged: git does not give it, or it is not what it says"
_LONG = "a path longer than 4,096 signs: what lies below it was read without its names"
_OUTSIDE = "a submodule: another repository, whose history is not in this one"


@dataclass(frozen=True, slots=True)
class Item:
    """Something to search: the content of an object, the text of a commit or a tag, or a name alone.

    ``at`` is the commit that brought it, and ``path`` where; ``name`` what of that is searched as a name.
    """

    kind: Literal["content", "text", "name"]
    oid: str
    at: str
    path: str = ""
    name: str = ""
    size: int = 0


class Walk:
    """``missing`` is what is said of objects that are not there; ``paths`` are those of the work tree, whose names are searched there. ``gaps`` are what could not be read, and why;
    those of the repository as a whole have no place."""

    def __init__(self, folder: str, objects: Objects, missing: str, paths: Iterable[str]) -> None:
        self._folder, self._objects, self._missing = folder, objects, missing
        self._batch = Batch(folder)
        self._named: set[int] = set()
        for path in paths:
            self._is_new(path)
            while path := os.path.dirname(path):
                self._is_new(f"{path}/")
        self.people: set[int] = set()
        self.gaps: dict[tuple[str, str], None] = {}

    def expect(self, oids: Iterable[bytes]) -> None:
        """Name it where one of these is not there."""
        if not all(map(self._objects.kind, oids)):
            self._gap("", self._missing)

    def items(self) -> Iterator[Item]:
        """Everything, each object once. What no commit holds any more comes last."""
        try:
            for oid in self._commits():
                yield from self._commit(oid)
            for oid in self._objects.of(TAG):
                yield from self._text(oid.hex(), oid.hex()[:SHORT])
            for oid in self._objects.of(TREE, unmet=True):
                yield from self._tree(oid, oid.hex()[:SHORT])
            for oid in self._objects.of(BLOB, unmet=True):
                yield Item("content", oid.hex(), oid.hex()[:SHORT], size=self._objects.size(oid))
        finally:
            self._batch.close()

    def _commits(self) -> Iterator[bytes]:
        """Every commit, parents first; whatever refs there are, and whether any of them leads to it."""
        try:
            yield from self._in_order()
        except (Lost, ValueError):
            self._gap("", self._missing)
        for oid in self._objects.of(COMMIT, unmet=True):
            if self._objects.meet(oid):
                yield oid

    def _in_order(self) -> Iterator[bytes]:
        with tempfile.TemporaryFile(dir=self._folder) as given:
            for oid in self._objects.of(COMMIT):
                given.write(f"{oid.hex()}\n".encode("ascii"))
            if not given.tell():
                return
            given.seek(0)
            for line in lines_of(
                self._folder, "rev-list", "--topo-order", "--reverse", "--stdin", given=given
            ):
                if self._objects.meet(oid := bytes.fromhex(line.decode("ascii"))):
                    yield oid

    def _commit(self, oid: bytes) -> Iterator[Item]:
        at = oid.hex()[:SHORT]
        for item in self._text(oid.hex(), at):
            yield item
            yield from self._tree(_bytes(item.path), at) if item.path else ()

    def _text(self, oid: str, at: str) -> Iterator[Item]:
        """The item of a commit or a tag; its path is for the moment the tree that it names."""
        try:
            found = said(self._batch.whole(oid, MOST))
        except (Lost, EOFError):
            self._gap(at, DAMAGED)
            return
        self.people.update(map(hash, found.people))
        yield Item("text", oid, at, path=found.tree)

    def _tree(self, oid: bytes, at: str) -> Iterator[Item]:
        open_ = [(oid, "")]
        while open_:
            oid, prefix = open_.pop()
            if not self._met(oid):
                continue
            try:
                for entry in entries(self._batch.whole(oid.hex(), MOST), len(oid)):
                    path = prefix + os.fsdecode(entry.name)
                    if len(path) > _LONGEST:
                        self._gap("", _LONG)
                    elif entry.outside:
                        self._gap(path, _OUTSIDE)
                    elif self._objects.kind(entry.oid) == TREE:
                        open_.append((entry.oid, f"{path}/"))
                        yield from self._name(f"{path}/", at)
                    else:
                        yield from self._blob(entry.oid, path, at)
            except (Lost, EOFError, ValueError):
                self._gap(f"{at}:{prefix}", DAMAGED)

    def _blob(self, oid: bytes, path: str, at: str) -> Iterator[Item]:
        if self._met(oid):
            name = os.path.basename(path) if self._is_new(path) else ""
            yield Item("content", oid.hex(), at, path, name, self._objects.size(oid))
        else:
            yield from self._name(path, at)

    def _name(self, path: str, at: str) -> Iterator[Item]:
        """A name that nothing new stands under: what was moved, and folders."""
        if self._is_new(path):
            yield Item("name", "", at, path, path[path.rstrip("/").rfind("/") + 1 :])

    def _met(self, oid: bytes) -> bool:
        """Whether an object is met for the first time; one that is not there is named."""
        if not self._objects.kind(oid):
            self._gap("", self._missing)
        return self._objects.meet(oid)

    def _is_new(self, path: str) -> bool:
        known = len(self._named)
        self._named.add(hash(path))
        return len(self._named) > known

    def _gap(self, place: str, why: str) -> None:
        self.gaps[place, why] = None


def _bytes(oid: str) -> bytes:
    try:
        return bytes.fromhex(oid)
    except ValueError:
        return b""
