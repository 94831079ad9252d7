"""What all readers of files share: which files a target names, how one is opened, and what is said when it breaks."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import BinaryIO

from piiguard.errors import PiiguardError
from piiguard.scan import sources
from piiguard.scan.listing import Listing
from piiguard.scan.options import Options
from piiguard.scan.part import Part
from piiguard.scan.read import Examiner, Kind, Left, Sink, Task
from piiguard.scan.sources import Source

__all__ = ["BINARY", "FileSource", "FileTask", "kind_of", "told"]

BINARY = "a binary file; --raw looks for residues in any bytes"


@dataclass(frozen=True, slots=True)
class FileTask(Task):
    """A file; ``named`` says that it was asked for by its own name, so that it may be a link, a FIFO or a device.

    An open ``stream`` is read in its place, as text; what was ``fetched`` of it, as it would be itself.
    """

    options: Options = field(kw_only=True)
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
            if source.binary and not self.options.raw:
                part.fail(BINARY)
            else:
                self.search(examiner, source.stream, part, sink)

    def _opened(self) -> AbstractContextManager[Source]:
        if self.stream:
            return nullcontext(Source(self.stream))
        if self.fetched:
            return sources.unpacked(self.fetched)
        return sources.opened(self.place, named=self.named)

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        """Read the bytes of the file, decompressed."""
        raise NotImplementedError


@contextmanager
def told(part: Part, encoding: str = "auto") -> Iterator[None]:
    """What keeps a file from being read to its end is what was not read."""
    try:
        yield
    except PiiguardError as error:
        part.fail(str(error))
    except UnicodeError:  # UTF-16 without its mark, for one; the error itself would hold the bytes
        part.fail(f"not of the encoding {encoding}")
    except csv.Error:
        part.fail("no table of this form: a row cannot be told from the next")
    except (OSError, *sources.DAMAGED) as error:
        part.fail(_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) and not error.strerror:
        return "a recognizer took too long, and what is behind that was not read"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the compressed data is damaged or ends too early"


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
        # a stream that was read once is another one the next time, under the same name
        self.noted = stream is None and not (listing.named and not os.path.isfile(name))

    def close(self) -> None:
        """Nothing stays open."""

    def tasks(self, options: Options) -> Iterable[Task]:
        for file in self._listing.files:
            if file not in self._skip:
                yield self._task(file, options)
        for place, why in self._listing.left:
            yield Left(place, why=why, shared=False)

    def _idle(self) -> None:
        self.idle = True
        if self._waiting:
            self._waiting()

    def _task(self, file: str, options: Options) -> Task:
        if self._waiting:
            from piiguard.scan.read import log

            return log.LogTask(file, options=options, named=True, shared=False, waiting=self._idle)
        by_line = self._by_line or self._stream is not None
        kind = kind_of(file, options, by_line=by_line)
        named = self._listing.named
        size = -1 if self._stream else sources.size_of(file, named=named)
        return kind(file, size, options=options, named=named, stream=self._stream, shared=not self._stream)


def kind_of(file: str, options: Options, *, by_line: bool = False) -> type[FileTask]:
    """What reads a file, by its name."""
    from piiguard.scan.read import dump, log, sheet

    if by_line or options.raw:
        return log.LogTask
    return sheet.task_of(file) or dump.task_of(file) or log.LogTask
