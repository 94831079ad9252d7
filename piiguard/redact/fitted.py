"""What may stand in place of a part that is spelled with escapes: what needs none itself."""

from __future__ import annotations

import re

__all__ = ["begins_xml", "fitted", "in_xml", "plain"]

_PACKED = re.compile(r"[A-Za-z0-9+/=?_-]{8,}")
"""A run without blanks, such as base64: what is put there has none either."""
_DECLARED = re.compile(rb"\s*<(?:\?xml\s|!DOCTYPE\s)")
_ROOT = re.compile(rb"\s*<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>")
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


def begins_xml(head: bytes) -> bool:
    """Whether a file is a document of XML by its first bytes; ``<34>`` begins a line of syslog, ``<somebody>`` a talk.

    >>> begins_xml(b"<?xml version='1.0'?>"), begins_xml(b"<a>\\n<b>1</b>"), begins_xml(b"<34>1 ok"), begins_xml(b"<me> hi")
    (True, True, False, False)
    """
    return bool(_DECLARED.match(head)) or bool(_ROOT.match(head) and b"</" in head)


def in_xml(new: str) -> str:
    """What stands in a document of XML, in its text as in an attribute.

    >>> in_xml("<KZ_IIN>")
    '&lt;KZ_IIN&gt;'
    """
    return new.replace("<", "&lt;").replace(">", "&gt;")
