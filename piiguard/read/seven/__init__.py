"""Reads 7z archives, member by member, by the standard library alone.

What was packed together is unpacked as one stream, so memory is that of its dictionary. A way of packing that the standard
library does not know (PPMd, BCJ2, Deflate64, Zstandard) is named, and so is what a password shuts.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from piiguard.read import archive, memory, strays
from piiguard.read.holder import BOMB, RATIO, Holder
from piiguard.read.seven.header import Folder, Header, Streams, header
from piiguard.read.seven.streams import BROKEN, Shut, has_more, opened
from piiguard.read.sources import Source

__all__ = ["read"]

_MARK = struct.Struct("<6s2sIQQI")
_MOST_HEADER = 64 << 20
_LARGE = 64 << 20


def read(holder: Holder, source: Source) -> None:
    """Read each file of a 7z archive, and name those that cannot be."""
    with archive.seekable(source) as file:
        try:
            with memory.bounded():
                found = _header(holder, file)
        except MemoryError:
            holder.part.fail(memory.TOO_MUCH)
            return
        except Shut as shut:
            holder.part.fail(str(shut))
            return
        except (ValueError, struct.error, EOFError, *BROKEN):
            holder.part.fail(archive.DAMAGED)
            return
        folders = (each.name.encode("utf-8", "surrogateescape") for each in found.files if each.is_folder)
        archive.tell(holder, [*found.other, *folders])
        _members(holder, file, found)


def _header(holder: Holder, file: BinaryIO) -> Header:
    """The header, which may be packed itself. What of the archive belongs to no part of it is named."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    _, _, sum_, offset, length, own = _MARK.unpack(file.read(_MARK.size))
    start = _MARK.size + offset
    if (
        zlib.crc32(struct.pack("<QQI", offset, length, own)) != sum_
        or start + length > size
        or length > _MOST_HEADER
    ):
        raise ValueError
    parts = [(0, _MARK.size), (start, start + length)]
    file.seek(start)
    data = file.read(length)
    for _ in range(4):
        if zlib.crc32(data) != own:
            raise ValueError
        if not data:
            found: Header | Streams = Header(Streams([], _MARK.size, _MARK.size), [])
        else:
            found = header(data, _MARK.size)
        streams = found.streams if isinstance(found, Header) else found
        parts.append((streams.start, streams.end))
        if isinstance(found, Header):
            strays.name_between(holder, file, parts, size)
            return found
        data, own = _unpacked(file, found)
    raise ValueError


def _unpacked(file: BinaryIO, streams: Streams) -> tuple[bytes, int]:
    """A header that is packed, and its sum."""
    [folder] = streams.folders
    if folder.size > _MOST_HEADER:
        raise ValueError
    data = io.BufferedReader(opened(file, folder), 1 << 16).read(folder.size)
    return data, zlib.crc32(data) if folder.sum is None else folder.sum


def _members(holder: Holder, file: BinaryIO, found: Header) -> None:
    parts = _parts(file, found.streams.folders)
    for each in found.files:
        if each.is_folder:
            continue
        if not archive.goes_on(holder):
            return
        if each.empty:
            holder.file(each.name, cast(BinaryIO, io.BytesIO()))
            continue
        part, why = next(parts)
        if part is None:
            holder.fail(each.name, why)
        else:
            holder.file(each.name, cast(BinaryIO, part))
            part.end(holder)


def _parts(file: BinaryIO, folders: list[Folder]) -> Iterator[tuple[_Part | None, str]]:
    """The bytes of each file in turn, or why they are not read."""
    for folder in folders:
        why = ""
        try:
            if folder.size > _LARGE and folder.size > RATIO * (folder.end - folder.start):
                raise Shut(BOMB)
            stream = opened(file, folder)
            given = io.BufferedReader(stream, 1 << 16)
        except (Shut, ValueError) as shut:
            why = str(shut) if isinstance(shut, Shut) else archive.DAMAGED
        last = len(folder.sizes) - 1
        for at, (size, sum_) in enumerate(zip(folder.sizes, folder.sums, strict=True)):
            part = None if why else _Part(cast(BinaryIO, given), size, sum_, stream if at == last else None)
            yield part, why


class _Part(io.RawIOBase):
    """A file: so many of the next bytes. It ends too early, or has another sum than it should, where it is damaged."""

    def __init__(self, stream: BinaryIO, size: int, sum_: int | None, last: io.RawIOBase | None) -> None:
        self._from, self._left, self._sum, self._last = stream, size, sum_, last
        self._own = 0
        self._damaged = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._damaged:
            raise EOFError(archive.DAMAGED)
        if not self._left:
            return 0
        try:
            data = self._from.read(min(len(buffer), self._left))
        except (EOFError, ValueError, *BROKEN):
            data = b""
        self._own = zlib.crc32(data, self._own)
        self._left -= len(data)
        self._damaged = not data or (not self._left and self._sum not in (None, self._own))
        if not data:
            raise EOFError(archive.DAMAGED)
        buffer[: len(data)] = data
        return len(data)

    def end(self, holder: Holder) -> None:
        """Pass over what nobody read; that counts as well. What follows the ``last`` file of a folder is named."""
        try:
            while piece := self.read(1 << 16):
                holder.budget.take(len(piece))
        except EOFError:
            return
        if self._last and (self._from.read(1) or has_more(self._last)):
            holder.part.fail(strays.BETWEEN)
