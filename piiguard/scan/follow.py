"""Goes on as a log grows: what is appended is searched line by line, across rotation and truncation."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from piiguard.confidence import least_score
from piiguard.detect.escapes import Shown
from piiguard.detect.mask import mask
from piiguard.frames import emptied
from piiguard.scan import jsonpath, sources
from piiguard.scan.engines import make_engine
from piiguard.scan.finding import Match
from piiguard.scan.lines import LineStatistics, LineTally
from piiguard.scan.options import Options

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["follow"]

PAUSE = 0.5
_MOST = 1 << 20


@dataclass(slots=True)
class _Tail:
    """How far a file was read, and the last line, which may label the next one."""

    line: int
    offset: int
    last: bytes = b""
    guess: str = ""


@emptied
def follow(
    name: str,
    options: Options,
    sink: Callable[[Match], None],
    *,
    line: int = 0,
    offset: int = 0,
    going: Callable[[], bool] = lambda: True,
    found: LineStatistics | None = None,
) -> None:
    """Send every match in what is appended behind ``offset`` to ``sink`` until ``going`` says no.

    What was found is also counted in ``found``, which holds it when an interrupt ends this. Lines are read in UTF-8,
    in the single-byte encoding that the file begins in, or in the one that the options name; the last one counts
    when it is ended. A file that was replaced or cut is begun anew.
    """
    engine = make_engine(options.entities)
    found = LineStatistics() if found is None else found
    tail = _Tail(line, offset, guess=_guess(name, options))
    with_file = _opened(name)
    try:
        while going():
            if not _advance(engine, name, with_file, tail, options, sink, found):
                if _replaced(name, with_file, tail):
                    with_file.close()
                    with_file = _opened(name)
                    tail = _Tail(0, 0, guess=_guess(name, options))
                else:
                    time.sleep(PAUSE)
    finally:
        with_file.close()


def _opened(name: str) -> BinaryIO:
    """What took the log's place in a rotation may be a FIFO, which nobody would write to."""
    return io.BufferedReader(sources.regular(name, named=True))  # type: ignore[return-value,unused-ignore]


def _guess(name: str, options: Options) -> str:
    """The encoding of lines that are not UTF-8."""
    from piiguard.detect import encodings

    with _opened(name) as file:
        encoding = encodings.detect(file.read(_MOST)) if options.encoding == "auto" else ""
    return encoding if encoding in encodings.SINGLE_BYTE else ""


def _decoded(block: bytes, tail: _Tail, options: Options) -> bytes:
    from piiguard.detect import encodings

    if options.encoding != "auto":
        return block.decode(options.encoding, "replace").encode()
    return encodings.repaired(block, tail.guess) if tail.guess else block


def _advance(
    engine: Engine,
    name: str,
    file: BinaryIO,
    tail: _Tail,
    options: Options,
    sink: Callable[[Match], None],
    found: LineStatistics,
) -> bool:
    """Read the whole lines that there are; False when there is nothing new."""
    file.seek(tail.offset)
    chunk = file.read(_MOST)
    cut = chunk.rfind(b"\n") + 1
    if not cut and len(chunk) < _MOST:
        return False
    block = chunk[: cut or len(chunk)]
    text = _decoded(block, tail, options)
    data = tail.last + text
    shown = Shown.of(data, len(tail.last))
    for number, view, matches in engine.lines(shown.data, shown.seen, shown.until):
        starts = [shown.place(number, match.start) for match in matches]
        paths = jsonpath.paths(shown.written.get(number, view), starts)
        for match, start, path in zip(matches, starts, paths, strict=True):
            if match.score >= least_score(options.min_confidence):
                value = mask(match.entity, view[match.start : match.end])
                end = shown.place(number, match.end)
                place = tail.line + number + 1 - tail.last.count(b"\n")
                found.places.setdefault((path, match.entity), LineTally()).add(place, match.score, value)
                sink(
                    Match(name, match.entity, round(match.score, 2), start, end, value, file=name,
                          line=place, path=path)
                )  # fmt: skip
    tail.offset += len(block)
    tail.line += text.count(b"\n")
    found.lines += text.count(b"\n")
    found.bytes += len(block)
    tail.last = text[text.rfind(b"\n", 0, len(text) - 1) + 1 :]
    return True


def _replaced(name: str, file: BinaryIO, tail: _Tail) -> bool:
    try:
        now = os.stat(name)
    except FileNotFoundError:
        return False  # between two steps of a rotation
    own = os.fstat(file.fileno())
    return (now.st_ino, now.st_dev) != (own.st_ino, own.st_dev) or now.st_size < tail.offset
