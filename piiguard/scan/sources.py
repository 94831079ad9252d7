"""Which files a target names, and their bytes: decompressed, and no further than where they ended at start."""

from __future__ import annotations

import bz2
import glob
import gzip
import io
import lzma
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from piiguard.errors import MissingExtra, ScanError

__all__ = ["STDIN", "encoded", "is_binary", "is_sqlite", "looks_binary", "opened", "resolve", "size_of"]

STDIN = "-"
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_HEAD = 8192


def resolve(target: str) -> Iterator[str]:
    """The files of a target in the order of their names: itself, all files below a directory, or a glob's."""
    if target == STDIN:
        yield target
        return
    path = Path(target)
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (os.path.join(folder, name) for name in sorted(names) if not name.startswith("."))
        return
    if path.exists() or path.is_symlink():
        yield target
        return
    found = sorted(name for name in glob.glob(target, recursive=True) if os.path.isfile(name))
    if not found:
        raise ScanError(
            f"{target}: there is no such file, directory or database",
            source=target,
            hint="name a file, a directory, a glob in quotes, - for standard input, or a database URL",
        )
    yield from found


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The bytes of a file, decompressed by what its head says, whatever its name."""
    if name == STDIN:
        yield cast(BinaryIO, sys.stdin.buffer)
        return
    with open(name, "rb") as file:
        plain: io.BufferedReader = io.BufferedReader(_UpToNow(file), 1 << 16)
        with _decompressed(plain) as stream:
            yield stream


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


def _decompressed(plain: io.BufferedReader) -> Any:
    head = plain.peek(8)[:8]
    name = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if name == "gzip":
        return gzip.open(plain)
    if name == "bzip2":
        return bz2.open(plain)
    if name == "xz":
        return lzma.open(plain)
    return _zstd(plain) if name == "zstd" else plain


def _zstd(plain: IO[bytes]) -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found] # Python 3.14
    except ImportError:
        try:
            import zstandard
        except ImportError:
            raise MissingExtra("scan", "zstandard") from None
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(plain, read_across_frames=True))
    return zstd.open(plain)


class _UpToNow(io.RawIOBase):
    """A file that ends where it ended when it was opened, however long it grows meanwhile."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        size = os.fstat(file.fileno()).st_size
        # pipes and devices have no size: they end when they end
        self._left = size if size else sys.maxsize

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(min(len(buffer), self._left))
        buffer[: len(chunk)] = chunk
        self._left -= len(chunk)
        return len(chunk)


def is_sqlite(name: str) -> bool:
    """Whether the file is an SQLite database."""
    try:
        with open(name, "rb") as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def is_binary(name: str) -> bool:
    """Whether the file holds no text in any encoding, by the first bytes behind any compression."""
    if name == STDIN:
        return False
    with opened(name) as stream:
        return looks_binary(stream.read(_HEAD))


def looks_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are those of no text.

    UTF-16 has as many zero bytes as a binary file, but all at even or all at odd places.
    """
    if b"\x00" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    even, odd = head[0::2].count(0), head[1::2].count(0)
    zeros = even + odd
    return min(even, odd) > zeros // 50 or zeros <= len(head) // 8


def size_of(name: str) -> int:
    """The bytes that reading will give, or -1 where they are compressed or come from a pipe."""
    if name == STDIN:
        return -1
    try:
        with open(name, "rb") as file:
            head = file.read(8)
            return (
                -1
                if head.startswith(tuple(magic for magic, _ in _MAGIC))
                else os.fstat(file.fileno()).st_size
            )
    except OSError:
        return -1
