"""The bytes of a file: opened once, decompressed, and no further than where it ended then."""

from __future__ import annotations

import errno
import io
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from piiguard.files import regular
from piiguard.read import magic, packed

__all__ = [
    "DAMAGED",
    "LOGS",
    "STDIN",
    "Source",
    "encoded",
    "is_log",
    "is_sqlite",
    "opened",
    "regular",
    "size_of",
    "unpacked",
]

STDIN = "-"
_MAGIC = 8
LOGS = {
    "-wal": (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"),
    "-shm": tuple((3007000).to_bytes(4, order) for order in ("little", "big")),
}
"""What a log and its index begin with. https://www.sqlite.org/walformat.html"""
DAMAGED = (EOFError, zlib.error, lzma.LZMAError)
"""What reading damaged compressed data raises, beside :class:`OSError`."""


@dataclass(slots=True)
class Source:
    """A file that is open: all its bytes, decompressed by what its head says, whatever its name.

    ``size`` are the bytes that reading will give, -1 where they are compressed or come from a pipe; ``unknown`` says
    why its bytes are no text, and ``closed`` that they show nothing of what it holds. ``head`` are the first of them,
    and ``packed`` those of the file itself where it is compressed; ``said`` is what its heads say beside that. So many ``zeros`` stood before them. ``file`` is the open
    file, where it has a size and is what the stream gives.
    """

    stream: BinaryIO
    size: int = -1
    unknown: str = ""
    closed: bool = False
    head: bytes = b""
    packed: bytes = b""
    zeros: int = 0
    file: BinaryIO | None = None
    said: Collection[bytes] = ()


@contextmanager
def opened(name: str, *, named: bool, salvage: bool = False) -> Iterator[Source]:
    """Open a file once: a pipe gives its head only once, and what stands under a name may change.

    ``named`` is a file that somebody asked for by its own name; others have to be regular files. ``salvage`` gives
    what stands before damage as if the file ended there, and raises at the end.
    """
    if name == STDIN:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "standard input is closed")
        with unpacked(sys.stdin.buffer, salvage=salvage, live=True) as source:
            yield source
        return
    with (
        open(name, "rb", buffering=0) if named else regular(name) as file,
        unpacked(file, os.fstat(file.fileno()).st_size, salvage=salvage) as source,
    ):
        yield source


@contextmanager
def unpacked(file: Any, size: int = 0, *, salvage: bool = False, live: bool = False) -> Iterator[Source]:
    """What an open file of so many bytes gives, decompressed; a ``live`` one gives each line as soon as it has it."""
    whole = _Whole(file, size, salvage=salvage, live=live)
    plain = io.BufferedReader(whole, 1 << 16)
    pressed = packed.decompressed(plain, whole.head)
    first = whole if pressed is None else _Whole(pressed, salvage=salvage)
    given = plain if pressed is None else io.BufferedReader(first, 1 << 16)
    with given:
        yield Source(
            cast(BinaryIO, given),
            size if size and pressed is None else -1,
            magic.unknown(first.head),
            magic.is_closed(first.head),
            first.head,
            b"" if pressed is None else whole.head[:_MAGIC],
            first.zeros,
            file if size and pressed is None else None,
            getattr(pressed, "said", ()),
        )
    for each in (whole, first):
        if each.damage:
            raise each.damage


def _may_be_packed(head: bytes) -> bool:
    """Whether it takes more bytes to know."""
    return any(len(head) < len(magic) and magic.startswith(head) for magic in packed.MAGIC)


def _read_of(stream: Any) -> Callable[[int], bytes]:
    """How to get what there is: a buffer over a pipe waits for all that was asked for."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read


def encoded(stream: IO[str]) -> BinaryIO:
    """The bytes of a text stream, in UTF-8."""
    return cast(BinaryIO, io.BufferedReader(_Encoded(stream), 1 << 16))


class _Encoded(io.RawIOBase):
    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # a character takes four bytes at most
        data = self._stream.read(max(1, len(buffer) // 4)).encode("utf-8", "surrogateescape")
        buffer[: len(data)] = data
        return len(data)


class _Whole(io.RawIOBase):
    """All of a file, whose head is known beforehand; it ends where it ended when it was opened, however it grows.

    Zeros that fill the whole head are passed over: a log that was cut while it was written begins with gigabytes of them.
    """

    def __init__(self, file: Any, size: int = 0, *, salvage: bool = False, live: bool = False) -> None:
        self._read, self._salvage, self._live = _read_of(file), salvage, live
        # pipes and devices have no size: they end when they end
        self._left = size or sys.maxsize
        self.damage: OSError | EOFError | zlib.error | lzma.LZMAError | None = None
        self.zeros = 0
        self._kept = self.head = self._first()

    def _first(self) -> bytes:
        """The first bytes, which a pipe gives bit by bit; behind a ``live`` one somebody waits for what he has written."""
        head = b""
        while (_may_be_packed(head) if self._live else len(head) < magic.HEAD) and (
            more := self._next(magic.HEAD - len(head))
        ):
            head += more
            if len(head) == magic.HEAD and not head.strip(b"\0"):
                self.zeros += len(head)
                head = b""
        return head

    def _next(self, most: int) -> bytes:
        if self.damage:
            return b""
        try:
            data = self._read(min(most, self._left)) or b""
        except (OSError, *DAMAGED) as error:
            if not self._salvage:
                raise
            self.damage = error
            return b""
        self._left -= len(data)
        return data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._kept:
            chunk, self._kept = self._kept[: len(buffer)], self._kept[len(buffer) :]
        else:
            chunk = self._next(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def is_sqlite(name: str, *, named: bool) -> bool:
    """Whether this is a regular file that holds an SQLite database."""
    try:
        with regular(name, named=named) as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def is_log(name: str, end: str) -> bool:
    """Whether SQLite wrote the regular file that has this of its ends: by what it begins with, if anything stands there."""
    try:
        with regular(name) as file:
            return file.read(4) in (b"", *LOGS[end])
    except OSError:
        return False


def size_of(name: str, *, named: bool) -> int:
    """The bytes of a regular file, or -1 where they are compressed, packed, or it cannot be read."""
    try:
        with regular(name, named=named) as file:
            head = file.read(1024)
            pressed = head.startswith(packed.MAGIC) or magic.is_closed(head)
            return -1 if pressed else os.fstat(file.fileno()).st_size
    except OSError:
        return -1
