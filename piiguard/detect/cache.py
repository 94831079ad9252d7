"""What takes long to work out, kept between runs in the user's cache folder.

A file holds patterns, never anything of what was searched. What is in it is trusted, so only one that nobody else can
write is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from piiguard.files import regular

__all__ = ["read", "write"]

SUM = 32  # bytes
LARGEST = 256 << 20  # bytes of a file
MOST = 8  # files of one kind, of some megabytes each: one for each choice of entities


def read(key: hashlib._Hash, kind: str) -> bytes | None:
    """Return what was written under this key, or None: not there, damaged, or not surely ours."""
    place = _place(key, kind)
    return None if place is None else _read(place)


def write(key: hashlib._Hash, kind: str, data: bytes) -> None:
    """Keep this; a home that cannot be written costs the next run its seconds again."""
    place = _place(key, kind)
    if place is None:
        return
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with open(handle, "wb") as file:
            file.write(_sum(data) + data)
        os.replace(name, place)
        files = sorted(place.parent.glob(f"*.{kind}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in files[MOST:]:
            old.unlink(missing_ok=True)


def _read(place: Path) -> bytes | None:
    if not (_own(place.parent) and _own(place)):
        return None
    try:
        # neither waited for, if it is a pipe by now, nor followed, if it is a link
        with regular(place) as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    return data[SUM:] if len(data) <= LARGEST and data[:SUM] == _sum(data[SUM:]) else None


def _place(key: hashlib._Hash, kind: str) -> Path | None:
    """The user's cache: https://specifications.freedesktop.org/basedir-spec/latest/, and its like on Windows."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    try:
        folder = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    except RuntimeError:  # an account without a home
        return None
    return folder / "piiguard" / f"{key.hexdigest()[:32]}.{kind}"


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _own(place: Path) -> bool:
    """Whether nobody else can write here; Windows keeps a user's folder from others by itself."""
    try:
        found = place.lstat()
    except OSError:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)
