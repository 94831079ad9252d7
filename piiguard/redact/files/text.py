"""Texts inside of files that are tables otherwise: titles, comments, definitions."""

from __future__ import annotations

from piiguard.redact.files.tally import Tally
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor

__all__ = ["clean_text"]


def clean_text(text: str, redactor: Redactor, tally: Tally) -> str:
    """The text without personal data; bytes that are none of its encoding stand in it as lone surrogates, and stay."""
    stream = StreamRedactor(redactor, "utf-8")
    clean = stream.feed(text.encode("utf-8", "surrogateescape")) + stream.finish()
    tally.replaced += stream.replaced
    tally.withheld += stream.withheld
    return clean.decode("utf-8", "surrogateescape")
