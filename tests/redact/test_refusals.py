"""Whatever a scan takes apart and no copy can be written of is called what it is, with what to do instead, before any output."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.read import forms, magic
from piiguard.read.apart import worker
from tests import documents
from tests.compound import compound, msg

LOG = {"app.log": b"050312300015"}
NOISE = b"\x91\xa7\x00\x01" * 600


def sqlite(folder: Path) -> bytes:
    with contextlib.closing(sqlite3.connect(folder / "made")) as connection:
        connection.execute("create table people (iin text)")
        connection.commit()
    return (folder / "made").read_bytes()


def dbase(_: Path) -> bytes:
    field = b"IIN".ljust(11, b"\0") + b"C" + bytes(4) + bytes([12, 0]) + bytes(14)
    return b"\x03\x7c\x05\x07" + bytes(4) + (65).to_bytes(2, "little") + bytes(22) + field + b"\r" + NOISE


Make = Callable[[Path], bytes]
UNPACK, TEXT, SHEETS, TABLES = "unpack it", "save it as text", "its sheets as CSV", "its tables as CSV"
# by what it is: what has to be advised, and files of that kind
KINDS: dict[str, tuple[str, dict[str, Make]]] = {
    "a PDF document": (TEXT, {"act.pdf": lambda _: documents.pdf(["Акт"])}),
    "an RTF document": (TEXT, {"act.rtf": lambda _: documents.rtf()}),
    "a document of Word": (
        TEXT,
        {
            "act.docx": lambda _: documents.rich_docx(),
            "crowded.docx": lambda _: documents.crowded_docx(),
            "act.doc": lambda _: compound({"WordDocument": NOISE}),
        },
    ),
    "a document of OpenDocument": (TEXT, {"act.odt": lambda _: documents.odt()}),
    "a presentation": (
        TEXT,
        {"talk.pptx": lambda _: documents.pptx(), "talk.ppt": lambda _: compound({"PowerPoint Document": NOISE})},
    ),
    "a workbook": (
        SHEETS,
        {
            "people.xlsx": lambda _: documents.xlsx([["iin"], ["050312300015"]]),
            "people.ods": lambda _: documents.ods(),
            "people.xls": lambda _: documents.xls(),
        },
    ),
    "an Office document": (TEXT, {"drawing.vsd": lambda _: compound({"VisioDocument": NOISE})}),
    "an encrypted document": ("password", {"people.xlsx": lambda _: compound({"EncryptedPackage": NOISE})}),
    "a letter of Outlook": (
        "as text in Outlook",
        {
            "letter.msg": lambda _: compound(msg("ИИН", "050312300015")),
            "no-ending": lambda _: compound(msg("a", "b", ("c.doc", b"WordDocument"))),
        },
    ),
    "a mailbox of Outlook": ("letters as text", {"archive.pst": lambda _: b"!BDN" + NOISE}),
    "a letter": ("--as log", {"letter.eml": lambda _: bytes(documents.letter())}),
    "a mailbox": ("--as log", {"letters.mbox": documents.mbox}),
    "a page of HTML": ("--as log", {"page.html": lambda _: documents.html().encode()}),
    "an archive": (
        UNPACK,
        {
            "logs.zip": lambda _: documents.zipped({"app.log": "ИИН 050312300015"}),
            "cut.zip": lambda _: documents.zipped({"app.log": "ИИН 050312300015"})[:60],
            "logs.rar": lambda _: b"Rar!\x1a\x07\x01" + NOISE,
            "logs.lz4": lambda _: b"\x04\x22\x4d\x18" + NOISE,
        },
    ),
    "a tar archive": (UNPACK, {"logs.tar": lambda _: documents.tarred(LOG), "logs.tar.gz": lambda _: documents.tarred(LOG, "w:gz")}),
    "a 7z archive": (UNPACK, {"logs.7z": lambda _: b"7z\xbc\xaf\x27\x1c" + NOISE}),
    "a PostScript document": (TEXT, {"act.ps": lambda _: b"%!PS-Adobe-3.0\n(050312300015) show\n"}),
    "a DjVu document": (TEXT, {"act.djvu": lambda _: b"AT&TFORM\x00\x00\x10\x00DJVU" + NOISE}),
    "a help file": (TEXT, {"a.chm": lambda _: b"ITSF\x03" + NOISE}),
    "an image": ("by hand", {"card.jpg": lambda _: b"\xff\xd8\xff\xe0JFIF" + NOISE, "card.png": lambda _: b"\x89PNG\r\n" + NOISE}),
    "sound or film": ("by hand", {"call.mp3": lambda _: b"ID3\x03" + NOISE}),
    "a dump of PostgreSQL in its own format": ("pg_restore", {"crm.dump": lambda _: b"PGDMP\x01\x0e" + NOISE}),
    "a Parquet file": ("redact_columns", {"people.parquet": lambda _: b"PAR1\x15" + NOISE + b"PAR1"}),
    "an SQLite database": ("piiguard encrypt", {"crm.db": sqlite}),
    "a columnar file": (TABLES, {"people.orc": lambda _: b"ORC" + NOISE, "people.avro": lambda _: b"Obj\x01" + NOISE}),
    "a table of dBase": (TABLES, {"people.dbf": dbase}),
    "a database of another kind": (TABLES, {"crm.mdb": lambda _: b"\x00\x01\x00\x00Standard Jet DB" + NOISE}),
    "an encrypted file": ("decrypt it", {"a.age": lambda _: b"age-encryption.org/v1\n" + NOISE}),
    "a binary file": ("write out its text", {"core": lambda _: bytes(range(256)) * 8}),
}  # fmt: skip
EVERY = [(kind, name) for kind, (_, made) in KINDS.items() for name in made]
CALLED = {
    "word": "a document of Word", "slides": "a presentation", "open": "a document of OpenDocument", "workbook": "a workbook",
    "sheets": "a workbook", "pdf": "a PDF document", "rtf": "an RTF document", "html": "a page of HTML", "mail": "a letter",
    "outlook": "a letter of Outlook", "mbox": "a mailbox", "zip": "an archive", "tar": "a tar archive",
    "picture": "an image",
    "7z": "a 7z archive",
}  # fmt: skip


def test_there_is_a_file_of_every_kind_that_the_program_knows() -> None:
    assert KINDS.keys() >= magic.KINDS
    assert {*worker._FORMS, *forms.TEXTS} <= CALLED.keys()
    assert {*CALLED.values()} <= KINDS.keys()


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_what_cannot_be_written_is_called_what_it_is(
    kind: str, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    advice, made = KINDS[kind]
    path, clean = tmp_path / name, tmp_path / "clean"
    path.write_bytes(made[name](tmp_path))
    for options in ([], ["-o", str(clean)], ["-o", str(path)], ["--check", "-o", str(clean)]):
        before = path.read_bytes()
        assert run(["redact", str(path), *options]) == 1
        out, err = capfd.readouterr()
        assert (out, clean.exists(), path.read_bytes()) == ("", False, before)
        assert f"{name}: {kind}, of which no clean copy can be written\n" in err
        assert advice in err.partition("hint: ")[2]


@pytest.mark.parametrize(
    "kind", ["a workbook", "a letter of Outlook", "an archive", "a PDF document", "a letter"]
)
def test_what_comes_by_a_pipe_is_called_the_same(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    advice, made = KINDS[kind]
    for make in made.values():
        given = io.BufferedReader(io.BytesIO(make(tmp_path)))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given))
        assert run(["redact", "-"]) == 1
        out, err = capfd.readouterr()
        assert (out, f"-: {kind}, of which" in err, advice in err) == ("", True, True)
