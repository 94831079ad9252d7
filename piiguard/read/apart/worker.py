"""The process that takes documents apart: what it may do, and its loop.

All that it will ever need is loaded first. Then it gives up opening anything, a file as well as a connection: the three
descriptors that it has are all there will be.
"""

from __future__ import annotations

import codecs
import importlib
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from piiguard.read.apart import mail, markup, office, outlook, package, pdf, picture, rich, workbook
from piiguard.read.apart.frames import Event, pack, unpack

__all__ = ["main"]

_MEMORY = "not read to its end: it takes more memory than a document is given"
_FORMS: dict[str, Callable[..., Iterator[Event]]] = {
    "pdf": pdf.read,
    "word": office.read_word,
    "slides": office.read_slides,
    "open": office.read_open,
    "workbook": workbook.read,
    "sheets": workbook.read_open,
    "rtf": rich.read,
    "html": markup.read,
    "mail": mail.read,
    "outlook": outlook.read,
    "picture": picture.read,
}
_WITH_PICTURES: dict[str, Callable[..., Iterator[Event]]] = {
    form: partial(_FORMS[form], pictures=True)
    for form in ("pdf", "word", "slides", "open", "workbook", "sheets")
}
_ENCODINGS = (
    "ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "idna", "punycode",
    "cp1250", "cp1251", "cp1252", "cp1254", "cp866", "cp855", "cp437", "koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154",
    "iso8859-2", "iso8859-5", "iso8859-9", "iso8859-15", "mac-cyrillic", "mac-roman", "gbk", "gb18030", "big5",
    "shift-jis", "euc-kr", "raw-unicode-escape", "base64", "quopri", "uu", "hex",
)  # fmt: skip


_LIBRARIES = (
    "datetime", "decimal", "python_calamine", "pypdfium2", "striprtf.striprtf", "olefile",
)  # fmt: skip


def main() -> None:
    """Read documents until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for it ends it
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    for name in _ENCODINGS:
        codecs.lookup(name)
    for name in _LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    with suppress(ImportError):
        picture.prepare()
    list(mail.read(mail.SAMPLE))
    _confine(memory)
    given, taken = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, BrokenPipeError):
        while True:
            head, data = unpack(lambda count: _exactly(given, count))
            _limit(seconds)
            for event in _events(head["form"], data, pictures=head["pictures"]):
                _say(taken, event)
            _say(taken, Event("end"))
            taken.flush()


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _say(stream: IO[bytes], event: Event) -> None:
    for piece in pack({"kind": event.kind, "name": event.name, "number": event.number}, event.data):
        stream.write(piece)


def _events(form: str, data: bytes, *, pictures: bool) -> Iterator[Event]:
    forms = _FORMS | _WITH_PICTURES if pictures else _FORMS
    try:
        yield from forms[form](data)
    except MemoryError:
        yield Event("gap", data=_MEMORY.encode())
    except package.TooLargeError:
        yield Event("gap", data=package.LARGE.encode())
    except Exception:  # noqa: BLE001 - parsers raise whatever they like, and the message may quote the document
        yield Event("gap", data=package.DAMAGED.encode())


def _confine(memory: int) -> None:
    """Take bounded memory, write no core, open nothing more. Linux tells how much it has; elsewhere it is not bounded."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(OSError):
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _limit(seconds: int) -> None:
    """Be ended when the next document takes longer than so many seconds of the processor."""
    with suppress(ImportError):
        import resource

        until = math.ceil(time.process_time()) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
