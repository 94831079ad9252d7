"""The exit codes, which scripts rely on."""

from __future__ import annotations

__all__ = [
    "EXIT_ERROR",
    "EXIT_FOUND",
    "EXIT_INCOMPLETE",
    "EXIT_USAGE",
]


EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_FOUND = 3
EXIT_INCOMPLETE = 4
