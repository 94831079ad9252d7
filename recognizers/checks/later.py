"""Regular expressions that are compiled when they are first used: in a short run most never are.

>>> number = later("[0-9]+")
>>> number.search("a 12").group()
'12'
"""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["later"]

_METHODS = ("findall", "finditer", "fullmatch", "match", "scanner", "search", "split", "sub", "subn")


def later(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Stand in for ``re.compile(pattern, flags)``; a mistake in the pattern is told at its first use."""
    return cast("re.Pattern[str]", _Later(pattern, flags))


class _Later:
    """Has the methods of a pattern once one of them was asked for, so that the next call costs no more than its own."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
