"""Moves bytes through a stream redactor, from a file or a pipe to a file or a pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Protocol

__all__ = ["pump"]

CHUNK = 1 << 20


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


def pump(source: IO[bytes], sink: Sink, feed: Callable[[bytes], bytes], finish: Callable[[], bytes]) -> None:
    """Copy until the source ends; what is ready is written and flushed at once."""
    # read1 returns what a pipe holds now instead of waiting for more
    read = getattr(source, "read1", source.read)
    while data := read(CHUNK):
        if clean := feed(data):
            sink.write(clean)
            sink.flush()
    sink.write(finish())
    sink.flush()
