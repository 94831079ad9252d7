"""A log that grows, as a stream: it ends only where the file was replaced or cut."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Self

from piiguard.read import magic, packed, sources

__all__ = ["Growing"]


_PACKED = "compressed data, which is not read as it grows"


class Growing:
    """The bytes of a file as they come; ``waiting`` is called whenever there are none, and then it is looked again.

    Reading gives None, as a stream does that would have to wait: what was read so far is then searched. Raises
    :class:`OSError` where something else took the file's place that is no file.
    """

    def __init__(self, name: str, waiting: Callable[[], None]) -> None:
        # what took the log's place in a rotation may be a FIFO, which nobody would write to
        self._name, self._waiting = name, waiting
        self._file = io.BufferedReader(sources.regular(name, named=True))
        self._said = False
        self.unknown: str | None = None
        """what it is that is not read, empty for a text; None until it has bytes"""
        self.interrupted: KeyboardInterrupt | None = None
        """what ended the waiting: a last line that nothing ends is still read"""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int, /) -> bytes | None:
        """The next bytes, None for none yet, and nothing at the end of what was replaced.

        Of what is no text there are none: it is passed over, until something else takes its place.
        """
        while not (data := self._text(size)):
            if not self._said:
                self._said = True
                return None
            if self._replaced():
                return b""
            try:
                self._waiting()
            except KeyboardInterrupt as interrupt:
                self.interrupted = interrupt
                return b""
        self._said = False
        return data

    def _text(self, size: int) -> bytes:
        """The next bytes of a text; of anything else nothing."""
        data = self._file.read(size)
        if self.unknown is None and data:
            is_packed = any(map(data.startswith, packed.MAGIC))
            self.unknown = _PACKED if is_packed else magic.unknown(data[: magic.HEAD])
        return b"" if self.unknown else data

    def _replaced(self) -> bool:
        try:
            now = os.stat(self._name)
        except FileNotFoundError:
            return False  # between two steps of a rotation
        own = os.fstat(self._file.fileno())
        return (now.st_ino, now.st_dev) != (own.st_ino, own.st_dev) or now.st_size < self._file.tell()
