"""How a scan says how far it is."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress"]

Progress = Callable[[str, int, int, str], None]
"""Called with the table or file being read, the units done, how many there are (-1: unknown), and their name."""
