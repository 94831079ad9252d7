"""What holds other things, by the first bytes of a file, and by its name only where those are a text's.

>>> form_of("a.xlsx", b"PK\\x03\\x04"), form_of("act.txt", b"%PDF-1.7"), form_of("app.log", b"INFO saved")
('zip', 'pdf', '')
"""

from __future__ import annotations

import re

from piiguard.read import magic
from piiguard.read.opened import suffix_of

__all__ = ["TEXTS", "form_of", "office_of", "ole_of"]

TEXTS = frozenset({"mail", "mbox", "html"})
"""Forms that are text too, and can be read as such where that is asked for."""

_FORMS = {
    "an archive, or an Office document": "zip",
    "a tar archive": "tar",
    "a 7z archive": "7z",
    "a PDF document": "pdf",
    "an Office document": "ole",
    "an RTF document": "rtf",
}
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_BY_NAME = {
    ".eml": "mail",
    ".mht": "mail",
    ".mhtml": "mail",
    ".mbox": "mbox",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
# RFC 4155 and RFC 5322: the line that parts messages, and fields with one that a log does not begin with
_FROM = rb"From \S{1,300} [^\r\n]{0,200}?\d{4}[^\r\n]{0,100}\r?\n"
_FIELD = rb"[A-Za-z][\w-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*"
_MAIL = re.compile(rb"(" + _FROM + rb")?(?:>?From [^\r\n]*\r?\n)?((?:" + _FIELD + rb"){3,})")
_TELLING = re.compile(rb"^(?:MIME-Version|Message-ID|Received|Return-Path):", re.IGNORECASE | re.MULTILINE)
_PARTS = (("word/", "word"), ("xl/", "workbook"), ("ppt/", "slides"))
_OPEN = "application/vnd.oasis.opendocument."
_STREAMS = (
    ("__properties_version1.0", "outlook"),
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "slides"),
    ("Workbook", "workbook"),
)


def form_of(name: str, head: bytes) -> str:
    """Empty for whatever is read as text, or not at all."""
    if kind := magic.kind(head):
        return _FORMS.get(kind, "")
    if _HTML.match(head):
        return "html"
    found = _MAIL.match(head)
    if found and _TELLING.search(found[2]):
        return "mbox" if found[1] else "mail"
    return _BY_NAME.get(suffix_of(name), "")


def office_of(names: list[str], mimetype: str) -> str:
    """Which document of an office a zip is, by the names in it and by what a part called ``mimetype`` says; or none.

    >>> office_of(["[Content_Types].xml", "xl/workbook.xml"], ""), office_of(["a.log"], "")
    ('workbook', '')
    """
    if mimetype.startswith(_OPEN):
        return "sheets" if mimetype.startswith(f"{_OPEN}spreadsheet") else "open"
    if "[Content_Types].xml" not in names:
        return ""
    return next((form for part, form in _PARTS if any(name.startswith(part) for name in names)), "")


def ole_of(data: bytes | bytearray) -> str:
    """Which compound file of an office it is, by the streams in it; of some of them nothing is read."""
    return next((form for stream, form in _STREAMS if stream.encode("utf-16-le") in data), "")
