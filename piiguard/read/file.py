"""The files that a target names, each read by what its name says it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from typing import BinaryIO

from piiguard.read import Extent, Kind, Left, Task, members, sources
from piiguard.read.kinds import kind_of
from piiguard.read.listing import Listing
from piiguard.read.log import LogTask
from piiguard.read.options import EXCLUDED, ReadOptions

__all__ = ["FileSource"]


class FileSource:
    """Files that a target names, each read by what its name says it is.

    ``by_line`` reads tables as lines too: single matches of files have places in lines.
    """

    kind: Kind = "file"

    def __init__(
        self,
        name: str,
        listing: Listing,
        *,
        skip: Collection[str] = (),
        stream: BinaryIO | None = None,
        by_line: bool = False,
        waiting: Callable[[], None] | None = None,
    ) -> None:
        self.name, self._listing, self._skip = name, listing, skip
        self._stream, self._by_line, self._waiting = stream, by_line, waiting
        self.idle = False
        self.root = listing.root
        # a stream that was read once is another one the next time, under the same name
        self.noted = stream is None and not (listing.named and not os.path.isfile(name))

    def close(self) -> None:
        """Nothing stays open."""

    def extent(self, options: ReadOptions) -> Extent:
        """All files and their bytes."""
        files = [file for file in self._listing.files if file not in self._skip]
        every = len(files) + len(self._listing.left) + len(self._listing.excluded)
        return Extent(every, sum(max(self._size(file), 0) for file in files), "bytes")

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        for file in self._listing.files:
            if file not in self._skip:
                yield self._task(file, options)
        for place, why in self._listing.left:
            yield Left(place, why=why, shared=False)
        for place in self._listing.excluded:
            yield Left(place, why=EXCLUDED, excluded=True, shared=False)

    def _idle(self) -> None:
        self.idle = True
        if self._waiting:
            self._waiting()

    def _task(self, file: str, options: ReadOptions) -> Task:
        if self._waiting:
            return LogTask(file, options=options, named=True, shared=False, waiting=self._idle)
        kind = kind_of(file, options, by_line=self._by_line)
        return kind(
            file, self._size(file), options=options, named=self._listing.named, stream=self._stream,
            shared=not self._stream, within=members.read,
        )  # fmt: skip

    def _size(self, file: str) -> int:
        return -1 if self._stream else sources.size_of(file, named=self._listing.named)
