"""Runs ``git``: with an environment of our own, bounded memory, and an end to waiting."""

from __future__ import annotations

import io
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any, BinaryIO, cast

from piiguard import clock
from piiguard.errors import ScanError

__all__ = ["Batch", "Lost", "lines_of", "program"]

SECONDS = 120
"""That it may say nothing."""
MEMORY = 2 << 30
_SAID = 1 << 20
_MISSING = "git is not installed, and the history of a repository is read by it"
_HINT = "install git, or scan without --history"
_KEPT = 8 << 20
"""Bytes of an object that are passed over rather than asked for by a new process."""


class Lost(Exception):
    """Git did not give what it was asked for: it broke, was ended, or has no such object."""


def program(source: str = "") -> str:
    """The path of ``git``; none that depends on where one stands. Raises: :class:`ScanError` where there is none."""
    folders = [folder for folder in os.get_exec_path() if os.path.isabs(folder)]
    found = shutil.which("git", path=os.pathsep.join(folders)) if folders else None
    if found is None:
        raise ScanError(f"{source}: {_MISSING}", source=source, hint=_HINT)
    return found


def _environment(folder: str) -> dict[str, str]:
    """Nothing of what git is told by accounts, systems and repositories. https://git-scm.com/docs/git#_environment_variables"""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": folder,
        "LC_ALL": "C",
        "GIT_DIR": folder,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "none",
    }


def _begun(folder: str, words: tuple[str, ...], given: Any, told: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603 - no shell, and no word of it comes from a repository
        [program(), "--no-pager", *words],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=told,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,  # an interrupt of ours is none of its
    )
    with suppress(ImportError, OSError, AttributeError, ValueError):  # where a system has such limits
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_FSIZE, _SAID),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.prlimit(process.pid, limit, (most, most))
    return process


def lines_of(folder: str, *words: str, given: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[bytes]:
    """The lines that a command of git writes. Raises: :class:`Lost` at the end, where it complained of anything."""
    with tempfile.TemporaryFile() as told:
        process = _begun(folder, words, given, told)
        try:
            with _stream(process) as stream:
                yield from (line.rstrip(b"\n") for line in stream)
            if process.wait(SECONDS) or told.seek(0, io.SEEK_END):
                raise Lost
        except subprocess.TimeoutExpired:
            raise Lost from None
        finally:
            _end(process)


def _stream(process: subprocess.Popen[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Pipe(cast(IO[bytes], process.stdout)), 1 << 16)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            cast(IO[Any], pipe).close() if pipe else None


class _Pipe(io.RawIOBase):
    """What a process writes; one that says nothing for too long is :class:`Lost`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        until = clock.monotonic() + SECONDS
        while (
            os.name != "nt" and not select.select([self._pipe], [], [], max(until - clock.monotonic(), 0))[0]
        ):
            if clock.monotonic() >= until:
                raise Lost
        data = os.read(self._pipe.fileno(), len(buffer))
        buffer[: len(data)] = data
        return len(data)


class Batch:
    """Gives objects one after the other; begun anew where it breaks."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._out: io.BufferedReader | None = None
        self._left = 0

    def close(self) -> None:
        if self._process:
            _end(self._process)
        self._process, self._left = None, 0

    def whole(self, oid: str, most: int) -> bytes:
        """All of an object. Raises: :class:`Lost` also where it is larger."""
        size, stream = self.opened(oid)
        if size > most:
            raise Lost
        data = stream.read(size)
        if len(data) < size:
            raise Lost
        return data

    def opened(self, oid: str) -> tuple[int, BinaryIO]:
        """The bytes that an object has, and the stream of them, which is there until the next one is asked for.

        Raises: :class:`Lost`; reading raises :class:`EOFError` where it ends too early.
        """
        self._pass()
        if self._process is None:
            words = ("cat-file", "--batch=%(objectsize)")
            self._process = _begun(self.folder, words, subprocess.PIPE, subprocess.DEVNULL)
            self._out = _stream(self._process)
        try:
            pipe = cast(IO[bytes], self._process.stdin)
            pipe.write(f"{oid}\n".encode("ascii"))
            pipe.flush()
            head = cast(io.BufferedReader, self._out).readline(200)
        except OSError:
            head = b""
        except Lost:
            self.close()
            raise
        if not head.strip().isdigit():
            if not head.endswith(b" missing\n"):
                self.close()
            raise Lost
        self._left = int(head) + 1
        return int(head), cast(BinaryIO, io.BufferedReader(_Body(self), 1 << 16))

    def take(self, count: int) -> bytes:
        """The next bytes of the object that is open, without the line break behind it."""
        count = min(count, self._left - 1)
        if count <= 0 or self._process is None:
            return b""
        try:
            data = cast(io.BufferedReader, self._out).read1(count)
        except Lost:
            data = b""
        if not data:
            self.close()
            raise EOFError
        self._left -= len(data)
        return data

    def _pass(self) -> None:
        """Pass over what nobody read of the object before."""
        if self._left > _KEPT:
            self.close()
        try:
            while self._process and self._left > 1:
                self.take(1 << 16)
            if self._process and self._left:
                cast(io.BufferedReader, self._out).read(1)
        except (EOFError, Lost):
            self.close()
        self._left = 0


class _Body(io.RawIOBase):
    """The object that is open."""

    def __init__(self, batch: Batch) -> None:
        self._batch, self._process = batch, batch._process

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._batch.take(len(buffer)) if self._batch._process is self._process else b""
        buffer[: len(data)] = data
        return len(data)
