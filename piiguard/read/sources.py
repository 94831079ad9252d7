"""The bytes of a file: opened once, decompressed, and no further than where it ended then."""

from __future__ import annotations

import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from piiguard.files import regular
from piiguard.read import packed

__all__ = [
    "DAMAGED",
    "STDIN",
    "Source",
    "encoded",
    "is_sqlite",
    "looks_binary",
    "opened",
    "regular",
    "size_of",
    "unpacked",
]

STDIN = "-"
_HEAD = 8192
_MAGIC = 8
DAMAGED = (EOFError, zlib.error, lzma.LZMAError)
"""What reading damaged compressed data raises, beside :class:`OSError`."""


@dataclass(slots=True)
class Source:
    """A file that is open: all its bytes, decompressed by what its head says, whatever its name.

    ``size`` are the bytes that reading will give, -1 where they are compressed or come from a pipe; ``binary`` says
    that the first of them, the ``head``, are those of no text. ``packed`` are the first bytes as they lie in the file
    where it is compressed.
    """

    stream: BinaryIO
    size: int = -1
    binary: bool = False
    head: bytes = b""
    packed: bytes = b""


@contextmanager
def opened(name: str, *, named: bool) -> Iterator[Source]:
    """Open a file once: a pipe gives its head only once, and what stands under a name may change.

    ``named`` is a file that somebody asked for by its own name; others have to be regular files.
    """
    if name == STDIN:
        with _piped(sys.stdin.buffer) as source:
            yield source
        return
    with (
        open(name, "rb", buffering=0) if named else regular(name) as file,
        unpacked(file, os.fstat(file.fileno()).st_size) as source,
    ):
        yield source


@contextmanager
def unpacked(file: Any, size: int = 0) -> Iterator[Source]:
    """What an open file of so many bytes gives, decompressed."""
    head = _head(file)
    plain = io.BufferedReader(_Whole(head, file, size), 1 << 16)
    pressed = head[:_MAGIC] if head.startswith(packed.MAGIC) else b""
    with packed.decompressed(plain, head) as stream:
        if pressed:
            head = stream.read(_HEAD)
            stream = io.BufferedReader(_Whole(head, stream), 1 << 16)
        yield Source(stream, -1 if pressed or not size else size, looks_binary(head), head, pressed)


@contextmanager
def _piped(stream: Any) -> Iterator[Source]:
    """A stream that is waited for no longer than its first bytes take."""
    stream = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    head = stream.peek(_HEAD)[:_HEAD]
    if head.startswith(packed.MAGIC):
        with unpacked(stream) as source:
            yield source
    else:
        yield Source(stream, binary=looks_binary(head), head=head)


def _head(file: Any) -> bytes:
    """The first bytes; a pipe gives them bit by bit."""
    head = b""
    while len(head) < _HEAD and (more := file.read(_HEAD - len(head))):
        head += more
    return head


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
    """A head that was read already, and what follows; a file ends where it ended when it was opened, however it grows."""

    def __init__(self, head: bytes, rest: Any, size: int = 0) -> None:
        self._head, self._rest = head, rest
        # pipes and devices have no size: they end when they end
        self._left = max(size - len(head), 0) if size else sys.maxsize

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            chunk, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            chunk = self._rest.read(min(len(buffer), self._left))
            self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def is_sqlite(name: str, *, named: bool) -> bool:
    """Whether this is a regular file that holds an SQLite database."""
    try:
        with regular(name, named=named) as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def looks_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are those of no text.

    UTF-16 has as many zero bytes as a binary file, but all at even or all at odd places.
    """
    if b"\x00" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    even, odd = head[0::2].count(0), head[1::2].count(0)
    zeros = even + odd
    return min(even, odd) > zeros // 50 or zeros <= len(head) // 8


def size_of(name: str, *, named: bool) -> int:
    """The bytes of a regular file, or -1 where they are compressed or it cannot be read."""
    try:
        with regular(name, named=named) as file:
            pressed = file.read(8).startswith(packed.MAGIC)
            return -1 if pressed else os.fstat(file.fileno()).st_size
    except OSError:
        return -1
