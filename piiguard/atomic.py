r"""Repeats of more than signs that give nothing back, on every Python and in bounded memory.

``(?:a+|'b')*+`` forgets before 3.11.5 to go back where the last time round has read a part of what is repeated
(https://github.com/python/cpython/issues/106052); ``(?>(?:a+|'b')*)`` does not, but keeps some hundred bytes for each
time round. Here each time round is a short atomic repeat, which may read nothing and so never fails.

>>> import re
>>> re.match(many("a|bc"), "aabcb").group()
'aabc'
"""

from __future__ import annotations

__all__ = ["many"]

_AT_ONCE = 64
"""How often what is repeated is read before the places between are forgotten."""


def many(body: str) -> str:
    """Give the pattern of any number of ``body``, none too; ``body`` must read at least one sign."""
    return rf"(?:(?>(?:{body}){{0,{_AT_ONCE}}}))*+"
