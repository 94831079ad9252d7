"""Some objects of a history, each read as the file that it was."""

from __future__ import annotations

import atexit
import hashlib
import io
import os
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import BinaryIO, cast

from piiguard.read import Examiner, Sink, Task, members
from piiguard.read.history.parsed import is_pointer, said
from piiguard.read.history.process import Batch, Lost
from piiguard.read.history.walk import DAMAGED, MOST, Item
from piiguard.read.kinds import kind_of
from piiguard.read.listing import is_excluded
from piiguard.read.log import LogTask
from piiguard.read.opened import peeked
from piiguard.read.options import EXCLUDED, ReadOptions
from piiguard.read.part import Part

__all__ = ["HistoryTask", "forget"]

_POINTER = "a pointer of Git LFS: what it stands for is not in the repository"
MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class HistoryTask(Task):
    """``folder`` is what git gets to see of the repository, and ``large`` where Git LFS keeps what it fetched."""

    items: tuple[Item, ...] = ()
    options: ReadOptions = field(kw_only=True)
    root: str = ""
    folder: str = ""
    large: str = ""

    @property
    def mark(self) -> str:
        return hashlib.sha256(repr(self.items).encode("utf-8", "surrogatepass")).hexdigest()

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        part.hindrance = "history"
        for item in self.items:
            own, place = Part(hindrance="history"), self._place(item, part)
            try:
                self._item(item, place, own, examiner, sink)
            finally:
                part.bytes += own.bytes
                part.members[place] = examiner.member(place, own, item.name)
                examiner.step(part)

    def _place(self, item: Item, part: Part) -> str:
        """What a report calls it; no two of one task are called alike."""
        place = f"{self.root}@{item.at}"
        place += f"!{MESSAGE}" if item.kind == "text" else f":{item.path}" if item.path else ""
        count = 1
        while (told := place if count == 1 else f"{place} ({count})") in part.members:
            count += 1
        return told

    def _item(self, item: Item, place: str, part: Part, examiner: Examiner, sink: Sink | None) -> None:
        if any(is_excluded(name, self.options.exclude) for name in self._names(item, place)):
            part.leave(EXCLUDED)
            return
        if item.kind == "name":
            return
        try:
            batch = _batch(self.folder)
            if item.kind == "text":
                text = said(batch.whole(item.oid, MOST)).text
                how = replace(self.options, encoding="auto", form="log")
                stream = cast(BinaryIO, io.BytesIO(text))
                LogTask(place, options=how, fetched=stream).read(examiner, part, sink)
                return
            _, stream = batch.opened(item.oid)
            if is_pointer(head := peeked(stream)) and not self._is_here(head):
                part.fail(_POINTER)
        except (Lost, EOFError):
            part.fail(DAMAGED)
            return
        kind = kind_of(item.path, self.options, by_line=sink is not None)
        kind(place, options=self.options, fetched=stream, within=members.read).read(examiner, part, sink)

    def _names(self, item: Item, place: str) -> tuple[str, ...]:
        """What a glob may call it: its place, and the file that it was."""
        return (place, os.path.join(self.root, item.path)) if item.path else (place,)

    def _is_here(self, pointer: bytes) -> bool:
        """Whether Git LFS has fetched it, so that it is read among Git's own files."""
        oid = pointer.partition(b"sha256:")[2][:64].decode("ascii", "replace")
        return oid.isalnum() and os.path.isfile(os.path.join(self.large, oid[:2], oid[2:4], oid))


@lru_cache(maxsize=4)
def _batch(folder: str) -> Batch:
    """One process of git for each repository and process of ours."""
    batch = Batch(folder)
    atexit.register(batch.close)
    return batch


def forget(folder: str) -> None:
    """End the process that reads from there, if it runs in this one."""
    _batch(folder).close()
