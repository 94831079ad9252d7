"""Files that hold secrets: who may read them, and who could put another one in their place.

Whoever can change a keyring gains no value by it where configuration names the wrapping key; all the same nobody but its
owner and a group that the owner chose is let near it.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from pathlib import Path

from piiguard.errors import KeyringFormatError
from piiguard.files import regular
from piiguard.names import command, file_word

__all__ = ["read_private"]

_log = logging.getLogger("piiguard.keys")
_LARGEST = 1 << 20  # a keyring is a few kilobytes
# A keyring, a private key, 32 bytes in base64.
_SECRET = re.compile(rb'\s*\{[^}]*"piiguard\.|piiguard-[a-z]+-private|\s*[\w+/-]{43}=?\s*\Z')


def read_private(path: Path) -> bytes:
    """The bytes of a file that holds secrets; follows links, as Kubernetes mounts them, and checks the target.

    Raises: :class:`OSError`, and :class:`KeyringFormatError` for one that others can read, change or replace.
    """
    with regular(path, named=True) as file:
        found = os.fstat(file.fileno())
        mounted = os.name != "posix" or _mounted(file.fileno(), found)
        data = file.read(_LARGEST + 1)
    if not mounted and found.st_mode & 0o007:
        hint = _how_to_close(path, found, data)
        del data  # an exception's frames hold no key
        mode = stat.S_IMODE(found.st_mode)
        raise KeyringFormatError(f"{path}: others can read or change it (mode {mode:04o})", hint=hint)
    if not mounted:
        _refuse_open_folder(path)
        _warn_of_group(path, stat.S_IMODE(found.st_mode))
    if len(data) > _LARGEST:
        raise KeyringFormatError(f"{path}: too large for a keyring or a key", hint="another file was named")
    return data


def _mounted(handle: int, found: os.stat_result) -> bool:
    """Whether it is a secret as containers mount them: of root, and nobody can change it, whatever its mode.

    Docker gives it 0444 and Kubernetes 0644; who may read it is decided by who is in the container.
    """
    return found.st_uid == 0 and bool(os.fstatvfs(handle).f_flag & os.ST_RDONLY)


def _refuse_open_folder(path: Path) -> None:
    """Whoever can rename files in a folder can put one of his own there; in one like /tmp that takes the owner."""
    for folder in _folders(path):
        found = folder.stat()
        mode = stat.S_IMODE(found.st_mode)
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            own = found.st_uid == os.geteuid()
            closing = command("chmod o-w", file_word(str(folder))) if own else None
            raise KeyringFormatError(
                f"{path}: others can put another file in its place (mode {mode:04o} of {folder})",
                hint=closing or "take the right to write from others there, or move the file",
            )


def _folders(path: Path) -> list[Path]:
    """The folders on the way to the name and, where that is a link, to the file."""
    name, real = Path(os.path.abspath(path)), Path(os.path.realpath(path))
    return [folder for folder in dict.fromkeys([*name.parents, *real.parents]) if folder.exists()]


def _warn_of_group(path: Path, mode: int) -> None:
    if mode & 0o070:
        more = "; where it can change it, name the key: PIIGUARD_WRAPPING_KEY" if mode & 0o020 else ""
        _log.warning("%s: its group can read or change it (mode %04o)%s", path, mode, more)


def _how_to_close(path: Path, found: os.stat_result, data: bytes) -> str:
    """A command for what is a secret of this user; the path may come from a keyring, and name any file there is."""
    own = found.st_uid == os.geteuid()
    closing = command("chmod 600", file_word(str(path)))
    if own and closing and (len(data) == 32 or _SECRET.match(data)):
        return closing
    return "check the path: is it the file that was meant, and whose is it?"
