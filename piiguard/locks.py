"""Lock files: one process holds one at a time, and each goes with the command that held it.

A lock stands beside what it guards, in a folder where others may write. So only what can be a lock is taken for one, an
empty file of one name that this user, root or the folder's owner has made; anything else in its place is neither used,
waited for nor removed. The system lets go of a lock when its process dies: what a killed one left is taken over.

    with held(Path("keyring.json.lock"), seconds=10):
        ...
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from piiguard import clock

__all__ = ["held"]

_PAUSE = 0.05  # seconds between two tries
_FLAGS = os.O_RDWR | os.O_CREAT
for _more in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
    _FLAGS |= getattr(os, _more, 0)


@contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock at ``path``, for which a process waits so many seconds.

    Raises: :class:`BlockingIOError` when another process holds it, :class:`OSError` when it cannot be made or something
    else is in its place.
    """
    file = _taken(path, clock.monotonic() + seconds)
    try:
        yield
    finally:
        _let_go(path, file)


def _taken(path: Path, end: float) -> int:
    while True:
        file = _opened(path)
        try:
            # Whoever held it before has removed it: then the name leads to no file, or to the lock of somebody else.
            if _lock(file) and _leads_to(path, file):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        if clock.monotonic() >= end:
            raise BlockingIOError(errno.EAGAIN, "held by another process", str(path))
        time.sleep(_PAUSE)


def _opened(path: Path) -> int:
    with suppress(FileNotFoundError):
        _refuse_others(path, path.lstat())  # to open a pipe and close it again would end its writer
    file = os.open(path, _FLAGS, 0o600)
    try:
        _refuse_others(path, os.fstat(file))  # what came between
    except OSError:
        os.close(file)
        raise
    return file


def _refuse_others(path: Path, found: os.stat_result) -> None:
    what = None
    if not stat.S_ISREG(found.st_mode):
        what = "something that is no file stands there"
    elif found.st_size or found.st_nlink > 1:
        what = "a file that is no lock stands there"
    elif os.name == "posix" and found.st_uid not in (0, os.geteuid(), path.parent.stat().st_uid):
        what = "a file of another user stands there"
    if what:
        raise OSError(errno.EEXIST, what, str(path))


def _leads_to(path: Path, file: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(path.lstat(), os.fstat(file))
    return False


def _let_go(path: Path, file: int) -> None:
    """Remove it while it is held: whoever waits for it sees that it is gone, and makes a new one."""
    removable = _leads_to(path, file)
    if sys.platform == "win32":  # which removes no file that is open, here or elsewhere
        os.close(file)
    if removable:
        with suppress(OSError):
            path.unlink()
    if sys.platform != "win32":
        os.close(file)


def _lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
