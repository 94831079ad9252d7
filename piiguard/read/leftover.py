"""What lies in the file of an SQLite database and belongs to no table: pages that were freed, and bytes behind its end.

A deleted row stays on a freed page until that is used again, and whatever is appended to the file is not looked at by SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import sqlalchemy as sa

from piiguard import database
from piiguard.files import regular

__all__ = ["BEHIND", "FREED", "leftover"]

FREED, BEHIND = "freed pages", "bytes behind its end"
_MOST = 1 << 24
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]+")
# A row has no signs between its cells, and its head may end with one that is part of an escape in a text.
_NUMBERS = re.compile(rb"\+?[0-9]{9,20}")


def leftover(connection: sa.Connection) -> Iterator[tuple[str, str | None]]:
    """What it is, and its text; None where there is more of it than is held at once.

    https://www.sqlite.org/fileformat2.html#the_freelist
    """
    file = database.file_of(connection.engine.url)
    if file is None:
        return
    size, pages = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_size", "page_count")
    )
    try:
        with regular(str(file), named=True) as opened:
            yield from _text(
                FREED, _held(_page(opened, size, number) for number in _freed(opened, size, pages))
            )
            opened.seek(size * pages)
            yield from _text(BEHIND, opened.read(_MOST + 1))
    except OSError:
        yield FREED, None


def _held(pages: Iterator[bytes]) -> bytes:
    """Pages with anything on them, of which no more are read than make too much."""
    held = bytearray()
    while len(held) <= _MOST and (page := next(pages, None)) is not None:
        held += page + b"\0" if page.strip(b"\0") else b""
    return bytes(held)


def _text(what: str, data: bytes) -> Iterator[tuple[str, str | None]]:
    if len(data) > _MOST:
        yield what, None
    elif data.strip(b"\0"):
        pieces = [*_NO_TEXT.split(data), *_NUMBERS.findall(data)]
        yield what, "\n".join(piece.decode("utf-8", "replace") for piece in pieces)
        wide = data.replace(b"\0", b"")
        if len(wide) < len(data):  # UTF-16
            yield what, "\n".join(piece.decode() for piece in _NUMBERS.findall(wide))


def _page(opened: BinaryIO, size: int, number: int) -> bytes:
    opened.seek(size * (number - 1))
    return opened.read(size)


def _freed(opened: BinaryIO, size: int, pages: int) -> Iterator[int]:
    """The numbers of the pages that are free, each once, whatever their lists say."""
    opened.seek(32)
    trunk, seen = int.from_bytes(opened.read(4), "big"), set[int]()
    while 0 < trunk <= pages and trunk not in seen:
        seen.add(trunk)
        data = _page(opened, size, trunk)
        trunk, count = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
        for place in range(8, 8 + 4 * min(count, size // 4 - 2), 4):
            leaf = int.from_bytes(data[place : place + 4], "big")
            if 0 < leaf <= pages and leaf not in seen:
                seen.add(leaf)
                yield leaf
