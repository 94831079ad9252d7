"""The form of CSV and TSV files: their encoding, their delimiter, their header, their rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from piiguard.confidence import MEDIUM

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["HEAD", "PRESSED", "Counted", "encoding_of", "is_sheet", "names_of", "rows_of"]

PRESSED = (".gz", ".bz2", ".xz", ".zst")
HEAD = 1 << 16


def is_sheet(name: str) -> bool:
    """Whether the name says so, with or without compression.

    >>> is_sheet("clients.csv"), is_sheet("export.TSV.gz"), is_sheet("app.log")
    (True, True, False)
    """
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in PRESSED else path).suffix in (".csv", ".tsv")


class Counted(io.RawIOBase):
    """Counts what is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.read_bytes += len(chunk)
        return len(chunk)


def encoding_of(source: io.BufferedReader, wanted: str) -> str:
    """The encoding of what is about to be read: the one asked for, or what its head looks like."""
    from piiguard.detect import encodings

    return encodings.detect(source.peek(HEAD)[:HEAD]) if wanted == "auto" else wanted


def rows_of(source: io.BufferedReader, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with the number of the line that each ends on."""
    first = source.peek(HEAD)[:HEAD].decode(encoding, "replace").partition("\n")[0]
    text = io.TextIOWrapper(source, "utf-8-sig" if encoding == "utf-8" else encoding, "replace", newline="")
    reader = csv.reader((line.replace("\0", "") for line in text), delimiter=_delimiter(first))
    for row in reader:
        if row:
            yield reader.line_num, row


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def names_of(engine: Engine, row: list[str]) -> list[str] | None:
    """The names in a header; None when the first row is data, whose values no place may be called by."""
    names = [name.strip() for name in row]
    told = all(names) and len(set(names)) == len(names)
    if not told or any(any(map(str.isdigit, name[:1])) or "@" in name for name in names):
        return None
    held = (match.score for name in names for match in engine.find(name))
    return None if any(score >= MEDIUM for score in held) else names
