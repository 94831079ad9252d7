"""Names a row in a message: by its key, unless the key itself looks like personal data."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

__all__ = ["show_key"]


def show_key(values: Sequence[Any]) -> str:
    """The key of a row; long numbers and texts keep two characters.

    >>> show_key((17,)), show_key((50312300017,)), show_key(("Үлгі", 3))
    ('17', '50*********', '(Үл**, 3)')
    """
    shown = [_show(value) for value in values]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"


def _show(value: Any) -> str:
    if isinstance(value, uuid.UUID):
        return str(value)
    text = str(value)
    if isinstance(value, int) and abs(value) < 10**9:
        return text
    return text[:2] + "*" * min(len(text) - 2, 12)
