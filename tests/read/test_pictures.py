"""What a picture shows is searched where somebody asks for it, by a program that is given pixels and nothing else.

A stand-in says what a picture shows, so that the laws hold without tesseract too; with it real pictures are read.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.read import holder
from piiguard.read.apart.pixels import Picture, pack
from piiguard.read.ocr.program import BROKE, Broken, Program, found
from tests import documents as made
from tests.corpora import entities, scan, values
from tests.pictures import bomb, picture, stand_in, tsv

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
IINS = values("KZ_IIN", 40)
ZONE = "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<\nN123456785KAZ0508263M2906173050826398546<<28\n"
SMALL = Picture.of(pack(2, 2, b"abcd"))
Standing = Callable[..., Path]


@pytest.fixture
def standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standing:
    """Puts the stand-in into ``PATH``."""
    pytest.importorskip("PIL")

    def put(*lines: str, **how: object) -> Path:
        monkeypatch.setenv("PATH", stand_in(tmp_path / "bin", tsv(lines), **how))  # type: ignore[arg-type]
        return tmp_path / "bin"

    return put


def file(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def places(document: dict[str, Any]) -> dict[str, list[int]]:
    """Where an IIN was found, by the name behind the file's own."""
    found = (each for each in document["findings"] if each["entity"] == "KZ_IIN")
    return {str(each["file"]).partition("!")[2]: each["lines"] for each in found}


def reason(document: dict[str, Any]) -> str:
    """Why the one place is unread that is."""
    [target] = document["targets"]
    [place] = target["unread"]
    return str(place["reason"])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_what_a_picture_shows_is_found_on_its_line(tmp_path: Path, standing: Standing, form: str) -> None:
    standing("Құжат", f"ИИН {IINS[0]}")
    code, document = scan(file(tmp_path, "card.bin", picture(form)), "--ocr", out=tmp_path / "o")
    assert (code, places(document)) == (3, {"": [2]})


def test_without_the_option_a_picture_is_named_and_nobody_reads_it(
    tmp_path: Path, standing: Standing
) -> None:
    standing(f"ИИН {IINS[0]}")
    code, document = scan(file(tmp_path, "a.png", picture()), out=tmp_path / "o")
    assert (code, entities(document)) == (4, set())
    assert reason(document) == "an image, which scan --ocr reads"
    assert scan(tmp_path / "a.png", "--ocr", out=tmp_path / "o")[0] == 3


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.pdf", lambda: made.pdf([None])),
        ("a.pdf", lambda: made.pdf(["құжат", None])),
        ("a.docx", lambda: _docx(picture())),
        ("a.zip", lambda: made.zipped({"card.jpg": picture("JPEG")})),
        ("a.eml", lambda: _letter(picture())),
    ],
)
def test_where_a_report_says_that_ocr_reads_it_nothing_is_left_with_it(
    tmp_path: Path, standing: Standing, name: str, make: Callable[[], bytes]
) -> None:
    standing()
    target = file(tmp_path, name, make())
    code, document = scan(target, out=tmp_path / "o")
    assert code == 4
    assert all(
        "which scan --ocr reads" in place["reason"]
        for each in document["targets"] for place in each["unread"]
    )  # fmt: skip
    code, document = scan(target, "--ocr", out=tmp_path / "o")
    assert code != 4
    assert not any(each["unread"] for each in document["targets"])


def test_a_picture_that_no_reader_knows_is_named_with_the_option_too(
    tmp_path: Path, standing: Standing
) -> None:
    standing(f"ИИН {IINS[0]}")
    code, document = scan(file(tmp_path, "a.psd", b"8BPS\0\1" + bytes(64)), "--ocr", out=tmp_path / "o")
    assert (code, reason(document)) == (4, "an image, which no reader knows")


def test_a_picture_that_shows_nothing_was_searched(tmp_path: Path, standing: Standing) -> None:
    standing()
    assert scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")[0] == 0


def test_each_page_is_a_place_of_its_own(tmp_path: Path, standing: Standing) -> None:
    standing(f"ИИН {IINS[0]}")
    target = file(tmp_path, "a.tiff", picture("TIFF", pages=3))
    assert places(scan(target, "--ocr", out=tmp_path / "o")[1]) == {f"page {n}": [1] for n in (1, 2, 3)}
    _, document = scan(target, "--ocr", "--exclude", "*!page 2", out=tmp_path / "o")
    assert places(document) == {"page 1": [1], "page 3": [1]}


