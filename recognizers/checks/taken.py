"""Which characters of a text belong to a match already: looking costs no more the more matches there are."""

from __future__ import annotations

__all__ = ["Taken"]


class Taken:
    """The characters of a text of that length.

    >>> taken = Taken(10)
    >>> taken.take(2, 5), taken.take(4, 8), taken.take(5, 8)
    (True, False, True)
    """

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def take(self, start: int, end: int) -> bool:
        """Take the characters from ``start`` to ``end``, or say no where one of them is taken."""
        if self._marks.find(1, start, end) >= 0:
            return False
        self._marks[start:end] = b"\1" * (end - start)
        return True
