"""What may stand in place of a part that is spelled with escapes: what needs none itself."""

from __future__ import annotations

import re

__all__ = ["fitted", "plain"]

_PACKED = re.compile(r"[A-Za-z0-9+/=?_-]{8,}")
"""A run without blanks, such as base64: what is put there has none either."""
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")


def fitted(new: str, written: str) -> str:
    r"""What can stand in place of a part that may be spelled with escapes: it needs none.

    >>> fitted("С*** x", r"\u0421\u044b x"), fitted("С*** x", "%D0%A1+x"), fitted("С***", "Сыны")
    ('**** x', '****+x', 'С***')
    """
    if not any(mark in written for mark in "\\%&"):
        return plain(new).replace(" ", "*") if _PACKED.fullmatch(written) else new
    return plain(new).replace(" ", "+") if "%" in written else plain(new)


def plain(new: str) -> str:
    r"""Stars for what would need an escape of its own.

    >>> plain('С*** "x"')
    '**** *x*'
    """
    return _UNSAFE.sub("*", new)
