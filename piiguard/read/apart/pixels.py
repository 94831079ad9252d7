"""A picture as nothing but its grey pixels: what the process apart makes of any, and all that a reader of pictures is given.

>>> own = Picture.of(pack(2, 2, b"abcd"))
>>> own.rows(1, 2).pnm, own.turned(1).pnm
(b'P5 2 1 255\\ncd', b'P5 2 2 255\\ncadb')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

__all__ = ["MOST", "OCR", "Picture", "pack"]

MOST = 24_000_000
"""Pixels that are looked at: a page of A4 at 500 dots to the inch. What is larger is made smaller."""
OCR = "which scan --ocr reads"
"""What is said of pictures that are not read because nobody asked for it."""
_HEAD = re.compile(rb"P5 ([1-9]\d{0,5}) ([1-9]\d{0,5}) 255\n")


def pack(width: int, height: int, grey: bytes | memoryview, stride: int = 0) -> bytes:
    """A picture in the form of Netpbm; a line takes ``stride`` bytes, where that is more than its width."""
    head = f"P5 {width} {height} 255\n".encode()
    if stride in (0, width):
        return head + bytes(grey)
    return head + b"".join(bytes(grey[at : at + width]) for at in range(0, height * stride, stride))


@dataclass(frozen=True, slots=True)
class Picture:
    """``grey`` has a byte for each pixel, line by line."""

    width: int
    height: int
    grey: memoryview

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Raises: ValueError for anything but so many pixels as its head says, and too many."""
        head = _HEAD.match(data)
        if not head:
            raise ValueError("no picture")
        width, height = int(head[1]), int(head[2])
        grey = memoryview(data)[head.end() :]
        if width * height > MOST or len(grey) != width * height:
            raise ValueError("no picture")
        return cls(width, height, grey)

    def rows(self, top: int, bottom: int) -> Self:
        """A band of it, as far as there is one."""
        top, bottom = max(top, 0), min(bottom, self.height)
        return type(self)(self.width, bottom - top, self.grey[top * self.width : bottom * self.width])

    def turned(self, quarters: int) -> Self:
        """It, turned to the right by so many quarters."""
        if quarters == 2:
            return type(self)(self.width, self.height, memoryview(bytes(self.grey)[::-1]))
        if quarters == 3:
            return self.turned(2).turned(1)
        lines = (bytes(self.grey[at :: self.width])[::-1] for at in range(self.width))
        return type(self)(self.height, self.width, memoryview(b"".join(lines)))

    @property
    def pnm(self) -> bytes:
        return pack(self.width, self.height, self.grey)