def test_what_was_written_into_the_file_is_searched_too(tmp_path: Path, standing: Standing) -> None:
    standing()
    target = file(tmp_path, "a.png", picture(comment=f"ИИН {IINS[1]}"))
    assert places(scan(target, "--ocr", out=tmp_path / "o")[1]) == {"properties": [1]}


def test_words_that_were_not_made_out_are_left_out_and_join_nothing(
    tmp_path: Path, standing: Standing
) -> None:
    half, rest = IINS[0][:6], IINS[0][6:]
    folder = standing()
    (folder / "page").write_text(
        tsv([f"ИИН {half} blur {rest}", f"ИИН {IINS[1]}"], doubted=["blur", IINS[1]])
    )
    assert scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")[0] == 0


def test_the_zone_is_read_by_its_own_letters_and_counts_once(tmp_path: Path, standing: Standing) -> None:
    misread = ["Р<КА27ТЕ5Т0У<<5ҮМА0О<<<<<<", "N123456785KAZ0508263M2906173050826398546<<28"]
    standing("паспорт", *misread, zone=ZONE.replace("<<<<<<<<\n", "\n"))
    _, document = scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")
    assert [(f["entity"], f["matched"], f["lines"]) for f in document["findings"]] == [("KZ_MRZ", 1, [2])]


MIDDLE = """
low = int(seen.split()[2])
name = "page" if "--psm" not in sys.argv else "zone" if low < 200 else "none"
sys.stdout.buffer.write(open(os.path.join(here, name), "rb").read())
"""


def test_a_zone_in_the_middle_of_a_page_is_looked_for_where_its_fillers_were_seen(
    tmp_path: Path, standing: Standing
) -> None:
    folder = standing(zone=ZONE, body=MIDDLE)
    (folder / "none").write_text("")
    lines = ["копия", "Р<КА7ТЕ5Т0У<<5ҮМА", "Н123<<", f"ИИН {IINS[0]}"]
    (folder / "page").write_text(tsv(lines, doubted=lines[1:3]))
    _, document = scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")
    assert {each["entity"]: each["lines"] for each in document["findings"]} == {"KZ_IIN": [2], "KZ_MRZ": [3]}


def test_a_zone_with_wrong_digits_is_none(tmp_path: Path, standing: Standing) -> None:
    standing("паспорт", zone=ZONE.replace("0508263M29", "0508264M28"))
    _, document = scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")
    assert "KZ_MRZ" not in entities(document)


LYING = """
wide = int(seen.split()[1]) > int(seen.split()[2])
name = "zone" if "--psm" in sys.argv else "page" if wide else "lying"
sys.stdout.buffer.write(open(os.path.join(here, name), "rb").read())
"""


def test_a_picture_that_lies_on_its_side_is_turned(tmp_path: Path, standing: Standing) -> None:
    folder = standing(f"ИИН {IINS[0]}", body=LYING)
    (folder / "lying").write_text(tsv(["gv Е?Т", f"ИИН {IINS[1]}"], sure=31))
    target = file(tmp_path, "a.png", picture(lying=True))
    assert places(scan(target, "--ocr", out=tmp_path / "o")[1]) == {"": [1]}


UPWARDS = """
up = "page" if int(seen.split()[1]) > int(seen.split()[2]) else "up"
name = up if "--psm" not in sys.argv else "zone" if up == "page" else "none"
sys.stdout.buffer.write(open(os.path.join(here, name), "rb").read())
"""


def test_lines_that_run_upwards_hide_no_zone(tmp_path: Path, standing: Standing) -> None:
    folder = standing(f"ИИН {IINS[0]}", zone=ZONE, body=UPWARDS)
    (folder / "none").write_text("")
    (folder / "up").write_text(tsv([f"ИИН {IINS[0]}"], box=(15, 800)))
    _, document = scan(file(tmp_path, "a.png", picture(lying=True)), "--ocr", out=tmp_path / "o")
    assert {each["entity"]: each["lines"] for each in document["findings"]} == {"KZ_IIN": [1], "KZ_MRZ": [2]}


