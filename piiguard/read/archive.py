"""Reads zip and tar archives member by member; what they hold is never written under its name.

What stands in an archive beside its members is searched too: comments and fields of their own. Bytes that belong to none of
its members are named.

A tar is read as a stream, whatever it is compressed with. A zip needs to be looked through from its end: one that is a
member or comes through a pipe is kept in memory, and beyond that in a file that has no name.
"""

from __future__ import annotations

import io
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from piiguard.read import memory, strays
from piiguard.read.holder import BOMB, RATIO, Holder
from piiguard.read.sources import Source

__all__ = [
    "DAMAGED", "ENCRYPTED", "UNKNOWN", "goes_on", "read_tar", "read_zip", "seekable", "tell",
]  # fmt: skip

ENCRYPTED = "encrypted with a password"
DAMAGED = "damaged, or it ends too early"
UNKNOWN = "packed in a way that no reader knows"
_MANY = "its other members were not read: there are more than are opened here; unpack it, and scan the folder"
_OVERLAPPING = "not opened: its members stand for the same bytes, as those of a bomb do"
_BEHIND = "something follows the end of the archive, and was not read"
_COMMENTS = "comments"
_NUMBERS = frozenset({0x0001, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0x9901, 0xA11E, 0xCAFE, 0xD935})
_KEPT = frozenset({"path", "linkpath", "size", "uid", "gid", "uname", "gname", "mtime", "atime", "ctime"})
"""Headers of a tar that its library tells in another place, or that are numbers."""
_LARGE = 64 << 20
"""Bytes from which on it matters how many times a member grows."""
_IN_MEMORY = 32 << 20


@contextmanager
def seekable(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a file from wherever one likes."""
    if source.file is not None:
        source.file.seek(0)
        buffered = io.BufferedReader(cast(Any, source.file), 1 << 16)
        try:
            yield cast(BinaryIO, buffered)
        finally:
            buffered.detach()
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        while piece := source.stream.read(1 << 20):
            spool.write(piece)
        spool.seek(0)
        yield cast(BinaryIO, spool)


def read_zip(holder: Holder, archive: zipfile.ZipFile) -> None:
    """Read each file of a zip, and name those that cannot be."""
    if _overlaps(archive.infolist()):
        holder.part.fail(_OVERLAPPING)
        return
    strays.name_strays(holder, archive)
    tell(holder, _zip_comments(archive))
    for info in archive.infolist():
        if not goes_on(holder):
            return
        if info.is_dir() and not info.file_size:
            continue
        if info.flag_bits & 1:
            holder.fail(info.filename, ENCRYPTED)
        elif info.file_size > _LARGE and info.file_size > RATIO * info.compress_size:
            holder.fail(info.filename, BOMB)
        else:
            _read(holder, info.filename, lambda info=info: archive.open(info))  # type: ignore[misc]


def _zip_comments(archive: zipfile.ZipFile) -> Iterator[bytes]:
    yield archive.comment
    for info in archive.infolist():
        if info.is_dir():  # no member of ours is called by it
            yield info.filename.encode("utf-8", "surrogateescape")
        yield info.comment
        yield from _fields(info)


def _fields(info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Extra fields of a member that are no numbers of programs: its times, owners and lengths."""
    at, extra = 0, info.extra
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[at : at + 4])
        if kind not in _NUMBERS:
            yield extra[at + 4 : at + 4 + length]
        at += 4 + length
    yield extra[at:]


def tell(holder: Holder, comments: Iterable[bytes]) -> None:
    """Search what stands beside the members of an archive."""
    told = dict.fromkeys(text for each in comments if (text := each.translate(None, b"\0").strip()))
    if told:
        stream = cast(BinaryIO, io.BytesIO(b"\n".join(told) + b"\n"))
        holder.file(f"{_COMMENTS}.txt", stream)


def _overlaps(infos: Iterable[zipfile.ZipInfo]) -> bool:
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + strays.LOCAL + info.compress_size
    return False


def read_tar(holder: Holder, source: Source) -> None:
    """Read each file of a tar; folders, links and devices hold nothing."""
    ended: list[bool] = [False]

    class Header(tarfile.TarInfo):
        """Remembers whether the last one was the mark of the end: tarfile takes damage for one."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Any:
            ended[0] = len(buf) == tarfile.BLOCKSIZE and not bytes(buf).strip(b"\0")
            return super().frombuf(buf, encoding, errors)

    passed = strays.Passed(source.stream)
    archive = _tried(
        holder,
        lambda: tarfile.open(  # noqa: SIM115 - the stream that it reads is closed elsewhere
            fileobj=cast(Any, passed), mode="r|", tarinfo=Header, encoding="utf-8", errors="surrogateescape"
        ),
    )
    comments: dict[bytes, None] = {}
    while archive is not None:
        info = _tried(holder, archive.next)
        if info is None:
            break
        comments |= dict.fromkeys(_tar_comments(info))
        archive.members = []  # it keeps all of them, for looking them up
        if not goes_on(holder):
            return
        if info.isreg():
            _read(holder, info.name, lambda info=info: archive.extractfile(info))  # type: ignore[misc]
        if not info.issparse():
            passed.watch(info.offset_data + info.size, archive.offset)
    tell(holder, comments)
    if passed.strays:
        holder.part.fail(strays.BETWEEN)
    if archive is None or holder.part.unread:
        return
    if not ended[0]:
        holder.part.fail(DAMAGED)
    elif _has_more(cast(Any, archive.fileobj)):
        holder.part.fail(_BEHIND)


def _tar_comments(info: tarfile.TarInfo) -> Iterator[bytes]:
    """What the head of a member says beside its name, and the name of what is no file."""
    if not info.isreg():
        yield info.name.encode("utf-8", "surrogateescape")
    for name, value in info.pax_headers.items():
        if name not in _KEPT:
            yield f"{name}: {value}".encode("utf-8", "surrogateescape")
    for text in (info.uname, info.gname, info.linkname):
        yield text.encode("utf-8", "surrogateescape")


def goes_on(holder: Holder) -> bool:
    """Whether one more may be opened."""
    holder.budget.members -= 1
    if holder.budget.members < 0 or holder.budget.bytes < 0:
        holder.part.fail(_MANY)
        return False
    return True


def _has_more(stream: IO[bytes]) -> bool:
    while piece := stream.read(1 << 16):
        if piece.strip(b"\0"):
            return True
    return False


def _tried(holder: Holder, step: Callable[[], Any]) -> Any:
    """What the library gives, in bounded memory: a header says how long the next one is."""
    try:
        with memory.bounded():
            return step()
    except MemoryError:
        holder.part.fail(memory.TOO_MUCH)
    except (tarfile.TarError, ValueError, RecursionError, EOFError):
        holder.part.fail(DAMAGED)
    return None


def _read(holder: Holder, name: str, opening: Callable[[], IO[bytes] | None]) -> None:
    try:
        stream = opening()
    except NotImplementedError:
        holder.fail(name, UNKNOWN)
        return
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, RuntimeError):
        holder.fail(name, DAMAGED)
        return
    if stream is not None:
        with stream:
            holder.file(name, cast(BinaryIO, _Plain(stream)))


class _Plain(io.RawIOBase):
    """A member, whose damage is that of any compressed file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (zipfile.BadZipFile, tarfile.TarError, ValueError, NotImplementedError, RuntimeError):
            raise EOFError(DAMAGED) from None
        buffer[: len(data)] = data
        return len(data)
