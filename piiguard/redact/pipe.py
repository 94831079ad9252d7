"""Moves bytes through something that takes them as they come and gives what is ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Protocol

__all__ = ["pieces", "pump"]

CHUNK = 1 << 20


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


def pump(source: IO[bytes], sink: Sink, feed: Callable[[bytes], bytes], finish: Callable[[], bytes]) -> None:
    """Copy until the source ends; what is ready is written and flushed at once."""
    for clean in pieces(source, feed, finish):
        sink.write(clean)
        sink.flush()


def pieces(source: IO[bytes], feed: Callable[[bytes], bytes], finish: Callable[[], bytes]) -> Iterator[bytes]:
    """What comes out, whenever something is ready."""
    # read1 returns what a pipe holds now instead of waiting for more
    read = getattr(source, "read1", source.read)
    while data := read(CHUNK):
        if clean := feed(data):
            yield clean
    yield finish()
