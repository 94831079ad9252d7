"""Documents are taken apart in a process of its own, which can do nothing but that.

A parser of documents is large, and whoever makes a document chooses what it does. So it runs where it can open no file and
no connection, takes bounded memory and time, and is ended and begun anew when it breaks: that costs one line of a report.
The bytes go in by a pipe, what they hold comes out by another.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import suppress
from typing import IO, Any, cast

from piiguard import clock
from piiguard.errors import MissingExtra
from piiguard.read.apart.frames import Event, pack, unpack

__all__ = ["MEMORY", "SECONDS", "Broken", "events", "missing"]

SECONDS = 60
"""Of processor time, for one document."""
MEMORY = 1 << 30
"""Bytes of address space beyond what the process has when it begins."""
_TURNS = 500
"""Documents that one process reads: what they leave behind does not add up."""
_LIBRARIES = {
    "workbook": "python_calamine", "sheets": "python_calamine", "pdf": "pypdfium2", "rtf": "striprtf",
    "outlook": "olefile", "picture": "PIL",
}  # fmt: skip
_NAMES = {
    "workbook": "a workbook", "sheets": "a workbook", "pdf": "a PDF document", "rtf": "an RTF document",
    "outlook": "a letter of Outlook", "picture": "a picture",
}  # fmt: skip
_BEGIN = "import sys; sys.path[:] = sys.argv[3:]; from piiguard.read.apart.worker import main; main()"
_TOO_LONG = f"not read to its end: it takes longer than {SECONDS} s"
_BROKE = "not read to its end: it takes more memory than a document is given, or breaks its reader"


class Broken(Exception):
    """The process ended before the document did; ``why`` says what that means."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def missing(form: str) -> str:
    """Why documents of this form cannot be read here: their library is not installed."""
    library = _LIBRARIES.get(form)
    if not library or importlib.util.find_spec(library):
        return ""
    return f"{_NAMES[form]}; {MissingExtra('documents', library).hint} reads it"


def events(form: str, data: bytes | bytearray, *, pictures: bool = False) -> Generator[Event]:
    """What a document of this form holds, in its order; with ``pictures`` those too that a reader of pictures can take.

    Raises: :class:`Broken` when the process ends, or says nothing for too long.
    """
    with _lock:
        reader = _reader()
        whole = False
        try:
            reader.send({"form": form, "pictures": pictures}, data)
            while (event := reader.next()).kind != "end":
                yield event
            whole = True
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            raise Broken(reader.ended()) from None
        finally:
            if not whole:
                reader.close()


class _Reader:
    """The other process, as it is seen from here."""

    def __init__(self) -> None:
        path = [entry for entry in sys.path if entry and os.path.isabs(entry)]
        self.pid, self.turns, self._late = os.getpid(), 0, False
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-B", "-c", _BEGIN, str(SECONDS), str(MEMORY), *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote the document
            cwd=os.sep,
        )
        self._out = cast(IO[bytes], self._process.stdout)

    @property
    def usable(self) -> bool:
        return self._process.poll() is None and self.turns < _TURNS and self.pid == os.getpid()

    def send(self, head: dict[str, Any], data: bytes | bytearray) -> None:
        self.turns += 1
        pipe = cast(IO[bytes], self._process.stdin)
        for piece in pack(head, data):
            pipe.write(piece)
        pipe.flush()

    def next(self) -> Event:
        head, body = unpack(self._exactly)
        return Event(head["kind"], str(head["name"]), int(head["number"]), body)

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        until = clock.monotonic() + 2 * SECONDS
        while len(data) < count:
            if not _is_ready(self._out, until - clock.monotonic()):
                self._late = True
                raise EOFError
            piece = os.read(self._out.fileno(), min(count - len(data), 1 << 20))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def ended(self) -> str:
        """Why it did."""
        if self._late:
            return _TOO_LONG
        with suppress(subprocess.TimeoutExpired):
            if self._process.wait(1) == -getattr(signal, "SIGXCPU", 0):
                return _TOO_LONG
        return _BROKE

    def close(self) -> None:
        if self.pid != os.getpid():  # what a fork inherited belongs to whoever began it
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(IO[Any], pipe).close()


def _is_ready(pipe: IO[bytes], seconds: float) -> bool:
    """Whether something comes in time; Windows cannot be asked of a pipe."""
    return os.name == "nt" or bool(select.select([pipe], [], [], max(seconds, 0))[0])


_lock = threading.RLock()
_readers: list[_Reader] = []


def _reader() -> _Reader:
    if _readers and not _readers[0].usable:
        _readers.pop().close()
    if not _readers:
        _readers.append(_Reader())
    return _readers[0]


@atexit.register
def _close() -> None:
    while _readers:
        _readers.pop().close()
