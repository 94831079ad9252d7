"""Each kind of document, archive and letter: what lies in it is found, where it lies, and what is not read is named.

The documents are made by other libraries than read them, or as the standards write them.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import zstandard

from piiguard.cli import main
from piiguard.detect import Engine
from piiguard.detect.escapes import Shown
from piiguard.read.listing import listed
from piiguard.read.whole import walk
from tests import documents as made
from tests.compound import compound, msg, packed
from tests.corpora import scan, unread

IINS, PHONES, TEXT = made.IINS, made.PHONES, made.TEXT
CSV = "n,iin,phone\n" + "".join(f"{n},{IINS[n]},{PHONES[n]}\n" for n in range(20))
LOG = "\n".join(TEXT) + "\n"
Made = Callable[[Path], bytes]

KINDS: dict[str, tuple[Made, dict[str, int]]] = {
    "a.xlsx": (
        lambda _: made.rich_xlsx(),
        {"!Клиенты $.ИИН": 20, "!Скрытый": 1, "!comments": 1, "!sheets": 1, "!properties": 1},
    ),
    "a.xls": (lambda _: made.xls(), {"!Клиенты $.ИИН": 12}),
    "a.ods": (lambda _: made.ods(), {"!Лист $.ИИН": 20}),
    "a.docx": (
        lambda _: made.rich_docx(),
        {"": 1, "!table 1 $.ИИН": 15, "!table 2": 1, "!headers": 2, "!properties": 1},
    ),
    "a.odt": (lambda _: made.odt(), {"": 5, "!headers": 1}),
    "a.pptx": (lambda _: made.pptx(), {"": 11, "!notes": 1}),
    "a.pdf": (lambda _: made.pdf(["\n".join(TEXT[:3]), "\n".join(TEXT[3:7])]), {"": 7}),
    "a.rtf": (lambda _: made.rtf(), {"": 5}),
    "a.html": (lambda _: made.html().encode(), {"": 6, "!markup": 2}),
    "a.epub": (lambda _: made.epub(), {"!OEBPS/one.xhtml": 1}),
    "a.eml": (
        lambda _: made.letter(0, ("тізім.csv", CSV.encode("cp1251"))).as_bytes(),
        {"": 3, "!тізім.csv $.iin": 20},
    ),
    "a.mbox": (made.mbox, {"": 9, "!1!0.csv $.iin": 20, "!2!5.csv $.iin": 20, "!3!10.csv $.iin": 20}),
    "a.msg": (
        lambda _: compound(
            msg(
                f"ИИН {IINS[0]}",
                TEXT[1],
                ("тізім.csv", CSV.encode("cp1251")),
                ("хат.msg", msg(f"ИИН {IINS[2]}", TEXT[3])),
                p10130102=made.html().encode(),
                p10090102=packed(made.rtf()),
            )
        ),
        {"": 4, "!тізім.csv $.iin": 20, "!body.html": 6, "!body.html!markup": 2, "!body.rtf": 5},
    ),
    "a.zip": (
        lambda _: made.zipped({"деп/a.csv": CSV, "b.xlsx": made.ods(), "b.zip": made.zipped({"c.log": LOG})}),
        {"!деп/a.csv $.iin": 20, "!b.xlsx!Лист $.ИИН": 20, "!b.zip!c.log": 40},
    ),
    "a.tar": (lambda _: made.tarred({"a/b.log": LOG.encode()}), {"!a/b.log": 40}),
    "a.tar.gz": (lambda _: made.tarred({"b.log": LOG.encode()}, "w:gz"), {"!b.log": 40}),
    "a.tbz": (lambda _: bz2.compress(made.tarred({"b.log": LOG.encode()})), {"!b.log": 40}),
    "a.txz": (lambda _: lzma.compress(made.tarred({"b.log": LOG.encode()})), {"!b.log": 40}),
    "a.tar.zst": (
        lambda _: zstandard.compress(made.tarred({"b.log.gz": gzip.compress(LOG.encode())})),
        {"!b.log.gz": 40},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_all_that_lies_in_it_is_found_where_it_lies(name: str, tmp_path: Path) -> None:
    make, places = KINDS[name]
    path = tmp_path / name
    path.write_bytes(make(tmp_path))
    code, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert unread(document) == ""
    found = {
        (f"{each['file']} {each['path']}" if each["path"] else each["file"]).removeprefix(str(path)): each[
            "matched"
        ]
        for each in document["findings"]
    }
    assert (code, found) == (3, places)


@pytest.mark.parametrize("name", KINDS)
def test_a_document_is_told_by_its_bytes_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    make, places = KINDS[name]
    path = tmp_path / "export.dat"
    path.write_bytes(make(tmp_path))
    code, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert (code, sum(each["matched"] for each in document["findings"])) == (3, sum(places.values()))


def test_a_number_that_an_editor_cut_into_runs_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(made.split_docx(IINS[0]))
    code, document = scan(path, out=tmp_path / "o.json")
    assert (code, [each["entity"] for each in document["findings"]]) == (3, ["KZ_IIN"])


def test_what_a_letter_hides_is_found_once(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(made.crowded_docx())
    _, document = scan(path, out=tmp_path / "o.json")
    assert unread(document) == ""
    found = {
        (each["file"].removeprefix(str(path)), each["entity"]): each["matched"]
        for each in document["findings"]
    }
    assert found == {
        ("", "KZ_IIN"): 2,
        ("!notes", "KZ_IIN"): 1,
        ("!comments", "KZ_IIN"): 1,
        ("!comments", "PERSON"): 1,
        ("!word/embeddings/list.xlsx!Клиенты", "KZ_IIN"): 20,
    }


def test_notes_and_fields_of_a_pdf_are_text_of_their_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    note = f"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (IIN {IINS[0]}) >>"
    box = f"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /T (IIN) /V ({IINS[1]}) >>"
    path.write_bytes(made.pdf(["Бет", "Бет"], extra=f"/Annots [{note} {box}]".encode()))
    _, document = scan(path, out=tmp_path / "o.json")
    assert [(each["entity"], each["matched"], each["lines"]) for each in document["findings"]] == [
        ("KZ_IIN", 4, [1, 2])
    ]


def test_a_page_of_a_pdf_and_a_row_of_a_sheet_stand_for_the_line(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(made.pdf(["Бет", TEXT[0], TEXT[1]]))
    (folder / "a.xlsx").write_bytes(made.rich_xlsx())
    _, document = scan(folder, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    lines = {each["file"].rpartition("/")[2]: each["lines"] for each in document["findings"]}
    assert lines["a.pdf"] == [2, 3]
    assert lines["a.xlsx!Клиенты"] == list(range(3, 13))
    assert lines["a.xlsx!Скрытый"] == [7]


def test_a_page_without_text_and_pictures_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(made.pdf([TEXT[0], None]))
    code, document = scan(path, out=tmp_path / "o.json")
    assert code == 4
    assert {each["place"] for each in document["targets"][0]["unread"]} == {
        f"{path}!page 2",
        f"{path}!pictures",
    }
    assert document["findings"]
    assert scan(path, "--accept-unread", "*.pdf!p*", out=tmp_path / "o.json")[0] == 3


def test_numbers_of_letters_are_no_addresses(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(made.letter().as_bytes())
    _, document = scan(path, "--entities", "EMAIL_ADDRESS", out=tmp_path / "o.json")
    assert [each["matched"] for each in document["findings"]] == [1]


def test_what_is_excluded_in_an_archive_is_told_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(made.zipped({"a.log": LOG, "old/b.log": LOG}))
    code, document = scan(path, "--exclude", "b.*", out=tmp_path / "o.json")
    assert (code, {each["file"] for each in document["findings"]}) == (3, {f"{path}!a.log"})
    assert [each["place"] for each in document["notes"]] == [f"{path}!old/b.log"]


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    one, two = made.tarred({"a.log": TEXT[0].encode()}), made.tarred({"a.log": TEXT[1].encode()})
    path.write_bytes(one[:1024] + two)
    _, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert [each["file"] for each in document["findings"]] == [f"{path}!a.log", f"{path}!a.log (2)"]


def test_an_archive_on_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    data = io.TextIOWrapper(io.BufferedReader(io.BytesIO(made.zipped({"a.log": LOG}))))
    monkeypatch.setattr("sys.stdin", data)
    code, document = scan("-", "--name", "dump", out=tmp_path / "o.json")
    assert (code, {each["file"] for each in document["findings"]}) == (3, {"dump!a.log"})


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_clean_copy_is_written_of_it_and_none_is_advised(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(KINDS[name][0](tmp_path))
    assert main.run(["redact", str(path), "-o", str(tmp_path / "clean")]) == 1
    assert not (tmp_path / "clean").exists()
    assert main.run(["scan", str(path), "--entities", "KZ_IIN"]) == 3
    out = capfd.readouterr().out
    assert "piiguard redact" not in out
    assert "export it again without these data" in out


@pytest.mark.parametrize("name", ["a.html", "a.HTM.gz", "page.txt"])
def test_a_value_that_tags_divide_is_not_taken_for_none(name: str, tmp_path: Path) -> None:
    page = f"<html><td>{IINS[0][:6]}<b>{IINS[0][6:]}</b></td></html>\n".encode()
    path, clean = tmp_path / name, tmp_path / "clean"
    path.write_bytes(gzip.compress(page) if name.endswith(".gz") else page)
    assert main.run(["scan", str(path), "--entities", "KZ_IIN"]) == 3
    assert main.run(["redact", str(path), "-o", str(clean)]) == 1
    assert not clean.exists()
    assert main.run(["redact", str(path), "--as", "log", "-o", str(clean)]) == 0


def test_what_looks_through_whole_files_sees_every_value_and_every_gap(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(made.zipped({"a.xlsx": made.rich_xlsx(), "b.png": b"\x89PNG\r\n\x1a\n", "c.log": LOG}))
    seen: list[str] = []

    def take_lines(shown: Shown, line: int) -> None:
        seen.append(shown.data.decode())

    def take_column(name: str, cells: Sequence[object], numbers: Sequence[int]) -> None:
        seen.extend(map(str, cells))

    walked = walk(str(path), listed(str(path)), Engine(), take_lines, take_column)
    gaps = [gap for task, part in walked for gap in part.gaps(task.place)]
    assert [place for place, _ in gaps] == [f"{path}!b.png"]
    assert all(iin.lstrip("0") in "\n".join(seen) for iin in IINS)


@pytest.mark.parametrize(
    ("form", "library"),
    [("a.xlsx", "python_calamine"), ("a.pdf", "pypdfium2"), ("a.rtf", "striprtf"), ("a.msg", "olefile")],
)
def test_without_its_library_a_document_is_named_with_what_to_install(
    form: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == library else found(name))
    path = tmp_path / form
    path.write_bytes(KINDS[form][0](tmp_path))
    code, document = scan(path, out=tmp_path / "o.json")
    assert (code, document["findings"]) == (4, [])
    assert "pip install 'piiguard[documents]'" in document["targets"][0]["unread"][0]["reason"]
