"""What stands for a value that is restricted: it is kept sealed elsewhere, and nobody uses it until it is released."""

from __future__ import annotations

from dataclasses import dataclass

from piiguard.orm.errors import EncryptedColumnError

__all__ = ["Restricted", "refuse_restricted"]


@dataclass(frozen=True, slots=True)
class Restricted:
    """Stands where the value of an encrypted column is restricted (``piiguard subject restrict``).

    It is false in a condition, and can be neither written nor written over: ``piiguard subject release`` puts the value back.

    >>> marker = Restricted("students.iin")
    >>> bool(marker), marker
    (False, <restricted students.iin>)
    """

    place: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"<restricted {self.place}>"

    __repr__ = __str__


def refuse_restricted(marker: Restricted) -> EncryptedColumnError:
    """The refusal of a new value where one is restricted: it would be in the way when that is put back."""
    return EncryptedColumnError(
        f"{marker.place}: the value of this row is restricted and is not written over",
        hint="piiguard subject release puts it back; then it can be changed",
    )
