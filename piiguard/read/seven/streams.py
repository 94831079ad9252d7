"""What 7z packs by, undone by the standard library: LZMA, LZMA2 and what stands in front of it, bzip2, Deflate, nothing."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import sys
import zlib
from typing import Any, BinaryIO, Protocol

from piiguard.read import archive, memory
from piiguard.read.packed import Inflated
from piiguard.read.seven.header import Coder, Folder

__all__ = ["BROKEN", "Shut", "has_more", "opened"]

_LARGEST = 128 << 20
"""Bytes of a dictionary: 7-Zip's best takes 64 MiB or less, but where it is told to."""
_PIECE = 1 << 14
_SPARE = 8
"""Bytes behind the last sign that LZMA may not have asked for."""
_AES = b"\x06\xf1\x07\x01"
_LZMA, _LZMA2, _BZIP2, _DEFLATE = b"\x03\x01\x01", b"\x21", b"\x04\x02\x02", b"\x04\x01\x08"
_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x04": lzma.FILTER_X86, b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64, b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}  # fmt: skip
_DELTA = b"\x03"
BROKEN = (zlib.error, lzma.LZMAError, OSError)
"""What reading raises where it is damaged."""


class Shut(Exception):
    """Packed in a way that is not read; the message says so."""


def opened(file: BinaryIO, folder: Folder) -> io.RawIOBase:
    """The bytes of a folder, unpacked. Raises: :class:`Shut` for what is not read, :class:`ValueError` for damage."""
    if any(coder.method == _AES for coder in folder.coders):
        raise Shut(archive.ENCRYPTED)
    if folder.inputs != 1 or not all(coder.plain for coder in folder.coders):
        raise Shut(archive.UNKNOWN)
    stream: io.RawIOBase = _Range(file, folder.start, folder.end)
    filters: list[dict[str, Any]] = []
    for coder in reversed(folder.coders):
        stream, filters = _over(stream, coder, filters)
    if filters and filters[-1]["id"] not in (lzma.FILTER_LZMA1, lzma.FILTER_LZMA2):
        raise Shut(archive.UNKNOWN)
    stream = _lzma(stream, filters) if filters else stream
    if isinstance(stream, _Unpacked):
        stream.left = folder.size
    return stream


def _over(
    stream: io.RawIOBase, coder: Coder, filters: list[dict[str, Any]]
) -> tuple[io.RawIOBase, list[dict[str, Any]]]:
    """A stream, and what liblzma has to undo together; a filter stands in front of what it is packed by."""
    if coder.method in (b"", b"\x00"):
        return stream, filters
    if coder.method in (_LZMA, _LZMA2):
        below = _lzma(stream, filters) if filters else stream
        return below, [_dictionary(coder)]
    if coder.method == _DELTA and filters:
        [distance] = coder.properties
        return stream, [{"id": lzma.FILTER_DELTA, "dist": distance + 1}, *filters]
    # LZMA has no mark of its end here, and the last bytes of such a filter come with it alone
    if coder.method in _FILTERS and filters and filters[-1]["id"] == lzma.FILTER_LZMA2:
        return stream, [{"id": _FILTERS[coder.method]}, *filters]
    if coder.method in (_BZIP2, _DEFLATE):
        below = _lzma(stream, filters) if filters else stream
        return _Unpacked(
            below, bz2.BZ2Decompressor() if coder.method == _BZIP2 else Inflated(-zlib.MAX_WBITS)
        ), []
    raise Shut(archive.UNKNOWN)


def _dictionary(coder: Coder) -> dict[str, Any]:
    """How LZMA was told to pack, as liblzma takes it."""
    if coder.method == _LZMA2:
        [bits] = coder.properties
        size = (2 | bits & 1) << (bits // 2 + 11)
        made: dict[str, Any] = {"id": lzma.FILTER_LZMA2}
    else:
        first, size = struct.unpack("<BI", coder.properties)
        made = {"id": lzma.FILTER_LZMA1, "lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
    if size > _LARGEST:
        raise Shut(memory.TOO_MUCH)
    return {**made, "dict_size": max(size, 4096)}


def _lzma(stream: io.RawIOBase, filters: list[dict[str, Any]]) -> io.RawIOBase:
    endless = filters[-1]["id"] == lzma.FILTER_LZMA1
    try:
        return _Unpacked(stream, lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), endless=endless)
    except lzma.LZMAError:
        raise ValueError from None


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Range(io.RawIOBase):
    """A part of the archive."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._at, self.left = file, start, end - start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._at)
        data = self._file.read(min(len(buffer), self.left))
        buffer[: len(data)] = data
        self._at, self.left = self._at + len(data), self.left - len(data)
        return len(data)


class _Unpacked(io.RawIOBase):
    """What a decompressor makes of a stream; it ends with that or with the stream, whatever comes first.

    ``endless`` is one without a mark of its end: behind what was packed it gives anything, or breaks, so that no more than the
    bytes that are ``left`` are asked for.
    """

    def __init__(self, stream: io.RawIOBase, decompressor: _Decompressor, *, endless: bool = False) -> None:
        self.below, self._decompressor, self.endless = stream, decompressor, endless
        self.left = sys.maxsize

    @property
    def unused(self) -> bytes:
        """What stands behind the mark of its end."""
        return self._decompressor.unused_data if self._decompressor.eof else b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data, own = b"", self._decompressor
        while self.left and not data and not own.eof:
            given = (self.below.read(_PIECE) or b"") if own.needs_input else b""
            data = own.decompress(given, min(len(buffer), self.left))
            if not data and not given and own.needs_input:
                break
        buffer[: len(data)] = data
        self.left -= len(data)
        return len(data)


def has_more(stream: io.RawIOBase) -> bool:
    """Whether more was packed than comes out of it."""
    spare = 0
    if isinstance(stream, _Unpacked) and not stream.endless:
        stream.left = 1
    elif isinstance(stream, _Unpacked):
        spare = _SPARE
    try:
        if stream.readinto(bytearray(1)) and not spare:
            return True
    except (EOFError, ValueError, *BROKEN):
        return True
    while isinstance(stream, _Unpacked):
        if stream.unused:
            return True
        stream = stream.below
    return isinstance(stream, _Range) and stream.left > spare
