"""What no clean copy can be written of, told by its first bytes, and what to do instead."""

from __future__ import annotations

import re

from piiguard.errors import ScanError
from piiguard.read.forms import form_of
from piiguard.read.sources import Source
from piiguard.read.watched import MIXED

__all__ = ["check", "mixed"]

_UNPACK = "unpack it, and redact the folder: piiguard redact FOLDER -o CLEAN"
_TEXT = "save it as text, and redact that"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", _TEXT),
    (b"PAR1", "a Parquet file", "redact_columns of piiguard.redact.spark makes a clean frame of it on Spark; or save it as CSV"),
    (b"SQLite format 3\0", "an SQLite database",
     "piiguard encrypt protects its columns; or redact a dump of it: sqlite3 FILE .dump"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document", "save a workbook as CSV, a letter as text"),
    (b"7z\xbc\xaf\x27\x1c", "an archive", _UNPACK),
    (b"Rar!", "an archive", _UNPACK),
)  # fmt: skip
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZIPPED = (
    (b"xl/", "a workbook", "save its sheets as CSV, and redact these"),
    (b"word/", "a document", _TEXT),
    (b"ppt/", "a presentation", _TEXT),
    (b"mimetypeapplication/vnd.oasis", "a document", "save a table as CSV, a letter as text"),
)
_LINES = f"{_TEXT}; --as log takes its lines as they are, and leaves what is coded in them"
_CODED = {"mail": ("a letter", _LINES), "mbox": ("a mailbox", _LINES), "html": ("a page of HTML", _LINES)}
_TAR = (257, b"ustar")


def check(name: str, source: Source, *, as_text: bool = False) -> None:
    """Raise :class:`ScanError` for what is not text, before anything is written.

    A letter or a page is, but says some of it in another writing, or divides a value by tags: it is taken only where
    somebody asks for its lines.
    """
    coded = None if as_text else _CODED.get(form_of(name, source.head))
    if found := _kind(source.head) or _unknown(source.unknown) or coded:
        what, cure = found
        raise ScanError(f"{name}: {what}, of which no clean copy can be written", source=name, hint=cure)


def mixed(name: str) -> None:
    """Raise :class:`ScanError` for text in several encodings of which one is wide: a line of it is cut anywhere."""
    raise ScanError(
        f"{name}: {MIXED}, of which no clean copy can be written",
        source=name,
        hint="write it anew in UTF-8, each part from its own encoding, and redact that",
    )


def _unknown(what: str) -> tuple[str, str] | None:
    """What no reader knows either, without the advice that is for a scan."""
    return (re.split("[,;]", what)[0], "write out its text, and redact that") if what else None


def _kind(head: bytes) -> tuple[str, str] | None:
    if head.startswith(_ZIP):
        inside = ((what, cure) for part, what, cure in _ZIPPED if part in head)
        return next(inside, ("an archive", _UNPACK))
    if head[_TAR[0] :].startswith(_TAR[1]):
        return "an archive", _UNPACK
    for magic, what, cure in _KINDS:
        if head.startswith(magic):
            return what, cure
    return None
