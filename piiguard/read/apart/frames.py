"""What the two processes say to each other: frames of a head in JSON and a body of bytes, each with its length before it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["MOST", "Event", "Kind", "pack", "unpack"]

Kind = Literal["text", "rows", "file", "picture", "gap", "end"]
_LENGTHS = struct.Struct(">II")
_HEAD = 1 << 20
MOST = 160 << 20
"""Bytes of a body: what comes from the other process is believed as little as the document."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a document holds: ``data`` is a text in UTF-8, rows in JSON, a file, grey pixels, or why
    something is not read.

    ``name`` is that of the sheet, the note, the attachment; empty for the document itself. ``number`` is that of the
    page.
    """

    kind: Kind
    name: str = ""
    number: int = 0
    data: bytes = b""


def pack(head: dict[str, Any], body: bytes | bytearray) -> Iterator[bytes | bytearray]:
    """A frame, piece by piece: its body may be large."""
    said = json.dumps(head).encode()
    yield _LENGTHS.pack(len(said), len(body)) + said
    yield body


def unpack(read: Callable[[int], bytes]) -> tuple[dict[str, Any], bytes]:
    """The next frame; ``read`` gives exactly so many bytes.

    Raises: :class:`ValueError` for what is none; its head may be any JSON.
    """
    length, size = _LENGTHS.unpack(read(_LENGTHS.size))
    if length > _HEAD or size > MOST:
        raise ValueError("no frame")
    try:
        head = json.loads(read(length))
    except RecursionError:
        raise ValueError("no frame") from None
    return head, read(size)
