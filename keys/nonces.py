"""Nonces drawn ahead for one statement: a system call for each value is a third of an encryption.

They belong to the thread that drew them and are dropped before the statement leaves for the database. So a
process that is forked from C, where no hook of Python runs, never holds a nonce that its parent still uses:
only the forking thread lives on in it, and that thread is not in the middle of binding values.
"""

from __future__ import annotations

import os
import threading

__all__ = ["MOST", "SIZE", "draw_ahead", "drop", "stock"]

SIZE = 12
MOST = 1 << 16  # nonces, 4 MB; what a longer statement needs above that is drawn value by value


class _Stock(threading.local):
    def __init__(self) -> None:
        self.nonces: list[bytes] = []


stock = _Stock()


def draw_ahead(count: int) -> None:
    """Lay in random nonces for the values that this thread is about to encrypt; each is given out once."""
    drawn = os.urandom(SIZE * min(count, MOST))
    stock.nonces = [drawn[start : start + SIZE] for start in range(0, len(drawn), SIZE)]


def drop() -> None:
    """Forget those that are left."""
    if stock.nonces:
        stock.nonces = []


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=drop)
