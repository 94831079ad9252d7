"""What a file is by its first bytes: text, or something that no reader knows and that is named instead of read.

>>> unknown(b"%PDF-1.7 ..."), unknown("ИИН 050312300015".encode()), unknown(bytes(64) + b"INFO saved")
('a PDF document, which no reader knows', '', '')
"""

from __future__ import annotations

import re
import zlib

from piiguard.detect import encodings
from piiguard.read.apart.pixels import OCR

__all__ = [
    "BINARY",
    "HEAD",
    "KINDS",
    "closed_cell",
    "is_closed",
    "is_picture",
    "kind",
    "name_of",
    "unknown",
]

HEAD = 8192
"""Bytes by which it is told."""
BINARY = "a binary file; --raw looks for residues in any bytes"

_OFFICE, _ARCHIVE, _IMAGE, _MEDIA = "an Office document", "an archive", "an image", "sound or film"
_BEGINS: tuple[tuple[bytes, str], ...] = (
    (rb"(?:[\s\S]{0,1023}?\n)??%PDF-\d", "a PDF document"),
    (rb"PK\x03\x04|PK\x05\x06|PK\x07\x08", "an archive, or an Office document"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
    (rb"(?:\xef\xbb\xbf)?\s*\{\\rtf", "an RTF document"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript document"),
    (rb"AT&TFORM", "a DjVu document"),
    (rb"ITSF\x03", "a help file"),
    (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|8BPS|\x00\x00[\x01\x02]\x00[\x01-\x40]\x00", _IMAGE),
    (rb"BM[\s\S]{4}\x00{4}|RIFF[\s\S]{4}WEBP|\x00\x00\x00\x0cjP  |\x76\x2f\x31\x01", _IMAGE),
    (rb"[\s\S]{4}ftyp(?:heic|heix|hevc|mif1|msf1|avif)", _IMAGE),
    (rb"[\s\S]{4}ftyp|RIFF[\s\S]{4}(?:WAVE|AVI )|ID3[\x02-\x04]|OggS|fLaC|\x1aE\xdf\xa3|FLV\x01|#!AMR", _MEDIA),
    (rb"\x00\x00\x01[\xb3\xba]|MThd\x00", _MEDIA),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (rb"Rar!\x1a\x07|MSCF\x00|!<arch>\n|\x1f[\x9d\xa0]|LZIP[\x00\x01]", _ARCHIVE),
    (rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18|\xff\x06\x00\x00sNaPpY|\x89LZO\x00", _ARCHIVE),
    (rb"[\s\S]{257}ustar", "a tar archive"),
    (rb"07070[127][0-9A-Fa-f]{6}|\xed\xab\xee\xdb", _ARCHIVE),
    (rb"PGDMP\x01", "a dump of PostgreSQL in its own format; pg_restore -f makes SQL of it"),
    (rb"PAR1[\x00-\x1f]", "a Parquet file; give it a name that ends in .parquet"),
    (rb"SQLite format 3\x00", "an SQLite database"),
    (rb"ORC\x12?|Obj\x01|ARROW1\x00|SEQ[\x04-\x06]|\x89HDF\r\n", "a columnar file"),
    (rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB|1CDBMSV8", "a database of another kind"),
    (rb"!BDN", "a mailbox of Outlook"),
    (rb"Salted__|age-encryption\.org/v1\n", "an encrypted file"),
)  # fmt: skip
_KNOWN = tuple((re.compile(begin), name) for begin, name in _BEGINS)
_PICTURE = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|BM[\s\S]{4}\x00{4}|RIFF[\s\S]{4}WEBP"
)
_DBASE_TABLE = "a table of dBase"
_DBASE = re.compile(
    rb"[\x02\x03\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb][\x00-\xff][\x01-\x0c][\x01-\x1f][\s\S]{4}(?=[\s\S]{24}[A-Z])"
)
_CLOSED = re.compile(
    rb"(?:[\s\S]{0,1023}?\n)??%PDF-\d|PK\x03\x04|\xd0\xcf\x11\xe0|7z\xbc\xaf|Rar!|MSCF\x00|\x1f[\x9d\xa0]|PAR1"
)
_SAID = re.compile("[,;]")
KINDS = frozenset(_SAID.split(name)[0] for name in (*(name for _, name in _BEGINS), _DBASE_TABLE, BINARY))
"""Whatever may stand there that is no text."""
_LEAST = 20  # bytes: of what is shorter there is nothing to take apart
_SHORT = re.compile(rb"\x1f[\x9d\xa0]")
_PACKED = re.compile(rb"\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd")
_DEFLATED, _LENGTH, _MOST_INFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]"), 4, 1 << 16
# what no text has: neither tab, line breaks, form feed nor the escape of colours
_CONTROL = bytes({*range(1, 32), 127} - {8, 9, 10, 11, 12, 13, 26, 27})


def unknown(head: bytes) -> str:
    """What stands there that is not read as text, by the first bytes of a file; empty where it is text.

    Zero bytes alone make nothing binary: a log that was cut while it was written begins with many of them.
    """
    if name := kind(head):
        if name == _ARCHIVE:
            return f"{name}, which no reader knows; unpack it, and scan the folder"
        return f"{name}, {OCR if is_picture(head) else 'which no reader knows'}"
    if _is_dbase(head):
        return f"{_DBASE_TABLE}, which no reader knows"
    return BINARY if _is_binary(head) else ""


def name_of(unknown: str) -> str:
    """What it is that stands there, without what is said of it.

    >>> name_of("a PDF document, which no reader knows"), name_of(BINARY)
    ('a PDF document', 'a binary file')
    """
    return _SAID.split(unknown)[0]


def kind(head: bytes) -> str:
    """What it is that begins so, empty where it has no mark of its own.

    >>> kind(b"PK\\x03\\x04"), kind(b"INFO saved")
    ('an archive, or an Office document', '')
    """
    return next((name for begin, name in _KNOWN if begin.match(head)), "")


def closed_cell(value: bytes) -> str:
    """What a cell of bytes is that holds more than its bytes show, empty where it is nothing of the kind.

    Marks of two bytes are none here: of a million random values dozens begin so.

    >>> closed_cell(b"%PDF-1.7" + bytes(40)), closed_cell(bytes(40)), closed_cell(b"PK")
    ('a PDF document', '', '')
    """
    if len(value) < _LEAST or _SHORT.match(value):
        return ""
    return "packed data" if _PACKED.match(value) or _is_deflated(value) else kind(value[:HEAD])


def _is_deflated(value: bytes) -> bool:
    """Whether it is a stream of zlib, by its sum, or so long that no other bytes would give as much; COMPRESS of MySQL puts its
    length in front."""
    for start in (0, _LENGTH):
        if _DEFLATED.match(value, start):
            stream = zlib.decompressobj()
            try:
                inside = stream.decompress(value[start:], _MOST_INFLATED)
            except zlib.error:
                continue
            if stream.eof or len(inside) == _MOST_INFLATED:
                return True
    return False


def is_picture(head: bytes) -> bool:
    """Whether it is a picture that can be read where somebody asks for it.

    >>> is_picture(b"\\x89PNG\\r\\n"), is_picture(b"8BPS"), is_picture(b"BM, said INFO")
    (True, False, False)
    """
    return bool(_PICTURE.match(head))


def is_closed(head: bytes) -> bool:
    """Whether what the file holds is packed or coded in it, so that its bytes show nothing of that.

    >>> is_closed(b"PK\\x03\\x04"), is_closed(b"\\x7fELF")
    (True, False)
    """
    return bool(_CLOSED.match(head))


def _is_dbase(head: bytes) -> bool:
    """The head of such a table has 32 bytes for each column, and a mark behind the last of them."""
    if not _DBASE.match(head):
        return False
    length = int.from_bytes(head[8:10], "little")
    return length > 64 and any(head[at : at + 1] == b"\r" for at in (length - 1, length - 2, length - 264))


def _is_binary(head: bytes) -> bool:
    """Whether so many control characters stand among the bytes as no text has.

    Without a zero byte they may part the fields of a text, unless there are also letters of no known encoding.
    """
    if encodings.detect(head).startswith(("utf-16", "utf-32")):
        return False
    rest = head.translate(None, b"\0")
    control = len(rest) - len(rest.translate(None, _CONTROL))
    if len(rest) < len(head):
        return control * 100 > len(rest)
    return control * 20 > len(rest) and not encodings.is_utf8(head, final=False)
