"""What all readers of files share: how one is opened, and what is said when it breaks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from piiguard.errors import PiiguardError
from piiguard.read import Examiner, Sink, Task, sources
from piiguard.read.options import ReadOptions
from piiguard.read.part import Part
from piiguard.read.sources import Source

__all__ = ["FileTask", "as_lines", "told"]


@dataclass(frozen=True, slots=True)
class FileTask(Task):
    """A file; ``named`` says that it was asked for by its own name, so that it may be a link, a FIFO or a device.

    An open ``stream`` is read in its place, as text; what was ``fetched`` of it, as it would be itself.
    """

    options: ReadOptions = field(kw_only=True)
    named: bool = False
    stream: BinaryIO | None = None
    fetched: BinaryIO | None = None

    @property
    def mark(self) -> str:
        try:
            now = os.stat(self.place)
        except OSError:
            return ""
        return f"{now.st_size} {now.st_mtime_ns}"

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        with told(part, self.options.encoding), self._opened() as source:
            if not source.unknown:
                self.search(examiner, source.stream, part, sink)
                return
            if source.closed or not self.options.raw:
                part.fail(source.unknown)
            if self.options.raw:
                as_lines(self, examiner, source.stream, part, sink)

    def _opened(self) -> AbstractContextManager[Source]:
        if stream := self.stream or self.fetched:
            return sources.unpacked(stream, salvage=True)
        return sources.opened(self.place, named=self.named, salvage=True)

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        """Read the bytes of the file, decompressed."""
        raise NotImplementedError


def as_lines(task: FileTask, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
    """Read a stream line by line, whatever stands in it."""
    from piiguard.detect import BlockReader

    examiner.lines(part, BlockReader(stream, task.options.encoding), task.place, sink=sink)


@contextmanager
def told(part: Part, encoding: str = "auto") -> Iterator[None]:
    """What keeps a file from being read to its end is what was not read."""
    try:
        yield
    except PiiguardError as error:
        part.fail(str(error))
    except UnicodeError:  # UTF-16 without its mark, for one; the error itself would hold the bytes
        part.fail(f"not of the encoding {encoding}")
    except (OSError, *sources.DAMAGED) as error:
        part.fail(_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) and not error.strerror:
        return "a recognizer took too long, and what is behind that was not read"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the compressed data is damaged or ends too early"
