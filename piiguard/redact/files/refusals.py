"""What no clean copy can be written of, told by its bytes as a scan tells it, and what to do instead."""

from __future__ import annotations

from piiguard.errors import ScanError
from piiguard.read import document, magic, members
from piiguard.read.forms import form_of, ole_of
from piiguard.read.sources import Source
from piiguard.read.watched import MIXED

__all__ = ["CURES", "check", "mixed"]

_UNPACK = "unpack it, and redact the folder: piiguard redact FOLDER -o CLEAN"
_TEXT = "save it as text, and redact that"
_SHEETS = "save its sheets as CSV, and redact these"
_TABLES = "save its tables as CSV, and redact these"
_LINES = f"{_TEXT}; --as log takes its lines as they are, and leaves what is coded in them"
_SHOWN = "leave it out, or cover by hand what is seen or heard in it; only text is redacted"
CURES = {
    "a PDF document": _TEXT,
    "a document of Word": _TEXT,
    "a document of OpenDocument": _TEXT,
    "a presentation": _TEXT,
    "an RTF document": _TEXT,
    "a PostScript document": _TEXT,
    "a DjVu document": _TEXT,
    "a help file": _TEXT,
    "an Office document": _TEXT,
    "a workbook": _SHEETS,
    "a letter of Outlook": "save it as text in Outlook, and redact that",
    "a mailbox of Outlook": "save its letters as text in Outlook, and redact these",
    "a letter": _LINES,
    "a mailbox": _LINES,
    "a page of HTML": _LINES,
    "an archive": _UNPACK,
    "a tar archive": _UNPACK,
    "a 7z archive": _UNPACK,
    "an image": _SHOWN,
    "sound or film": _SHOWN,
    "a dump of PostgreSQL in its own format": "make SQL of it, and redact that: pg_restore -f DUMP.sql FILE",
    "an SQLite database": "piiguard encrypt protects its columns; or redact a dump of it: sqlite3 FILE .dump",
    "a Parquet file": "redact_columns of piiguard.redact.spark makes a clean frame of it on Spark; or save it as CSV",
    "a columnar file": _TABLES,
    "a table of dBase": _TABLES,
    "a database of another kind": _TABLES,
    "an encrypted file": "decrypt it, and redact what was in it",
    "an encrypted document": "take its password away, and save what is in it as CSV or text",
    "a binary file": "write out its text, and redact that",
}
"""By what it is: what to do."""
_CODED = {"mail": "a letter", "mbox": "a mailbox", "html": "a page of HTML"}
_OFFICE = {
    "workbook": "a workbook",
    "sheets": "a workbook",
    "word": "a document of Word",
    "slides": "a presentation",
    "open": "a document of OpenDocument",
    "outlook": "a letter of Outlook",
    "encrypted": "an encrypted document",
}


def check(name: str, source: Source, *, as_text: bool = False) -> None:
    """Raise :class:`ScanError` for what is not text, before anything is written.

    A letter or a page is, but says some of it in another writing, or divides a value by tags: it is taken only where
    somebody asks for its lines.
    """
    form = form_of(name, source.head)
    coded = "" if as_text else _CODED.get(form, "")
    if what := _what(form, source) or coded:
        raise ScanError(
            f"{name}: {what}, of which no clean copy can be written", source=name, hint=CURES[what]
        )


def mixed(name: str) -> None:
    """Raise :class:`ScanError` for text in several encodings of which one is wide: a line of it is cut anywhere."""
    raise ScanError(
        f"{name}: {MIXED}, of which no clean copy can be written",
        source=name,
        hint="write it anew in UTF-8, each part from its own encoding, and redact that",
    )


def _what(form: str, source: Source) -> str:
    """What it is that is no text; empty where it is text."""
    if form == "zip":
        return _OFFICE.get(members.office_in(source), "an archive")
    if form == "ole":
        return _OFFICE.get(_compound(source), "an Office document")
    return magic.name_of(source.unknown)


def _compound(source: Source) -> str:
    try:
        return ole_of(document.whole(source.stream))
    except ScanError:  # larger than any that is read
        return ole_of(source.head)
