"""The objects of a store: what each is, about how large, and whether it has been met, in 25 bytes for each."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from piiguard.files import regular
from piiguard.read.history.process import Lost

__all__ = ["BLOB", "COMMIT", "TAG", "TREE", "Objects"]

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
_KINDS = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
_MET = 8


class Objects:
    """``lines`` are those of ``git cat-file --batch-all-objects``: name, kind and bytes of each, in the order of names.

    ``lost`` says that some could not be told.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._ids, self._flags, self._sizes = bytearray(), bytearray(), array("I")
        self._width, self.lost = 20, False
        try:
            for line in lines:
                self._add(*line.split())
        except (Lost, TypeError, ValueError):
            self.lost = True
        self._starts = self._cut()

    def _add(self, name: bytes, kind: bytes, size: bytes = b"") -> None:
        if kind not in _KINDS or not size:
            self.lost = True
            return
        oid = bytes.fromhex(name.decode("ascii"))
        if not self._flags:
            self._width = len(oid)
        elif oid <= self._ids[-self._width :] or len(oid) != self._width:
            raise ValueError(name)
        self._ids += oid
        self._flags.append(_KINDS[kind])
        self._sizes.append(min(int(size) >> 10, (1 << 32) - 1))

    def _cut(self) -> array[int]:
        """Where the names begin that have the same two bytes in front."""
        starts = array("I", bytes(4 * 65_537))
        for at in range(len(self)):
            starts[int.from_bytes(self[at][:2], "big") + 1] += 1
        for prefix in range(65_536):
            starts[prefix + 1] += starts[prefix]
        return starts

    def __len__(self) -> int:
        return len(self._flags)

    def __getitem__(self, at: int) -> bytes:
        return bytes(self._ids[at * self._width : (at + 1) * self._width])

    def _at(self, oid: bytes) -> int:
        if len(oid) != self._width:
            return -1
        prefix = int.from_bytes(oid[:2], "big")
        at = bisect_left(self, oid, self._starts[prefix], self._starts[prefix + 1])
        return at if at < len(self) and self[at] == oid else -1

    def kind(self, oid: bytes) -> int:
        """What it is; 0 where there is none of this name."""
        at = self._at(oid)
        return self._flags[at] & 7 if at >= 0 else 0

    def size(self, oid: bytes) -> int:
        """About how many bytes it has."""
        at = self._at(oid)
        return self._sizes[at] << 10 if at >= 0 else 0

    def meet(self, oid: bytes) -> bool:
        """Whether it is met for the first time."""
        at = self._at(oid)
        if at < 0 or self._flags[at] & _MET:
            return False
        self._flags[at] |= _MET
        return True

    def of(self, kind: int, *, unmet: bool = False) -> Iterator[bytes]:
        """Those of a kind."""
        for at, flags in enumerate(self._flags):
            if flags & 7 == kind and not (unmet and flags & _MET):
                yield self[at]

    def blob_of(self, path: str) -> bytes:
        """The name of the object that holds what a regular file holds; empty where there is none. Nothing is filtered."""
        try:
            with regular(path) as file:
                size = file.seek(0, 2)
                file.seek(0)
                made = hashlib.new(
                    "sha256" if self._width == 32 else "sha1", b"blob %d\0" % size, usedforsecurity=False
                )
                while piece := file.read(1 << 18):
                    made.update(piece)
        except OSError:
            return b""
        return made.digest() if self.kind(made.digest()) == BLOB else b""
