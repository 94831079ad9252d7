"""Who is told how far a scan is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from piiguard.read import Extent

__all__ = ["Overall", "Progress"]

Progress = Callable[[str, int, int, str], None]
"""Called with the table or file being read, the units done, how many there are (-1: unknown), and their name."""


@runtime_checkable
class Overall(Protocol):
    """Progress that is told how much there is in all, and which places are done with.

    A place that is not ``fresh`` was known before: it took no time.
    """

    def __call__(self, place: str, done: int, total: int, unit: str, /) -> None: ...

    def begin(self, extent: Extent, /) -> None: ...

    def ended(self, place: str, amount: int, /, *, fresh: bool) -> None: ...
