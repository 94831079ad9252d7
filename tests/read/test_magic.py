"""A file whose bytes are no text is named, whatever it is called; zero bytes alone make nothing binary."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from piiguard.read.magic import is_closed, unknown
from piiguard.report.unread import said
from tests.compound import compound
from tests.corpora import scan, values

LINES = "".join(f"INFO ИИН {each} сақталды\n" for each in values("KZ_IIN", 50))


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, LINES)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("app.log")
        member.size = len(LINES.encode())
        archive.addfile(member, io.BytesIO(LINES.encode()))
    return out.getvalue()


def dbase() -> bytes:
    field = b"IIN".ljust(11, b"\0") + b"C" + bytes(4) + bytes([12, 0]) + bytes(14)
    name = b"FIO".ljust(11, b"\0") + b"C" + bytes(4) + bytes([40, 0]) + bytes(14)
    head = struct.pack("<BBBBIHH", 3, 124, 5, 7, 50, 32 + 64 + 1, 53).ljust(32, b"\0")
    return head + field + name + b"\r" + LINES.encode("cp866", "replace")


OTHERS = {
    "a PDF without a zero byte": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + b"9jqo^BlbD-\n" * 50,
    "a PDF behind a line": b"junk\r\n%PDF-1.4\n" + b"BT (abc) Tj ET\n" * 50,
    "a document of Word": zipped("word/document.xml"),
    "a workbook of Excel": zipped("xl/sharedStrings.xml"),
    "an old document of Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + LINES.encode("utf-16-le"),
    "RTF": b"{\\rtf1\\ansi\\ansicpg1251 \\'c8\\'c8\\'cd 050312300015}",
    "PostScript": b"%!PS-Adobe-3.0\n" + LINES.encode(),
    "DjVu": b"AT&TFORM\x00\x00\x10\x00DJVU",
    "a JPEG": b"\xff\xd8\xff\xe0" + b"JFIF" + b"\x91\xa7" * 100,
    "a GIF": b"GIF89a" + b"\x91\xa7" * 100,
    "a TIFF": b"II*\x00" + b"\x91\xa7" * 100,
    "a WebP": b"RIFF\x24\x10\x20\x30WEBPVP8 " + b"\x91\xa7" * 100,
    "a HEIC": b"\x00\x00\x00\x18ftypheic" + b"\x91\xa7" * 100,
    "a film": b"\x00\x00\x00\x18ftypisom" + b"\x91\xa7" * 100,
    "a recording": b"ID3\x03" + b"\x91\xa7" * 100,
    "a tar": tarred(),
    "a 7z": b"7z\xbc\xaf\x27\x1c" + b"\x91\xa7" * 100,
    "a rar": b"Rar!\x1a\x07\x01" + b"\x91\xa7" * 100,
    "a dump of pg_dump -Fc": b"PGDMP\x01\x0e" + LINES.encode(),
    "a table of dBase": dbase(),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(64)) * 20,
    "deflated bytes": zlib.compress(LINES.encode() * 3),
    "a record of lengths": b"".join(struct.pack("<IH", 7, n) + b"name" for n in range(200)),
}
TEXTS = {
    "a log": LINES.encode(),
    "a log in cp1251": LINES.replace("қ", "к").encode("cp1251"),
    "a log in KOI8-R": LINES.replace("қ", "к").encode("koi8-r"),
    "a log in UTF-16": LINES.encode("utf-16"),
    "a log in UTF-16 without its mark": LINES.encode("utf-16-le"),
    "a log behind zeros": bytes(3000) + LINES.encode(),
    "zeros alone": bytes(100),
    "one zero in a line": LINES.encode().replace(b"INFO", b"IN\0FO", 1),
    "lines that zeros end": LINES.encode().replace(b"\n", b"\0\n"),
    "records that zeros part": LINES.encode().replace(b"\n", b"\0"),
    "a terminal's colours": LINES.replace("INFO", "\x1b[32mINFO\x1b[0m").encode(),
    "FIX": b"".join(f"8=FIX.4.4\x019=65\x0158={each}\x01".encode() for each in values("KZ_IIN", 50)),
    "a line that speaks of PDF": b"GET /a.pdf answered with %PDF-1.7\n" + LINES.encode(),
    "a word that begins like a picture": b"BMW 320, GIF, PAR1, PK, II, MM, ITSF\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_text_is_named(name: str) -> None:
    assert unknown(OTHERS[name][:8192])


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_read_in_whatever_encoding(name: str) -> None:
    assert unknown(TEXTS[name][:8192]) == ""


@pytest.mark.parametrize("name", ["a PDF without a zero byte", "a document of Word", "a rar"])
def test_what_packs_its_text_shows_nothing_by_its_bytes(name: str) -> None:
    assert is_closed(OTHERS[name])


CURED = {
    "act.doc": (compound({"WordDocument": bytes(600)}), "soffice --headless --convert-to docx"),
    "talk.ppt": (compound({"PowerPoint Document": bytes(600)}), "soffice --headless --convert-to pptx"),
    "old.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(60), "unpack it"),
    "old.cab": (b"MSCF\x00\x00\x00\x00" + bytes(60), "unpack it"),
}


@pytest.mark.parametrize("name", CURED)
def test_what_no_reader_knows_and_a_program_turns_into_something_says_which(
    name: str, tmp_path: Path
) -> None:
    data, cure = CURED[name]
    (tmp_path / name).write_bytes(data)
    code, document = scan(tmp_path / name, out=tmp_path / "o")
    (reason,) = [each["reason"] for each in document["targets"][0]["unread"]]
    assert (code, cure in reason) == (4, True)
    for lang in ("ru", "kk"):
        told = said(lang, reason)
        assert "no reader" not in told
        assert cure in told or cure == "unpack it"
