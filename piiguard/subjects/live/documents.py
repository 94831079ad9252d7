"""Documents, archives, letters and packed data in a cell: taken apart as the same file would be, or named.

>>> is_document(b"%PDF-1.7" + bytes(40)), is_document(b"<html><body>050312300015"), is_document(b"050312300015")
(True, True, False)
"""

from __future__ import annotations

import io
from typing import Any

from piiguard.read import magic, members
from piiguard.read.forms import form_of
from piiguard.read.log import LogTask
from piiguard.read.options import ReadOptions
from piiguard.read.part import Part
from piiguard.read.whole import Looking, TakeColumn, TakeLines

__all__ = ["is_document", "look_into"]


def is_document(cell: bytes) -> bool:
    """Whether the bytes of a cell hold more than they show."""
    return bool(magic.closed_cell(cell) or form_of("", cell[: magic.HEAD]))


def look_into(cell: bytes, engine: Any, lines: TakeLines, column: TakeColumn) -> str:
    """Hand on what a document holds; why not all of it could be read, else nothing."""
    part = Part()
    task = LogTask("", options=ReadOptions(sample=None), fetched=io.BytesIO(cell), within=members.read)
    task.read(Looking(engine, lines, column), part, None)
    return min((why for _, why in part.unread), default="")
