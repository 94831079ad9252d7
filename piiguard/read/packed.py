"""Compressed streams, one behind the other, to the last byte of the file; and how one is compressed again.

Python's own readers of xz and bzip2 stop without a word where something else follows, and that of zstandard where a file
was cut off: whatever stands there would not be looked at, and nobody told. Here a file ends where a stream ends, but
for zeros that pad it, or it is damaged.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Generator
from functools import partial
from typing import IO, Any

from piiguard.errors import MissingExtra

__all__ = ["MAGIC", "Inflated", "compressed", "decompressed"]

_PIECE = 1 << 12
"""Bytes that are taken at a time: what stands in one with damage is not given."""
_GIVEN = 1 << 13
"""Bytes that are given at a time, for the same reason."""
_DAMAGED = "damaged or cut off"
_SKIPPABLE = 0x184D2A5  # and four bits of any value
_REPEATED = 1  # a block of one byte, so many times
_MOST_HEAD = 1 << 18
_FEWEST_SAID, _MOST_SAID = 8, 1 << 22
_LONG_HEAD = "heads of gzip streams that are longer than any"
_MOST_MEMORY = 128 << 20  # bytes that a file's head may ask for: xz -9 needs 65 MB, zstd --long 128


def decompressed(plain: IO[bytes], head: bytes) -> io.RawIOBase | None:
    """The stream as it was before it was compressed, as its first bytes say; None if it was not.

    Reading it raises :class:`OSError`, :class:`EOFError`, :class:`zlib.error` or :class:`lzma.LZMAError` where it is
    damaged, was cut off, or something else follows.
    """
    opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
    return opener(plain) if opener else None


def compressed(sink: Any, head: bytes) -> Any:
    """What compresses into ``sink`` as a stream is that has these first bytes, and writes its end when it is closed.

    Itself, and not to be closed, where they are those of no compressed stream. The sink stays open.
    """
    writer = next((writer for magic, writer in _WRITERS.items() if head.startswith(magic)), None)
    return writer(sink) if writer else sink


class _Streams(io.RawIOBase):
    """Several streams; ``begin`` makes a decompressor for one, as :mod:`bz2` and :mod:`lzma` have it."""

    def __init__(self, plain: IO[bytes], begin: Callable[[], Any]) -> None:
        self._plain, self._begin = plain, begin
        self._stream = begin()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data:
            given = b""
            if self._stream.eof:
                if not (given := self._behind()):
                    return 0
                self._stream = self._begin()
            elif self._stream.needs_input and not (given := self._plain.read(_PIECE)):
                raise EOFError(_DAMAGED)
            data = self._stream.decompress(given, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _behind(self) -> bytes:
        """What follows the stream that has ended, without the zeros by which a file is padded."""
        given: bytes = self._stream.unused_data.lstrip(b"\0")
        while not given and (more := self._plain.read(_PIECE)):
            given = more.lstrip(b"\0")
        return given


class _Gzips(_Streams):
    """Streams of gzip; what their heads say is kept once. Of a few bytes, as bgzip has in each, nothing can be made."""

    def __init__(self, plain: IO[bytes]) -> None:
        self.said: dict[bytes, None] = {}
        self._room = _MOST_SAID
        super().__init__(plain, lambda: _Gzip(self._say))

    def _say(self, fields: bytes) -> None:
        if len(fields) >= _FEWEST_SAID and fields not in self.said:
            self.said[fields] = None
            self._room -= len(fields)
            if self._room < 0:
                raise OSError(_LONG_HEAD)


class Inflated:
    """A stream of :mod:`zlib`, with the methods that decompressors of :mod:`bz2` and :mod:`lzma` have; ``bits`` say of which form."""

    def __init__(self, bits: int) -> None:
        self._stream = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


class _Gzip(Inflated):
    """A stream of gzip, whose head may say more than the stream: its name, a comment, fields of programs (RFC 1952)."""

    def __init__(self, said: Callable[[bytes], None]) -> None:
        super().__init__(zlib.MAX_WBITS | 16)
        self._said, self._head = said, b""
        self._begun = False

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if not self._begun:
            self._head += data
            fields = _fields_of_gzip(self._head)
            if fields is not None:
                self._begun, self._head = True, b""
                self._said(b"\n".join(fields))
            elif len(self._head) > _MOST_HEAD:
                raise OSError(_LONG_HEAD)
        return super().decompress(data, max_length)


def _fields_of_gzip(head: bytes) -> list[bytes] | None:
    """What a head says beside its stream; None where it goes on."""
    fields, at = [], 10
    if len(head) < at:
        return None
    flags = head[3]
    if flags & 4:
        end = at + 2 + int.from_bytes(head[at : at + 2], "little")
        fields.append(head[at + 2 : end])
        at = end
    for flag in (8, 16):
        if flags & flag and at <= len(head):
            end = head.find(b"\0", at)
            if end < 0:
                return None
            fields.append(head[at:end])
            at = end + 1
    return fields if at <= len(head) else None


class _Zstd(io.RawIOBase):
    """The package zstandard: it takes what was cut off for whole, so the borders of frames are watched."""

    def __init__(self, plain: IO[bytes], library: Any) -> None:
        self._frames, self._error = _Frames(plain), library.ZstdError
        decompressor = library.ZstdDecompressor(max_window_size=_MOST_MEMORY)
        self._stream = decompressor.stream_reader(self._frames, read_across_frames=True, closefd=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count: int = self._stream.readinto(memoryview(buffer)[:_GIVEN])
        except self._error:
            raise EOFError(_DAMAGED) from None
        if not count and not self._frames.whole:
            raise EOFError(_DAMAGED)
        return count


class _Frames:
    """Reads on, and knows whether what was read ends where a frame does."""

    def __init__(self, plain: IO[bytes]) -> None:
        self._plain, self._parts, self._kept = plain, _parts(), b""
        self._wanted = next(self._parts)

    @property
    def whole(self) -> bool:
        return self._wanted is None

    def read(self, size: int) -> bytes:
        data = self._plain.read(size)
        at = 0
        while self._wanted is not None or at < len(data):
            if self._wanted is None:
                self._wanted = self._parts.send(b"")
            elif self._wanted > 0:
                part = data[at : at + self._wanted - len(self._kept)]
                at, self._kept = at + len(part), self._kept + part
                if len(self._kept) < self._wanted:
                    break
                self._wanted, self._kept = self._parts.send(self._kept), b""
            else:
                passed = min(-self._wanted, len(data) - at)
                at, self._wanted = at + passed, self._wanted + passed
                if self._wanted:
                    break
                self._wanted = self._parts.send(b"")
        return data


def _parts() -> Generator[int | None, bytes, None]:
    """The bytes that come next, by RFC 8878: so many are looked at, or passed over if negative; None between frames."""
    while True:
        yield None
        if int.from_bytes((yield 4), "little") >> 4 == _SKIPPABLE:
            yield -int.from_bytes((yield 4), "little")
            continue
        (described,) = yield 1
        single, summed = bool(described & 32), bool(described & 4)
        yield -((not single) + (0, 1, 2, 4)[described & 3] + (int(single), 2, 4, 8)[described >> 6])
        last = False
        while not last:
            block = int.from_bytes((yield 3), "little")
            last = bool(block & 1)
            yield -(1 if block >> 1 & 3 == _REPEATED else block >> 3)
        if summed:
            yield -4


def _open_zstd(plain: IO[bytes]) -> io.RawIOBase:
    try:
        from compression import zstd  # type: ignore[import-not-found] # Python 3.14
    except ImportError:
        try:
            import zstandard
        except ImportError:
            raise MissingExtra("scan", "zstandard") from None
        return _Zstd(plain, zstandard)
    return _Python314(plain, zstd)


class _Python314(_Streams):
    def __init__(self, plain: IO[bytes], library: Any) -> None:
        window = {library.DecompressionParameter.window_log_max: _MOST_MEMORY.bit_length() - 1}
        self._error = library.ZstdError
        super().__init__(plain, partial(library.ZstdDecompressor, options=window))

    def readinto(self, buffer: Any) -> int:
        try:
            return super().readinto(buffer)
        except self._error:
            raise EOFError(_DAMAGED) from None


def _write_gzip(sink: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile("", "wb", fileobj=sink, mtime=0)


def _write_zstd(sink: IO[bytes]) -> Any:
    try:
        from compression import zstd
    except ImportError:
        import zstandard  # which has read the stream already

        return zstandard.ZstdCompressor().stream_writer(sink, closefd=False)
    return zstd.ZstdFile(sink, "wb")


_WRITERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": _write_gzip,
    b"BZh": partial(bz2.BZ2File, mode="wb"),
    b"\xfd7zXZ\x00": partial(lzma.LZMAFile, mode="wb"),
    b"\x28\xb5\x2f\xfd": _write_zstd,
}
_OPENERS: dict[bytes, Callable[[IO[bytes]], io.RawIOBase]] = {
    b"\x1f\x8b": _Gzips,
    b"BZh": partial(_Streams, begin=bz2.BZ2Decompressor),
    b"\xfd7zXZ\x00": partial(
        _Streams, begin=partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
    ),
    b"\x28\xb5\x2f\xfd": _open_zstd,
}
MAGIC = tuple(_OPENERS)
"""How compressed files begin."""
