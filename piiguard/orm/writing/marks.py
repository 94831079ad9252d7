"""Index values in a statement: derived by us, or set by hand and then equal to what is derived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.tables import BoundIndex

__all__ = ["ByHand", "Derived", "refuse_by_hand", "refuse_unless_equal"]


class Derived(bytes):
    """The attribute layer computed it: it is computed again, from what the statement writes."""

    __slots__ = ()


class ByHand(bytes):
    """Somebody set the attribute to it, and it did not belong to the sources then."""

    __slots__ = ()


def refuse_unless_equal(index: BoundIndex, given: Any, values: Sequence[Any]) -> None:
    """Let pass what is derived, and what the row may hold under any live key."""
    if given is None or type(given) is Derived:
        return
    whole = all(value is not None for value in values)
    if not (isinstance(given, bytes) and whole and bytes(given) in index.under_all(values)):
        raise refuse_by_hand(index)


def refuse_by_hand(index: BoundIndex) -> EncryptedColumnError:
    """The refusal of an index value that does not follow from its sources."""
    return EncryptedColumnError(
        f"{index.place} is a blind index and cannot be set: it is assigned by hand",
        hint=f"set {', '.join(index.sources)}: the index follows",
    )
