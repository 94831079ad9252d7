"""A document that was made to harm costs one line of the report, and bounded time; the files beside it are read.

Nothing that a document asks for happens: no file, no connection, no entity.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tarfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piiguard.read import apart, holder
from tests import documents as made
from tests.corpora import scan

LOG = made.TEXT[0].encode()
SHEET = "xl/worksheets/sheet1.xml"


def declaring(text: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        head, mark, rest = data.rpartition(b"?>")
        return head + mark + text.encode() + rest

    return change


def encrypted_zip() -> bytes:
    data = bytearray(made.zipped({"a.log": LOG}))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def bomb() -> bytes:
    return made.zipped({"zeros.log": bytes(80 << 20)})


def nested(depth: int) -> bytes:
    data = LOG
    for number in range(depth):
        data = made.zipped({f"{number}.{'zip' if number else 'log'}": data})
    return data


def overlapping() -> bytes:
    """A thousand names for the same bytes."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"a" * (1 << 20)
    data = packed.compress(plain) + packed.flush()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, zlib.crc32(plain), len(data), len(plain), 5, 0)
    local = b"PK\x03\x04" + head + b"a.log" + data
    entries = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + head[:-4]
        + struct.pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0) + b"a.log"
        for _ in range(1000)
    )  # fmt: skip
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1000, 1000, len(entries), len(local), 0)
    return local + entries + end


def wide_sheet() -> bytes:
    """Two cells, in opposite corners of the largest sheet."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return made.changed(made.xlsx([["a"]]), sheet1=lambda data: data.replace(b"</sheetData>", far))


def deep(count: int) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"<w:body>", b"<w:body>" + b"<w:ins>" * count, 1).replace(
        b"</w:body>", b"</w:ins>" * count + b"</w:body>"
    )


def long_header() -> bytes:
    """A tar whose first header says that the next one is longer than memory."""
    member = tarfile.TarInfo("a")
    member.type, member.size = tarfile.XHDTYPE, 1 << 40
    return member.tobuf() + b"1" * 100_000


def loop_pdf() -> bytes:
    """Pages that are their own parents."""
    data = made.pdf([made.TEXT[0]])
    return data.replace(b"/Kids [7 0 R]", b"/Kids [2 0 R]")


LAUGHS = (
    "<!DOCTYPE a ["
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    + "]>"
)
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LETTER = made.rich_docx()
HARM: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an encrypted zip": ("a.zip", encrypted_zip),
    "a bomb": ("a.zip", bomb),
    "a zip that grows with each of its files": (
        "a.zip", lambda: made.zipped({f"{n}.log": b"saved an order\n" * 200_000 for n in range(5)}),
    ),
    "archives in each other": ("a.zip", lambda: nested(12)),
    "a zip of a thousand names for one file": ("a.zip", overlapping),
    "a zip cut short": ("a.zip", lambda: made.zipped({"a.log": LOG})[:-30]),
    "a zip with a wrong sum": ("a.zip", lambda: made.zipped({"a.log": LOG}, 0).replace("ИИН".encode(), b"HHHHHH", 1)),
    "a tar cut short": ("a.tar", lambda: made.tarred({"a.log": LOG * 100})[:2000]),
    "a tar cut between two files": ("a.tar", lambda: made.tarred({"a.log": b"x" * 512, "b.log": LOG})[:1024]),
    "a tar with damage in its second header": (
        "a.tar", lambda: made.tarred({"a.log": b"x", "b.log": LOG})[:1024] + b"garbage!" * 256,
    ),
    "a tar with something behind its end": ("a.tar", lambda: made.tarred({"a.log": b"x"}) + LOG),
    "a tar with an endless header": ("a.tar", long_header),
    "a letter that laughs": ("a.docx", lambda: made.changed(LETTER, document=declaring(LAUGHS))),
    "a letter that reads a file": ("a.docx", lambda: made.changed(LETTER, document=declaring(XXE))),
    "a header that reads a file": ("a.docx", lambda: made.changed(LETTER, header1=declaring(XXE))),
    "a letter that is deep": ("a.docx", lambda: made.changed(LETTER, document=deep(100_000))),
    "a letter without its text": ("a.docx", lambda: made.zipped({"[Content_Types].xml": "", "word/a.xml": "<a/>"})),
    "a letter that is huge": (
        "a.docx", lambda: made.changed(LETTER, document=lambda data: data + b" " * (65 << 20)),
    ),
    "a letter with macros": (
        "a.docm",
        lambda: made.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>", "word/vbaProject.bin": b"\xd0\xcf"}),
    ),
    "a workbook of two far cells": ("a.xlsx", wide_sheet),
    "a workbook that laughs": ("a.xlsx", lambda: made.changed(made.rich_xlsx(), core=declaring(LAUGHS))),
    "a workbook cut short": ("a.xlsx", lambda: made.rich_xlsx()[:-100]),
    "an encrypted workbook": (
        "a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    ),
    "an old letter": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") * 9),
    "an encrypted OpenDocument": (
        "a.odt",
        lambda: made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": b"\x01\x02",
                             "META-INF/manifest.xml": "<m><encryption-data/></m>"}),
    ),
    "a PDF cut short": ("a.pdf", lambda: made.pdf(made.TEXT)[:300]),
    "a PDF of pages in a circle": ("a.pdf", loop_pdf),
    "a PDF that is no PDF": ("a.pdf", lambda: b"%PDF-1.7\n" + b"\x00\xff" * 500),
    "a picture called a letter": ("a.docx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(64)),
}  # fmt: skip
BOUND = 20.0  # seconds, for all of them


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a scan of all of them says, beside an honest file, and how long it took."""
    folder = tmp_path_factory.mktemp("harm")
    (folder / "in").mkdir()
    for number, (name, make) in enumerate(HARM.values()):
        (folder / "in" / f"{number:02}-{name}").write_bytes(make())
    (folder / "in" / "honest.log").write_bytes(LOG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holder, "LEAST", 10 << 20)
        begun = time.monotonic()
        code, document = scan(folder / "in", out=folder / "o.json")
    return {**document, "exit": code, "seconds": time.monotonic() - begun}


