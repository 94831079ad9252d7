r"""Escapes of HL7 version 2 in its own lines: ``\X30\``, ``\T\``, ``\.br\``, ``\H\``.

HL7 v2.5.1, 2.7: a segment begins with three signs and a bar; elsewhere these would be parts of a path.

>>> list(escapes(r"PID|1||05\X30333132\3000\H\15\N\ "))
[(9, 20, '0312'), (24, 27, ''), (29, 32, '')]
>>> list(escapes(r"C:\T\050312300015"))
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from piiguard.atomic import many
from piiguard.detect.packed import Unit

__all__ = ["escapes"]

_SEGMENT = re.compile(r"(?:^|[\r\n\x0b])[A-Z][A-Z0-9]{2}\|")
_OCTETS = r"\\X[0-9A-Fa-f]{2}(?:[0-9A-Fa-f]{2})*+\\"
_ESCAPE = re.compile(
    rf"(?P<octets>{_OCTETS}{many(_OCTETS)})"
    r"|\\(?:(?P<sign>[FSTRE])|(?P<format>\.[a-z]{2}[+-]?[0-9]{0,3})"
    r"|[HN]|[CM][0-9A-Fa-f]{2,6}|Z[0-9A-Za-z]{0,8})\\"
)
_SIGNS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}
_NO_DIGITS = re.compile("[^0-9A-Fa-f]+")


def escapes(text: str) -> Iterator[Unit]:
    """Where a sign of a message is written so, or something that says how it is shown, and what is meant."""
    if not _SEGMENT.search(text):
        return
    for found in _ESCAPE.finditer(text):
        if octets := found["octets"]:
            meant = bytes.fromhex(_NO_DIGITS.sub("", octets)).decode("utf-8", "replace")
            yield *found.span(), "".join(sign if sign.isprintable() else " " for sign in meant)
        else:
            yield *found.span(), " " if found["format"] else _SIGNS.get(found["sign"], "")
