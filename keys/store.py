"""The keyring file on disk: who may read it, how it is replaced, who holds its lock."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from piiguard import locks
from piiguard.errors import KeyringError
from piiguard.keys.private import read_private
from piiguard.names import command, file_word

__all__ = [
    "Stamp",
    "backup_path",
    "backups",
    "beside",
    "locked",
    "make_folder",
    "overwrite",
    "read",
    "refuse_existing",
    "remove",
    "replace",
    "stamp",
    "write_new",
]

LOCK_SECONDS = 10.0

Stamp = tuple[int, int, int]


def read(path: Path) -> bytes:
    """The bytes of a keyring file that nobody else can read."""
    try:
        return read_private(path)
    except FileNotFoundError:
        raise KeyringError(f"{path}: no keyring there", hint=_lost(path)) from None
    except OSError as error:
        raise KeyringError(
            f"{path}: the keyring cannot be read: {_reason(error)}", hint="check the path and who owns it"
        ) from None


def _lost(path: Path) -> str:
    """Where a keyring was, its copies are; a new one could read nothing of what it has encrypted."""
    if found := backups(path):
        restored = command("piiguard keys restore", file_word(str(found[-1])))
        return f"it was lost: {restored or 'piiguard keys restore FILE, with its newest numbered backup'}"
    if beside(path, ".audit").exists():
        return "it was lost, its audit trail is still there: piiguard keys restore FILE, with your copy of it"
    return "piiguard keys init makes one"


def stamp(path: Path) -> Stamp | None:
    """What changes when the file is replaced; None while it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def beside(path: Path, suffix: str) -> Path:
    """The sibling of a keyring, however many links lead to the file itself."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + suffix)


def backup_path(path: Path, generation: int) -> Path:
    """Where the bytes of one generation are kept."""
    return beside(path, f".{generation}.bak")


def backups(path: Path) -> list[Path]:
    """The numbered backups beside a keyring, oldest first."""
    real = beside(path, "")
    numbered = re.compile(rf"{re.escape(real.name)}\.([0-9]+)\.bak")
    with contextlib.suppress(FileNotFoundError):
        found = [
            (int(match[1]), file)
            for file in real.parent.iterdir()
            if (match := numbered.fullmatch(file.name))
        ]
        return [file for _, file in sorted(found)]
    return []


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet, whoever else makes it at the same moment."""
    refuse_existing(path)
    _write(path, data, _take_free_name)


def refuse_existing(path: Path) -> None:
    """Say so before anything is asked or made; a link that leads nowhere is there as well."""
    if os.path.lexists(path):
        raise _already_there(path)


def _already_there(path: Path) -> KeyringError:
    return KeyringError(
        f"{path}: already there", hint="name another file; what is there is never overwritten"
    )


def make_folder(path: Path, like: Path) -> None:
    """Make a folder for the owner of ``like`` alone, unless it is there; a link to one is none."""
    try:
        if os.path.lexists(path) and not stat.S_ISDIR(path.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "something that is no folder stands there")
        path.mkdir(mode=0o700)
        _keep_owner(like, path)
    except FileExistsError:
        return
    except OSError as error:
        raise _not_written(path, error) from None


def overwrite(path: Path, data: bytes) -> None:
    """Write a keyring whose present content is worth nothing."""
    _write(beside(path, ""), data)


def remove(path: Path) -> None:
    """Remove a file; it may be gone already."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise KeyringError(f"{path}: cannot be removed: {_reason(error)}", hint="remove it by hand") from None


def replace(path: Path, data: bytes, generation: int) -> None:
    """Replace the file in one step; what it held is kept as the backup of ``generation``."""
    real = beside(path, "")
    try:
        old = read_private(path)
    except OSError as error:
        raise _not_written(path, error) from None
    _write(backup_path(path, generation), old, keep=False)
    _write(real, data)


def _write(
    path: Path, data: bytes, take_name: Callable[[Path, Path], None] = os.replace, *, keep: bool = True
) -> None:
    """Take the name in one step, whatever has it: a link that somebody put there is replaced and never followed.

    ``keep`` gives the file the owner and the mode of what had the name.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            _write_through(temporary, data)
            if keep:
                _keep_owner(path, temporary)
                _keep_mode(path, temporary)
            take_name(temporary, path)
            _sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise _not_written(path, error) from None


def _take_free_name(temporary: Path, path: Path) -> None:
    """A link fails where the name is taken, which a rename would not."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise _already_there(path) from None
    temporary.unlink()


def _keep_owner(like: Path, made: Path) -> None:
    """A service must be able to read the file that root has replaced."""
    if os.name != "posix" or not os.path.lexists(like):
        return
    before, now = like.lstat(), made.lstat()
    if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
        os.chown(made, before.st_uid, before.st_gid)


def _keep_mode(like: Path, made: Path) -> None:
    if os.name == "posix" and os.path.lexists(like):
        os.chmod(made, stat.S_IMODE(like.lstat().st_mode) & 0o660)


def _write_through(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(path: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock of a keyring; a second operator waits a moment and is then refused."""
    lock = beside(path, ".lock")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locks.held(lock, LOCK_SECONDS if seconds is None else seconds))
        except BlockingIOError:
            raise KeyringError(
                f"{lock}: another command is changing the keyring",
                hint="wait until it has ended, then try again",
            ) from None
        except OSError as error:
            raise _not_written(lock, error) from None
        yield


def _not_written(path: Path, error: OSError) -> KeyringError:
    return KeyringError(
        f"{path}: cannot be written: {_reason(error)}", hint="nothing was changed; make room or write access"
    )


def _reason(error: OSError) -> str:
    return (error.strerror or "input or output error").lower()
