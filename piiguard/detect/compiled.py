"""Compiled prefilters, kept between runs: compiling three hundred patterns takes seconds, loading them milliseconds.

A file holds patterns, never anything of what was searched. It is machine code to the library that loads it, so
only one that nobody else can write is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.files import regular

__all__ = ["kept"]

WORTH = 0.5  # seconds of compiling: what takes less is compiled each time
SUM = 32  # bytes
LARGEST = 256 << 20  # bytes of a file
MOST = 8  # files, of some megabytes each: one for each choice of entities

Compile = Callable[[Mapping[int, bytes]], Any]


def kept(library: Any, patterns: Mapping[int, bytes], compile: Compile) -> Any:
    """Return the database of these patterns: the one kept by an earlier run, or a new one.

    ``library`` is the module hyperscan. Raises: its ``HyperscanError`` where the patterns cannot be compiled.
    """
    place = _place(patterns)
    if place is not None and (found := _read(place)) is not None:
        with contextlib.suppress(library.HyperscanError):  # of another processor, or damaged
            return library.loadb(found, library.HS_MODE_BLOCK)
    started = clock.monotonic()
    database = compile(patterns)
    if place is not None and clock.monotonic() - started >= WORTH:
        with contextlib.suppress(
            OSError
        ):  # a home that cannot be written costs the next run its seconds again
            _write(place, library.dumpb(database))
    return database


def _place(patterns: Mapping[int, bytes]) -> Path | None:
    name = hashlib.sha256(version("hyperscan").encode())
    for number, pattern in sorted(patterns.items()):
        name.update(b"%d %d " % (number, len(pattern)) + pattern)
    try:
        return _folder() / f"{name.hexdigest()[:32]}.hs"
    except RuntimeError:  # an account without a home
        return None


def _folder() -> Path:
    """The user's cache: https://specifications.freedesktop.org/basedir-spec/latest/, and its like on Windows."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "piiguard"


def _read(place: Path) -> bytes | None:
    if not (_own(place.parent) and _own(place)):
        return None
    try:
        # neither waited for, if it is a pipe by now, nor followed, if it is a link
        with regular(place) as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    # the library's own checksum does not cover all of it
    return data[SUM:] if len(data) <= LARGEST and data[:SUM] == _sum(data[SUM:]) else None


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _own(place: Path) -> bool:
    """Whether nobody else can write here; Windows keeps a user's folder from others by itself."""
    try:
        found = place.lstat()
    except OSError:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    with open(handle, "wb") as file:
        file.write(_sum(data) + data)
    os.replace(name, place)
    files = sorted(place.parent.glob("*.hs"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[MOST:]:
        old.unlink(missing_ok=True)
