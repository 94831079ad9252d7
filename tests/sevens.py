"""7z archives as another program would write them, from the description of the format, with whatever is wrong in them."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Mapping

LZMA2 = b"\x21\x21\x01\x10"
"""The one coder: a method of one byte with a property, which is a dictionary of 1 MiB."""
COPY = b"\x01\x00"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]


def number(value: int) -> bytes:
    return b"\xff" + struct.pack("<Q", value)


def names(called: list[str]) -> bytes:
    data = b"\0" + "".join(f"{name}\0" for name in called).encode("utf-16-le")
    return b"\x11" + number(len(data)) + data


def wrapped(packed: bytes, header: bytes) -> bytes:
    """The whole of an archive: its mark, what is packed, and the header behind it."""
    where = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(where)) + where + packed + header


def seven(
    files: Mapping[str, bytes], *, coder: bytes = LZMA2, packed: bytes | None = None, behind: bytes = b"", sums: bool = True,
    sizes: list[int] | None = None, extra: bytes = b"",
) -> bytes:  # fmt: skip
    """All files packed together. ``sizes`` are what the header says of them, ``extra`` are more properties of files."""
    whole = b"".join(files.values())
    if packed is None:
        made = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=_FILTERS) if coder == LZMA2 else None
        packed = made.compress(whole) + made.flush() if made else whole
    packed += behind
    said = sizes or [len(each) for each in files.values()]
    told = (
        b"\x0a\x01" + b"".join(struct.pack("<I", zlib.crc32(each)) for each in files.values())
        if sums
        else b""
    )
    header = b"".join((
        b"\x01\x04",
        b"\x06", number(0), number(1), b"\x09", number(len(packed)), b"\0",
        b"\x07\x0b", number(1), b"\0", number(1), coder, b"\x0c", number(sum(said)), b"\0",
        b"\x08\x0d", number(len(said)), b"\x09" if len(said) > 1 else b"", *map(number, said[:-1]), told, b"\0",
        b"\0",
        b"\x05", number(len(files)), names(list(files)), extra, b"\0\0",
    ))  # fmt: skip
    return wrapped(packed, header)
