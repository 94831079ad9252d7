"""What all readers of files share: how one is opened, and what is said when it breaks."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, BinaryIO

from piiguard.errors import PiiguardError
from piiguard.read import Examiner, Sink, Task, sources, watched
from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part
from piiguard.read.sources import Source

__all__ = ["Counted", "FileTask", "as_lines", "encoding_of", "mark_of", "peeked", "suffix_of", "told"]

_HEAD = 1 << 16
_PRESSED = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class FileTask(Task):
    """A file; ``named`` says that it was asked for by its own name, so that it may be a link, a FIFO or a device.

    An open ``stream`` is read in its place, as text; what was ``fetched`` of it, as it would be itself: of so many bytes in
    ``total``, from wherever one likes, where that is known. ``within`` reads what
    holds other things, and says whether it did.
    """

    options: ReadOptions = field(kw_only=True)
    named: bool = False
    stream: BinaryIO | None = None
    fetched: BinaryIO | None = None
    within: Callable[[FileTask, Source, Examiner, Part, Sink | None], bool] | None = None

    @property
    def mark(self) -> str:
        try:
            now = os.stat(self.place)
        except OSError:
            return ""
        return mark_of(now)

    @property
    def weight(self) -> int:
        """The bytes of the file itself, packed as it is; 0 where nobody knows."""
        if self.stream or self.fetched:
            return max(self.total, 0)
        try:
            return os.stat(self.place).st_size
        except (OSError, ValueError):
            return 0

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        with told(part, self.options.encoding), self._opened() as source:
            try:
                self._read(source, examiner, part, sink)
            finally:
                _search_heads(source, examiner, part)

    def _read(self, source: Source, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        if self.within and self.within(self, source, examiner, part, sink):
            return
        if not source.unknown:
            stream, _ = watched.over(source.stream, self.options.encoding, lambda: watched.tell(part))
            self.search(examiner, stream, part, sink)
            return
        if source.closed or not self.options.raw:
            part.fail(source.unknown)
        if self.options.raw:
            as_lines(self, examiner, source.stream, part, sink)

    def _opened(self) -> AbstractContextManager[Source]:
        if stream := self.stream or self.fetched:
            return sources.unpacked(stream, max(self.total, 0), salvage=True)
        return sources.opened(self.place, named=self.named, salvage=True)

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        """Read the bytes of the file, decompressed."""
        raise NotImplementedError


def as_lines(task: FileTask, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
    """Read a stream line by line, whatever stands in it."""
    from piiguard.detect import BlockReader

    examiner.lines(part, BlockReader(stream, task.options.encoding), task.place, sink=sink)


def _search_heads(source: Source, examiner: Examiner, part: Part) -> None:
    """Search what the heads of compressed streams say beside them."""
    from piiguard.detect import encodings

    for said in source.said:
        text = encodings.text_of(said) or encodings.stretches_of(said)
        if text.strip():
            examiner.text(part.lines.setdefault(0, Lines()), text.replace("\0", "\n"), 1)


def suffix_of(name: str) -> str:
    """How a file's name ends, without that of its compression.

    >>> suffix_of("clients.CSV.gz"), suffix_of("app.log"), suffix_of("core")
    ('.csv', '.log', '')
    """
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in _PRESSED else path).suffix


def mark_of(now: os.stat_result) -> str:
    """What changes when a file does: nobody sets the time of its last change back."""
    return f"{now.st_size} {now.st_mtime_ns} {now.st_ctime_ns} {now.st_ino}"


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


class Counted(io.RawIOBase):
    """Counts what is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.read_bytes += len(chunk)
        return len(chunk)


def peeked(stream: BinaryIO) -> bytes:
    """What a buffered stream gives first, and gives again; nothing more is waited for."""
    return stream.peek(1) if isinstance(stream, io.BufferedReader) else b""


def encoding_of(source: io.BufferedReader, wanted: str) -> str:
    """The encoding of what is about to be read: the one asked for, or what its head looks like."""
    from piiguard.detect import encodings

    return encodings.detect(source.peek(_HEAD)[:_HEAD]) if wanted == "auto" else wanted