@pytest.mark.parametrize("name", HARM)
def test_what_harms_is_named_as_unread(name: str, told: dict[str, Any]) -> None:
    file = f"{list(HARM).index(name):02}-{HARM[name][0]}"
    places = [each["place"] for each in told["targets"][0]["unread"]]
    assert [place for place in places if file in place]
    assert sum(file in place for place in places) <= 2


def test_the_file_beside_them_is_read_and_the_scan_ends_in_time(told: dict[str, Any]) -> None:
    assert told["exit"] == 4
    assert any(each["file"].endswith("honest.log") for each in told["findings"])
    assert told["seconds"] < BOUND


def test_no_entity_is_followed(told: dict[str, Any]) -> None:
    assert "root:" not in str(told)
    assert "haha" not in str(told)


def test_a_document_that_takes_too_long_is_ended_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.rtf").write_bytes(b"{\\rtf1 " + b"{\\a" * 3_000_000)
    (folder / "b.rtf").write_bytes(made.rtf())
    monkeypatch.setattr(apart, "SECONDS", 1)
    apart._close()
    try:
        code, document = scan(folder, out=tmp_path / "o.json")
    finally:
        apart._close()
    assert code == 4
    (left,) = document["targets"][0]["unread"]
    assert left["place"] == str(folder / "a.rtf")
    assert "takes longer than" in left["reason"]
    assert any(each["file"].endswith("b.rtf") for each in document["findings"])


CONFINED = """
import sys
from piiguard.read.apart import worker
worker._confine(1 << 28)
import socket
for attempt in (lambda: open("/etc/passwd"), lambda: socket.socket(), lambda: bytearray(1 << 30)):
    try:
        attempt()
        print("done")
    except (OSError, MemoryError):
        print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_what_reads_documents_can_open_neither_files_nor_connections_nor_take_all_memory() -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ran.stdout.split() == ["refused"] * 3


def test_a_member_with_a_path_of_its_own_is_written_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    data = made.zipped({"../../evil.log": LOG, "/tmp/evil.log": LOG})  # noqa: S108
    (folder / "a.zip").write_bytes(data)
    before = sorted(tmp_path.rglob("*"))
    assert scan(folder / "a.zip", out=tmp_path / "o.json")[0] == 3
    assert sorted(set(tmp_path.rglob("*")) - {tmp_path / "o.json"}) == before
