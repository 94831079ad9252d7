"""How the program reads and writes files of its own: whole or not at all, for their owner alone, never through a link.

A report, a baseline or a revealed text lands in a folder that others may write to as well. So it is written under a
random name that only this process can have made, and takes its own name in one step at the end. What somebody else put
there under that name, a link or a file of his, is replaced and never followed.
"""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from piiguard.ending import stoppable

__all__ = ["PRIVATE", "append", "growing", "is_mine", "new_file", "read", "read_text", "regular", "written"]

PRIVATE = 0o600
MOST = 16 << 20
"""Bytes of a file that is read whole: manifests, policies and baselines are far smaller."""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_DESCRIPTOR = re.compile(r"/dev/(?:stdout|stderr|fd/(\d+))|/proc/self/fd/(\d+)")


def regular(name: str | os.PathLike[str], *, named: bool = False) -> io.FileIO:
    """Open a regular file, and nothing else: no FIFO is waited for, no device asked, and no link followed unless named.

    Raises: :class:`OSError`.
    """
    # To open a FIFO and close it again would end its writer; after the open it is asked again, for what came between.
    _refuse_others(os.stat(name, follow_symlinks=named))
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    handle = os.open(name, flags if named else flags | getattr(os, "O_NOFOLLOW", 0))
    try:
        _refuse_others(os.fstat(handle))
    except OSError:
        os.close(handle)
        raise
    return io.FileIO(handle, "rb")


def _refuse_others(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "no regular file")


def read(path: str | os.PathLike[str], most: int = MOST) -> bytes:
    """A file that is read whole: a regular one, or a link to one, of so many bytes at most. Raises OSError."""
    with regular(path, named=True) as file:
        data = bytearray()
        while len(data) <= most and (more := file.read(most + 1 - len(data))):
            data += more
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most >> 20} MiB", str(path))
    return bytes(data)


def read_text(path: str | os.PathLike[str], most: int = MOST) -> str:
    """The same in UTF-8, with line breaks as Python has them. Raises OSError and UnicodeDecodeError."""
    return io.TextIOWrapper(io.BytesIO(read(path, most)), encoding="utf-8").read()


@contextmanager
def new_file(
    path: Path, mode: int = PRIVATE, *, keep: bool = True, durable: bool = False, room: Path | None = None
) -> Iterator[IO[bytes]]:
    """A file that takes its name at the end, so a command that fails leaves what was there before.

    A new file gets ``mode``, as far as the umask allows; one of the user's own keeps the mode that it has, unless
    ``keep`` says no. ``durable`` waits for the disk. A pipe or a device is written as it is. Raises OSError.
    In a ``room`` it lies until then, and the folders below that are made with its name.

    What was written may be read again by :func:`written` before the file takes its name.
    """
    if (special := _special(path)) is not None:
        with _full(path), special as file:
            yield file
        return
    temporary = (room or path.parent) / f".piiguard-{secrets.token_hex(8)}"
    with (
        stoppable(),
        _full(path),
        _gone(temporary),
    ):  # from the beginning: a signal may come as soon as it is there
        with os.fdopen(_made(temporary, mode, path), "wb") as file:
            if keep and (own := _own_mode(path)) is not None:
                os.chmod(temporary, own)
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if room:
            path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, path)


@contextmanager
def _gone(temporary: Path) -> Iterator[None]:
    """What did not become the file is removed."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


_NO_ROOM = frozenset({errno.ENOSPC, errno.EROFS, *((errno.EDQUOT,) if hasattr(errno, "EDQUOT") else ())})
"""What only a file that is written can have: in the middle of it the system names none."""


@contextmanager
def _full(path: Path) -> Iterator[None]:
    """A disk without room is that of the file that is written, and no fault of what is read meanwhile."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in _NO_ROOM:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _made(temporary: Path, mode: int, path: Path) -> int:
    """A new file; an error is told of the name that the user knows."""
    try:
        return os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def written(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """What stands in a :func:`new_file` so far, from its beginning. Raises OSError for a pipe or a device."""
    file.flush()
    with os.fdopen(os.dup(file.fileno()), "rb") as again:
        again.seek(0)
        yield again
        file.seek(0, os.SEEK_END)


@contextmanager
def growing(path: Path) -> Iterator[IO[bytes]]:
    """A file that others read while it is written; a link there is refused. Raises OSError."""
    if (special := _special(path)) is not None:
        with _full(path), special as file:
            yield file
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, PRIVATE)
    with _full(path), os.fdopen(handle, "wb", buffering=0) as file:
        yield file


def append(path: Path, data: bytes) -> None:
    """Add to a file, which is made if it is missing; a link there is refused. Raises OSError."""
    made = 0 if _is_device_name(path) else os.O_CREAT
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | made | _NO_LINK, PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def is_mine(path: Path) -> bool:
    """Whether it is a regular file that nobody but this user, or root, can have written. Raises OSError."""
    found = path.lstat()
    if os.name != "posix":
        return stat.S_ISREG(found.st_mode)
    return stat.S_ISREG(found.st_mode) and _is_ours(found) and not found.st_mode & 0o022


def _is_ours(found: os.stat_result) -> bool:
    return os.name != "posix" or found.st_uid in (0, os.geteuid())


def _own_mode(path: Path) -> int | None:
    """The mode of the user's own file; another's may be there to make what we write readable."""
    with suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and (os.name != "posix" or found.st_uid == os.geteuid()):
            return stat.S_IMODE(found.st_mode) & 0o777
    return None


def _is_device_name(path: Path) -> bool:
    """A slip of the pen must not leave a file among the devices."""
    return path.parent == Path("/dev")


def _special(path: Path) -> IO[bytes] | None:
    """What is no file and so cannot be replaced, opened: an output of this process, a device, a pipe."""
    if found := _DESCRIPTOR.fullmatch(os.path.abspath(path)):
        number = found[1] or found[2] or {"/dev/stdout": "1", "/dev/stderr": "2"}[found[0]]
        return os.fdopen(os.dup(int(number)), "wb")
    try:
        there = path.stat()
    except OSError:
        if _is_device_name(path):
            raise
        return None
    if stat.S_ISREG(there.st_mode):
        return None
    if stat.S_ISFIFO(there.st_mode) and not _is_ours(there):
        raise PermissionError(1, "a pipe of another user", str(path))
    return path.open("wb")
