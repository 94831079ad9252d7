"""The fields of which the header of a 7z archive is made."""

from __future__ import annotations

import struct

__all__ = ["Fields"]


class Fields:
    """The bytes of a header, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self.most = len(data)
        """of whatever is counted: each takes a byte at least"""

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def take(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            raise IndexError
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self) -> int:
        """Of as many bytes as the first says by the ones that it begins with."""
        first = self.byte()
        more = 8 - (first ^ 0xFF).bit_length()
        low = int.from_bytes(self.take(more), "little")
        return low | (first & ((0x80 >> more) - 1)) << (8 * more) if more < 8 else low

    def count(self) -> int:
        if (count := self.number()) > self.most:
            raise ValueError(count)
        return count

    def bits(self, count: int) -> list[bool]:
        data = self.take((count + 7) // 8)
        return [bool(data[at // 8] & (0x80 >> at % 8)) for at in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def sums(self, count: int) -> list[int | None]:
        return [int(struct.unpack("<I", self.take(4))[0]) if there else None for there in self.defined(count)]