SAID = """
import json, resource
limits = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0]
          for name in ("AS", "CPU", "CORE", "FSIZE", "NOFILE", "NPROC")}
print(json.dumps({"argv": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd(),
                  "limits": limits, "given": seen.decode("latin-1")}))
"""


def test_the_program_gets_pixels_and_limits_and_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", "qwerty")
    stand_in(tmp_path / "bin", body=SAID)
    told = json.loads(Program(str(tmp_path / "bin" / "tesseract"), ("eng",)).read(SMALL, "-l", "eng"))
    assert told["argv"] == ["stdin", "stdout", "-l", "eng"]
    assert told["given"] == "P5 2 2 255\nabcd"
    assert told["folder"] == "/"
    given = told["environment"].keys()
    assert given >= {"OMP_THREAD_LIMIT", "LC_ALL"}
    # CPython sets LC_CTYPE itself where the locale is C; a tracer that watches children adds names of its own
    assert not (given - {"OMP_THREAD_LIMIT", "LC_ALL", "LC_CTYPE"}) & os.environ.keys()
    limits = told["limits"]
    assert (limits["CORE"], limits["FSIZE"], limits["NPROC"]) == (0, 0, 0)
    assert 0 < limits["CPU"] <= 60
    assert 0 < limits["AS"] <= 2 << 30
    assert limits["NOFILE"] <= 32


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("sys.exit(1)", BROKE),
        ("os.kill(os.getpid(), 11)", BROKE),
        (f"os.kill(os.getpid(), {signal.SIGXCPU:d})", "not read to its end: reading the picture takes"),
        ("print('level\\ttext\\n5\\tx')", BROKE),
    ],
)
def test_a_program_that_breaks_costs_one_line(
    tmp_path: Path, standing: Standing, body: str, why: str
) -> None:
    standing(body=body)
    file(tmp_path, "a.log", f"ИИН {IINS[0]}\n".encode())
    file(tmp_path, "a.png", picture())
    target = [str(tmp_path / "a.log"), str(tmp_path / "a.png")]
    code, document = scan(target, "--ocr", out=tmp_path / "o")
    assert (code, entities(document)) == (4, {"KZ_IIN"})
    [line] = document["targets"][1]["unread"]
    assert line["reason"].startswith(why)


def test_pictures_of_one_file_are_read_for_so_long_and_others_are_named(
    tmp_path: Path, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder, "READING", 1e-9)
    standing(f"ИИН {IINS[0]}")
    target = file(tmp_path, "a.tiff", picture("TIFF", pages=2))
    code, document = scan(target, "--ocr", out=tmp_path / "o")
    assert (code, places(document)) == (4, {"page 1": [1]})
    assert reason(document) == holder.SLOW


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bomb, "more than 100 million pixels"),
        (lambda: picture()[:3000], "damaged"),
        (lambda: picture("JPEG")[:3000], "damaged"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"/etc/passwd\n" * 9, "damaged"),
    ],
)
def test_a_picture_that_cannot_be_decoded_is_named(
    tmp_path: Path, standing: Standing, data: Callable[[], bytes], why: str
) -> None:
    standing(f"ИИН {IINS[0]}")
    code, document = scan(file(tmp_path, "a.png", data()), "--ocr", out=tmp_path / "o")
    assert (code, entities(document)) == (4, set())
    assert why in reason(document)


def test_a_scanned_page_is_drawn_and_a_text_layer_is_read_once(tmp_path: Path, standing: Standing) -> None:
    standing(f"ИИН {IINS[0]}")
    target = file(tmp_path, "a.pdf", made.pdf([f"ИИН {IINS[1]}", None]))
    code, document = scan(target, "--ocr", out=tmp_path / "o")
    assert (code, places(document)) == (3, {"": [1], "page 2": [1]})
    code, document = scan(target, out=tmp_path / "o")
    assert (code, places(document)) == (4, {"": [1]})


def _letter(data: bytes) -> bytes:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["Message-ID"] = "құжат", "a@example.kz", "<1@example.kz>"
    letter.set_content("қараңыз\n")
    letter.add_attachment(data, "image", "png", filename="card.png")
    return letter.as_bytes()


