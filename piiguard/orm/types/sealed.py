"""The marker for a value that could not be decrypted."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Sealed"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Stands where a value could not be decrypted; ``reason`` names the error class, never the value.

    It is false in a condition and cannot be written back: the row stays as it is until someone repairs it.
    """

    place: str
    reason: str
    message: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"<sealed {self.place}: {self.reason}>"

    __repr__ = __str__
