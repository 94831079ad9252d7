"""Git's own files beside its objects: refs, what they were, configuration, hooks, notes of what is under way.

Who commits stands in them as in the commits, on purpose; those names and addresses are left out here as there.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from piiguard.read import Examiner, Sink, Task
from piiguard.read.log import LogTask
from piiguard.read.opened import FileTask
from piiguard.read.part import Part

__all__ = ["OwnTask", "own"]

_LINE = 1 << 16
_PERSON = re.compile(rb"\s*(?:name|email|signingkey)\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OwnTask(LogTask):
    """One of them; ``git`` is the folder that they lie in."""

    git: str = ""

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        part.hindrance = "history"
        LogTask.read(self, examiner, part, sink)

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        name = os.path.relpath(self.place, self.git)
        kept = _reason if name.startswith(f"logs{os.sep}") else _setting if name == "config" else None
        given = cast(BinaryIO, io.BufferedReader(_Kept(stream, kept), 1 << 16)) if kept else stream
        LogTask.search(self, examiner, given, part, sink)


def own(task: Task, git: str) -> Task:
    """The task that reads a file, where it is one of Git's own in the folder ``git``; what Git LFS keeps there is none.

    They are what they are, whatever others are read as. The index is a table of names, and no text.
    """
    inside = task.place.startswith(os.path.join(git, "")) and not task.place.startswith(
        os.path.join(git, "lfs", "")
    )
    if not inside or not isinstance(task, FileTask):
        return task
    how = replace(task.options, form="", encoding="auto")
    if os.path.basename(task.place) == "index":
        how = replace(how, raw=True, encoding="utf-8")
    return OwnTask(task.place, task.total, options=how, within=task.within, git=git)


class _Kept(io.RawIOBase):
    """What is kept of each line."""

    def __init__(self, stream: BinaryIO, kept: Callable[[bytes], bytes]) -> None:
        self._stream, self._of = stream, kept
        self._ready, self._inside = b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._ready and (line := self._stream.readline(_LINE)):
            self._ready = line if self._inside else self._of(line)
            self._inside = not line.endswith(b"\n")
        chunk, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _reason(line: bytes) -> bytes:
    """Behind a tab, what a ref was changed for; a line without one is searched whole."""
    before, tab, reason = line.partition(b"\t")
    return reason if tab else before


def _setting(line: bytes) -> bytes:
    return b"\n" if _PERSON.match(line) else line
