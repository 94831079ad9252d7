"""Names bytes of an archive that belong to none of its members: who reads it as a stream sees members there."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from typing import BinaryIO, cast

from piiguard.read.holder import Holder

__all__ = ["BETWEEN", "LOCAL", "Passed", "name_between", "name_strays"]

BETWEEN = "bytes that belong to none of its members were not read"
LOCAL = 30
"""Bytes of the head of a member, at least."""
_MOST_LISTS = 32 << 20


class Passed:
    """A stream that is read from its beginning to its end, and whether anything stood where nothing should.

    A tar fills up each of its members to a whole block; whoever reads it passes over that.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._last, self._at = b"", 0
        self._start = self._end = 0
        self.strays = False

    def watch(self, start: int, end: int) -> None:
        """There should be nothing from here to there: not before the piece that was read last."""
        self._start, self._end = start, end
        self._look()

    def read(self, size: int = -1) -> bytes:
        self._at += len(self._last)
        self._last = self._stream.read(size)
        self._look()
        return self._last

    def _look(self) -> None:
        start, end = max(self._start - self._at, 0), max(self._end - self._at, 0)
        self.strays = self.strays or bool(self._last[start:end].strip(b"\0"))


def name_strays(holder: Holder, archive: zipfile.ZipFile) -> None:
    """Name bytes of a zip that are neither of a member nor of its lists: who reads it as a stream sees members there."""
    if _has_strays(archive):
        holder.part.fail(BETWEEN)


def name_between(holder: Holder, file: BinaryIO, parts: Iterable[tuple[int, int]], size: int) -> None:
    """Name bytes of an archive that are in none of its parts, which begin and end there."""
    end = 0
    for start, behind in sorted((*parts, (size, size))):
        if start < end or not _is_empty(file, end, start):
            holder.part.fail(BETWEEN)
            return
        end = max(end, behind)


def _has_strays(archive: zipfile.ZipFile) -> bool:
    file = cast(BinaryIO, archive.fp)
    size = file.seek(0, io.SEEK_END)
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if not _is_empty(file, end, info.header_offset):
            return True
        end = info.header_offset + _length(file, info)
    lists = archive.start_dir
    return not _is_empty(file, end, lists) or not _ends(file, lists, size, archive.comment)


def _is_empty(file: BinaryIO, start: int, end: int) -> bool:
    """Whether there is nothing but zero bytes, by which some programs align their members."""
    file.seek(start)
    while start < end:
        piece = file.read(min(end - start, 1 << 20))
        if piece.strip(b"\0"):
            return False
        if not piece:
            break
        start += len(piece)
    return True


def _length(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Bytes of a member, with its own head and what may say its length behind it."""
    file.seek(info.header_offset)
    head = file.read(LOCAL)
    length = LOCAL + _sum("<HH", head[26:30]) + info.compress_size
    if not info.flag_bits & 8:
        return length
    file.seek(info.header_offset + length)
    said = file.read(24)
    sum_, sizes = struct.pack("<I", info.CRC), (info.compress_size, info.file_size)
    known = [sum_ + struct.pack("<QQ", *sizes)]
    if max(sizes) < 1 << 32:
        known.append(sum_ + struct.pack("<II", *sizes))
    records = (mark + each for each in known for mark in (b"PK\x07\x08", b""))
    return length + next((len(record) for record in records if said.startswith(record)), 0)


def _sum(lengths: str, data: bytes) -> int:
    try:
        return sum(map(int, struct.unpack(lengths, data)))
    except struct.error:
        return 0


def _ends(file: BinaryIO, lists: int, size: int, comment: bytes) -> bool:
    """Whether the list of the members, and the records of its own end, are the end of the file."""
    file.seek(lists)
    data = file.read(min(size - lists, _MOST_LISTS))
    at = 0
    while data.startswith(b"PK\x01\x02", at) and at + 46 <= len(data):
        at += 46 + _sum("<HHH", data[at + 28 : at + 34])
    if data.startswith(b"PK\x06\x06", at) and at + 12 <= len(data):
        at += 12 + int(struct.unpack("<Q", data[at + 4 : at + 12])[0]) + 20
    return data.startswith(b"PK\x05\x06", at) and len(data) == at + 22 + len(comment)
