"""What runs inside a Python worker of Spark: batches in, one parcel of statistics out.

The functions are sent to workers by name and arguments; the engine is compiled once in each worker process.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from piiguard.scan.arrow import observe_batch
from piiguard.scan.engines import make_engine, make_observer
from piiguard.scan.lines import LineStatistics, read_lines
from piiguard.scan.observe import Observer, Place
from piiguard.scan.options import Options
from piiguard.scan.sources import looks_binary
from piiguard.scan.tables import Part

if TYPE_CHECKING:
    import pyarrow as pa

    Stage = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

__all__ = ["PARCEL", "FilePart", "observing", "reading", "unpack"]

PARCEL = "parcel binary"
"""The schema of what a worker gives back: one pickled part per row."""

_BINARY = "a binary file; --raw looks for residues in any bytes"


@dataclass(slots=True)
class FilePart:
    """What one stretch of a file, from byte ``start`` on, came to."""

    file: str
    start: int
    statistics: LineStatistics = field(default_factory=LineStatistics)
    error: str = ""


def observing(options: Options, name_every: int, settled: frozenset[Place] = frozenset()) -> Stage:
    """A stage that reads columns into one :class:`Part` per partition.

    ``name_every`` and ``settled`` are those of the :class:`Observer`.
    """

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        part, observer = Part(), _observer(options, options.key)
        observer.name_every, observer.settled = name_every, settled
        for batch in batches:
            observe_batch(observer, batch, part)
        yield _parcel(part)

    return stage


def reading(options: Options) -> Stage:
    """A stage that reads lines of files (``value``, ``file``, ``start``) into :class:`FilePart`."""

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for (file, start), pieces in _stretches(batches):
            yield _parcel(_read(file, start, pieces, options))

    return stage


def unpack(row: Any) -> Any:
    """The part in a row that a stage gave; it comes from our own workers."""
    return pickle.loads(row["parcel"])  # noqa: S301


@lru_cache(maxsize=2)
def _observer(options: Options, key: bytes) -> Observer:
    # The key is no part of the options' equality, and workers outlive a scan.
    return make_observer(options)


def _parcel(part: object) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"parcel": [pickle.dumps(part)]})


def _read(file: str, start: int, pieces: Iterator[bytes], options: Options) -> FilePart:
    from piiguard.detect import BlockReader

    part = FilePart(file, start)
    stream = io.BufferedReader(_Pieces(pieces), 1 << 16)
    try:
        if start == 0 and not options.raw and looks_binary(stream.peek(1 << 13)):
            part.error = _BINARY
        else:
            reader = BlockReader(stream, options.encoding)
            read_lines(make_engine(options.entities), reader, part.statistics)
    except Exception as error:  # noqa: BLE001 - Spark would log the message, which may hold a value
        part.error = f"not read to its end: {type(error).__name__}"
    for _ in pieces:  # the next stretch begins behind this one
        pass
    return part


class _Pieces(io.RawIOBase):
    """A stream over pieces of bytes, as they come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _stretches(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[tuple[str, int], Iterator[bytes]]]:
    """Group rows by the stretch of the file they come from; Spark keeps their order inside a partition."""
    runs = _runs(batches)
    held: tuple[tuple[str, int], bytes] | None = next(runs, None)
    while held is not None:
        stretch, piece = held
        follow: list[tuple[tuple[str, int], bytes] | None] = []

        def pieces(
            piece: bytes = piece, stretch: tuple[str, int] = stretch, follow: list[Any] = follow
        ) -> Iterator[bytes]:
            yield piece
            for run in runs:
                if run[0] != stretch:
                    follow.append(run)
                    return
                yield b"\n" + run[1]

        yield stretch, pieces()
        held = follow[0] if follow else None


def _runs(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[tuple[str, int], bytes]]:
    """Rows of one stretch in one batch, as the bytes they were."""
    import numpy as np

    for batch in batches:
        if not batch.num_rows:
            continue
        files, starts = batch.column("file").dictionary_encode(), batch.column("start").to_numpy()
        codes = files.indices.to_numpy()
        edges = np.flatnonzero((np.diff(codes) != 0) | (np.diff(starts) != 0)) + 1
        for first, last in zip([0, *edges], [*edges, batch.num_rows], strict=True):
            lines = batch.column("value").slice(first, last - first).to_pylist()
            stretch = (str(files.dictionary[int(codes[first])]), int(starts[first]))
            yield stretch, b"\n".join(lines)
