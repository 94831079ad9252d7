"""Cells that hold no text to be searched: envelopes, ciphertext of other tools, hashes, documents of their own."""

from __future__ import annotations

from piiguard.detect import encodings
from piiguard.keys.envelope import looks_encrypted
from piiguard.read import magic
from piiguard.scan import ciphers
from piiguard.scan.statistics import Statistics

__all__ = ["is_treated", "text_of_bytes"]


def text_of_bytes(value: bytes, own: Statistics) -> str | None:
    """The text of a cell of bytes, or the texts inside of it; what has none is counted as what it looks like."""
    if not value:
        return None
    if looks_encrypted(value):
        own.examined += 1
        own.sealed += 1
        return None
    text = encodings.text_of(value)
    if text is not None and (text := text.rstrip()):
        return text
    tool = ciphers.tool_of_bytes(value)
    if tool:
        own.ciphers[tool] += 1
    if key := ciphers.tink_key(value):
        own.keyed(key)
    elif name := ciphers.digest_of_bytes(value):
        own.digests[name] += 1
    elif kind := magic.closed_cell(value):
        own.closed[kind] += 1
    elif not tool and (text := encodings.stretches_of(value)):
        return text
    own.examined += 1
    return None


def is_treated(text: str, own: Statistics) -> bool:
    """Whether a cell of text is an envelope, another tool's ciphertext, or a hash; it is counted as that."""
    if text.startswith("pg1.") and looks_encrypted(text):
        own.sealed += 1
    elif name := ciphers.digest(text):
        own.digests[name] += 1
    elif tool := ciphers.tool_of_text(text):
        own.ciphers[tool] += 1
        if key := ciphers.tink_key(text):
            own.keyed(key)
    else:
        return False
    return True
