"""The keyring file on disk: who may read it, how it is replaced, who holds its lock."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from piiguard import clock
from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.files import regular
from piiguard.names import command, file_word

__all__ = [
    "Stamp",
    "backup_path",
    "backups",
    "beside",
    "locked",
    "overwrite",
    "read",
    "read_private",
    "refuse_existing",
    "remove",
    "replace",
    "stamp",
    "write_new",
]

_log = logging.getLogger("piiguard.keys")
_LARGEST = 1 << 20  # a keyring is a few kilobytes
LOCK_SECONDS = 10.0
# A keyring, a private key, 32 bytes in base64.
_SECRET = re.compile(rb'\s*\{[^}]*"piiguard\.|piiguard-[a-z]+-private|\s*[\w+/-]{43}=?\s*\Z')

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


def read_private(path: Path) -> bytes:
    """The bytes of a file that holds secrets; follows links, as Kubernetes mounts them, and checks the target."""
    with regular(path, named=True) as file:
        found = os.fstat(file.fileno())
        mounted = os.name != "posix" or _mounted(file.fileno(), found)
        data = file.read(_LARGEST + 1)
    if not mounted and found.st_mode & 0o007:
        hint = _how_to_close(path, found, data)
        del data  # an exception's frames hold no key
        mode = stat.S_IMODE(found.st_mode)
        raise KeyringFormatError(f"{path}: others can read or change it (mode {mode:04o})", hint=hint)
    if not mounted and found.st_mode & 0o070:
        _log.warning("%s: its group can read or change it (mode %04o)", path, stat.S_IMODE(found.st_mode))
    if len(data) > _LARGEST:
        raise KeyringFormatError(f"{path}: too large for a keyring or a key", hint="another file was named")
    return data


def _mounted(handle: int, found: os.stat_result) -> bool:
    """Whether it is a secret as containers mount them: of root, and nobody can change it, whatever its mode.

    Docker gives it 0444 and Kubernetes 0644; who may read it is decided by who is in the container.
    """
    return found.st_uid == 0 and bool(os.fstatvfs(handle).f_flag & os.ST_RDONLY)


def _how_to_close(path: Path, found: os.stat_result, data: bytes) -> str:
    """A command for what is a secret of this user; the path may come from a keyring, and name any file there is."""
    own = found.st_uid == os.geteuid()
    closing = command("chmod 600", file_word(str(path)))
    if own and closing and (len(data) == 32 or _SECRET.match(data)):
        return closing
    return "check the path: is it the file that was meant, and whose is it?"


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
    """Say so before anything is asked or made."""
    if path.exists():
        raise _already_there(path)


def _already_there(path: Path) -> KeyringError:
    return KeyringError(
        f"{path}: already there", hint="name another file; an existing keyring is never overwritten"
    )


def overwrite(path: Path, data: bytes) -> None:
    """Write a file whose present content is worth nothing."""
    _write(path, data)


def remove(path: Path) -> None:
    """Remove a file; it may be gone already."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise KeyringError(f"{path}: cannot be removed: {_reason(error)}", hint="remove it by hand") from None


def replace(path: Path, data: bytes, generation: int) -> None:
    """Replace the file in one step; what it held is kept as the backup of ``generation``."""
    try:
        old = read_private(path)
    except OSError as error:
        raise _not_written(path, error) from None
    _write(backup_path(path, generation), old)
    _write(path, data)


def _write(path: Path, data: bytes, take_name: Callable[[Path, Path], None] = os.replace) -> None:
    path = beside(path, "")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            _write_through(temporary, data)
            _keep_owner(path, temporary)
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


def _keep_owner(path: Path, temporary: Path) -> None:
    """A service must be able to read the file that root has replaced."""
    if os.name != "posix" or not path.exists():
        return
    before, now = path.stat(), temporary.stat()
    if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
        os.chown(temporary, before.st_uid, before.st_gid)
    os.chmod(temporary, stat.S_IMODE(before.st_mode) & 0o660)


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
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _not_written(lock, error) from None
    try:
        _wait(handle, lock, LOCK_SECONDS if seconds is None else seconds)
        yield
    finally:
        os.close(handle)  # releases the lock as well


def _wait(handle: int, lock: Path, seconds: float) -> None:
    deadline = clock.monotonic() + seconds
    while not _try_lock(handle):
        if clock.monotonic() >= deadline:
            raise KeyringError(
                f"{lock}: another command is changing the keyring",
                hint="wait until it has ended, then try again",
            )
        time.sleep(0.05)


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


def _not_written(path: Path, error: OSError) -> KeyringError:
    return KeyringError(
        f"{path}: cannot be written: {_reason(error)}", hint="nothing was changed; make room or write access"
    )


def _reason(error: OSError) -> str:
    return (error.strerror or "input or output error").lower()
