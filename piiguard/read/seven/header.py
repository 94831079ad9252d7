"""What stands in the header of a 7z archive: where its streams lie, how they are packed, and which files they are.

The format is that of ``DOC/7zFormat.txt`` in 7-Zip's sources. Whatever is wrong with a header is a :class:`ValueError`; it is
read in so many steps as it has bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from piiguard.read.seven.fields import Fields

__all__ = ["Coder", "File", "Folder", "Header", "Streams", "header"]

(
    _END,
    _HEADER,
    _PROPERTIES,
    _MORE,
    _MAIN,
    _FILES,
    _PACK,
    _UNPACK,
    _PARTS,
    _SIZE,
    _SUM,
    _FOLDER,
    _SIZES,
    _COUNTS,
) = range(14)
_NO_STREAM, _NO_BYTES, _ANTI, _NAMES = range(14, 18)
_NUMBERS = frozenset({_ANTI, *range(0x12, 0x16), 0x18, 0x19})
"""Properties of files that are numbers: times, attributes, places, and what only fills."""


@dataclass(frozen=True, slots=True)
class Coder:
    """One way of packing, with its properties; ``plain`` has one stream in and one out."""

    method: bytes
    properties: bytes = b""
    plain: bool = True


@dataclass(slots=True)
class Folder:
    """Streams that were packed together: as ``coders``, the outermost first, and how many bytes that gives.

    ``sums`` are those of its files. Bytes from ``start`` to ``end`` of the archive are what it is packed into.
    """

    coders: list[Coder]
    inputs: int
    size: int = 0
    sizes: list[int] = field(default_factory=list)
    sums: list[int | None] = field(default_factory=list)
    sum: int | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Streams:
    """The folders of an archive, and from where to where they lie."""

    folders: list[Folder]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class File:
    """``empty`` is a file without bytes, or a folder, which is none."""

    name: str
    empty: bool = False
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """``other`` is what it says beside that, in properties that nobody knows."""

    streams: Streams
    files: list[File]
    other: tuple[bytes, ...] = ()


def header(data: bytes, base: int) -> Header | Streams:
    """A header, or the streams in which it is packed itself. ``base`` is where streams begin to be counted.

    Raises: :class:`ValueError`.
    """
    reader = Fields(data)
    try:
        if (kind := reader.byte()) == 0x17:
            return _streams(reader, base)
        if kind != _HEADER:
            raise ValueError(kind)
        return _header(reader, base)
    except (IndexError, struct.error, OverflowError):
        raise ValueError("it ends too early") from None


def _header(reader: Fields, base: int) -> Header:
    kind, streams = reader.byte(), Streams([], base, base)
    other: list[bytes] = []
    if kind == _PROPERTIES:
        while reader.byte():
            other.append(reader.take(reader.count()))
        kind = reader.byte()
    if kind == _MORE:
        raise ValueError("streams of other things")
    if kind == _MAIN:
        streams, kind = _streams(reader, base), reader.byte()
    files = _files(reader, other) if kind == _FILES else []
    if sum(len(folder.sizes) for folder in streams.folders) != sum(not each.empty for each in files):
        raise ValueError("files and streams")
    return Header(streams, files, tuple(other))


def _streams(reader: Fields, base: int) -> Streams:
    lengths, folders, start, told = list[int](), list[Folder](), base, False
    while kind := reader.byte():
        if kind == _PACK:
            start = base + reader.number()
            lengths = _packed(reader)
        elif kind == _UNPACK:
            folders = _folders(reader)
        elif kind == _PARTS:
            _parts(reader, folders)
            told = True
        else:
            raise ValueError(kind)
    if not told:
        for folder in folders:
            folder.sizes, folder.sums = [folder.size], [folder.sum]
    end, left = start, iter(lengths)
    for folder in folders:
        folder.start = end
        end += sum(next(left, 0) for _ in range(folder.inputs))
        folder.end = end
    return Streams(folders, start, end + sum(left))


def _packed(reader: Fields) -> list[int]:
    count, lengths = reader.count(), list[int]()
    while kind := reader.byte():
        if kind == _SIZE:
            lengths = [reader.number() for _ in range(count)]
        elif kind == _SUM:
            reader.sums(count)
        else:
            raise ValueError(kind)
    return lengths


def _folders(reader: Fields) -> list[Folder]:
    if reader.byte() != _FOLDER:
        raise ValueError
    count = reader.count()
    if reader.byte():
        raise ValueError("folders elsewhere")
    made = [_folder(reader) for _ in range(count)]
    if reader.byte() != _SIZES:
        raise ValueError
    for folder, outs, main in made:
        sizes = [reader.number() for _ in range(outs)]
        folder.size = sizes[main]
    folders = [folder for folder, _, _ in made]
    while kind := reader.byte():
        if kind != _SUM:
            raise ValueError(kind)
        for folder, sum_ in zip(folders, reader.sums(count), strict=True):
            folder.sum = sum_
    return folders


def _folder(reader: Fields) -> tuple[Folder, int, int]:
    """A folder, how many streams its coders give, and which of these is what was packed."""
    coders, ins, outs = list[Coder](), 0, 0
    for _ in range(_few(reader.number())):
        flags = reader.byte()
        method = reader.take(flags & 0x0F)
        own_ins, own_outs = (_few(reader.number()), _few(reader.number())) if flags & 0x10 else (1, 1)
        properties = reader.take(reader.count()) if flags & 0x20 else b""
        coders.append(Coder(method, properties, plain=(own_ins, own_outs) == (1, 1)))
        ins, outs = ins + own_ins, outs + own_outs
    bound = {reader.number(): reader.number() for _ in range(outs - 1)}
    packed = ins - (outs - 1)
    if packed < 1:
        raise ValueError(packed)
    if packed > 1:
        [reader.number() for _ in range(packed)]
    [main] = set(range(outs)) - set(bound.values())
    chain, at = list[Coder](), main
    if all(coder.plain for coder in coders):
        while len(chain) <= len(coders):
            chain.append(coders[at])
            if at not in bound:
                break
            at = bound[at]
    else:
        chain = coders
    return Folder(chain, packed), outs, main


def _few(count: int) -> int:
    """7-Zip itself knows no more coders in a row than four, and streams than 32."""
    if not 0 < count <= 32:
        raise ValueError(count)
    return count


def _parts(reader: Fields, folders: list[Folder]) -> None:
    """How the bytes of folders are parted into files."""
    counts = [1] * len(folders)
    kind = reader.byte()
    if kind == _COUNTS:
        counts = [reader.count() for _ in folders]
        kind = reader.byte()
    if sum(counts) > reader.most:
        raise ValueError(counts)
    for folder, count in zip(folders, counts, strict=True):
        sizes = [reader.number() for _ in range(count - 1)] if kind == _SIZE else []
        rest = folder.size - sum(sizes)
        if rest < 0 or (count and len(sizes) != count - 1):
            raise ValueError(rest)
        folder.sizes = [*sizes, rest] if count else []
        folder.sums = [folder.sum] if count == 1 and folder.sum is not None else [None] * count
    if kind == _SIZE:
        kind = reader.byte()
    while kind:
        if kind != _SUM:
            raise ValueError(kind)
        open_ = [folder for folder in folders if not (len(folder.sums) == 1 and folder.sum is not None)]
        sums = iter(reader.sums(sum(len(folder.sums) for folder in open_)))
        for folder in open_:
            folder.sums = [next(sums) for _ in folder.sums]
        kind = reader.byte()


def _files(reader: Fields, other: list[bytes]) -> list[File]:
    count = reader.count()
    names, hollow, bare = [""] * count, [False] * count, list[bool]()
    while kind := reader.number():
        data = reader.take(reader.count())
        inside = Fields(data)
        if kind == _NO_STREAM:
            hollow = inside.bits(count)
        elif kind == _NO_BYTES:
            bare = inside.bits(sum(hollow))
        elif kind == _NAMES:
            names = list(_names(inside, count))
        elif kind not in _NUMBERS:
            other.append(data)
    files, left = list[File](), iter(bare)
    for name, empty in zip(names, hollow, strict=True):
        files.append(File(name, empty, is_folder=empty and not next(left, False)))
    return files


def _names(reader: Fields, count: int) -> Iterator[str]:
    if reader.byte():
        raise ValueError("names elsewhere")
    names = reader.take(reader.most - 1).decode("utf-16-le", "replace").split("\0")
    if len(names) != count + 1:
        raise ValueError(len(names))
    yield from names[:-1]