def _docx(data: bytes) -> bytes:
    import docx

    letter = docx.Document()
    letter.add_picture(io.BytesIO(data))
    out = io.BytesIO()
    letter.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "place"),
    [
        ("a.zip", lambda data: made.zipped({"scans/card.png": data}), "scans/card.png"),
        ("a.tar", lambda data: made.tarred({"card.png": data}), "card.png"),
        ("a.eml", _letter, "card.png"),
        ("a.docx", _docx, "word/media/image1.png"),
    ],
)
def test_a_picture_in_something_else_is_read_where_it_lies(
    tmp_path: Path, standing: Standing, name: str, make: Callable[[bytes], bytes], place: str
) -> None:
    standing(f"ИИН {IINS[0]}")
    code, document = scan(file(tmp_path, name, make(picture())), "--ocr", out=tmp_path / "o")
    assert (code, places(document)) == (3, {place: [1]})


def test_what_the_program_has_no_language_for_is_noted(tmp_path: Path, standing: Standing) -> None:
    standing(languages=("eng", "rus"))
    _, document = scan(file(tmp_path, "a.png", picture()), "--ocr", out=tmp_path / "o")
    assert any("without kaz" in note["message"] for note in document["notes"])


@pytest.mark.parametrize("languages", [None, ("osd", "deu")])
def test_who_cannot_read_pictures_is_told_before_anything_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    languages: tuple[str, ...] | None,
) -> None:
    pytest.importorskip("PIL")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    if languages:
        stand_in(tmp_path / "bin", languages=languages)
    log = file(tmp_path, "a.log", f"ИИН {IINS[0]}\n".encode())
    assert main.run(["scan", str(log), str(log), "--ocr", "-o", str(tmp_path / "o")]) == 1
    assert not (tmp_path / "o").exists()
    assert "apt-get install tesseract-ocr tesseract-ocr-kaz" in capsys.readouterr().err


def test_no_program_is_taken_from_the_folder_we_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PIL")
    stand_in(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    for path in ("", ".", f".{os.pathsep}", "../here", str(tmp_path / "here")):
        monkeypatch.setenv("PATH", path)
        assert main.run(["scan", str(tmp_path), "--ocr"]) == 1


@pytest.mark.parametrize(
    "words",
    [["sqlite:///none.db"], ["a.log", "--follow"], ["a.log", "--engine", "spark"]],
)
def test_where_no_picture_can_be_read_the_option_is_wrong_usage(
    tmp_path: Path, standing: Standing, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    standing()
    file(tmp_path, "a.log", b"INFO\n")
    monkeypatch.chdir(tmp_path)
    assert main.run(["scan", *words, "--ocr"]) == 2


def test_a_checkpoint_that_was_made_without_pictures_is_no_other_scans(
    tmp_path: Path, standing: Standing
) -> None:
    standing()
    folder = tmp_path / "d"
    folder.mkdir()
    file(folder, "a.log", b"INFO saved\n")
    since = ["--since", str(tmp_path / "c.json"), "-o", str(tmp_path / "o")]
    assert main.run(["scan", str(folder), *since]) == 0
    assert main.run(["scan", str(folder), *since, "--ocr"]) == 1


@pytest.mark.parametrize(
    "data", [b"", b"P5 2 2 255\nabc", b"P5 2 2 255\nabcde", b"P5 0 2 255\n", b"P6 1 1 255\na"]
)
def test_what_is_not_just_so_many_pixels_is_no_picture(data: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        Picture.of(data)


def test_no_value_is_in_what_is_raised(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", body="sys.stdout.write('050312300015'); sys.exit(3)")
    with pytest.raises(Broken) as raised:
        Program(str(tmp_path / "bin" / "tesseract"), ("eng",)).read(SMALL)
    assert "0503" not in f"{raised.value!r} {raised.value.__context__!r} {raised.value.__cause__!r}"


@pytest.mark.skipif(
    not (path := shutil.which("tesseract")) or "eng" not in found(path).languages,
    reason="tesseract is not installed",
)
@pytest.mark.parametrize("lying", [False, True])
def test_a_passport_is_read_by_tesseract_itself(tmp_path: Path, lying: bool) -> None:
    lines = ["PASSPORT", f"IIN {IINS[0]}", "", "", "", "", "", "", *ZONE.split()]
    target = file(tmp_path, "p.png", picture(lines=lines, lying=lying))
    code, document = scan(target, "--ocr", out=tmp_path / "o")
    assert code == 3
    assert {"KZ_MRZ", "KZ_IIN"} <= entities(document)
    assert not document["targets"][0]["unread"]
