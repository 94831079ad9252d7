"""RTF documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from piiguard.read.apart.frames import Event

__all__ = ["read"]

_PICTURES = re.compile(rb"\\(?:pict|objdata)(?![a-z])")
_CODEPAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_INFO = re.compile(rb"\\(author|operator|title|subject|manager|company|doccomm|keywords) ([^{}]*)\}")


def read(data: bytes) -> Iterator[Event]:
    """The text of an RTF document; its lines are its paragraphs."""
    import striprtf.striprtf as rtf

    rtf_to_text: Any = rtf.rtf_to_text  # it publishes no types

    page = _CODEPAGE.search(data[: 1 << 16])
    encoding = f"cp{int(page[1])}" if page else "cp1252"
    text = rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace")
    yield Event("text", data=f"{text}\n".encode("utf-8", "replace"))
    told = "".join(
        f"{name.decode()}: {rtf_to_text('{' + value.decode('latin-1') + '}', encoding=encoding, errors='replace')}\n"
        for name, value in _INFO.findall(data[: 1 << 16])
    )
    if told:
        yield Event("text", "properties", data=told.encode("utf-8", "replace"))
    if count := len(_PICTURES.findall(data)):
        yield Event(
            "gap", "pictures", data=f"pictures or objects in it, which no reader knows: {count}".encode()
        )
