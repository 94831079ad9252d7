"""``piiguard redact`` with ``--check``, ``--counts`` and whole folders."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from piiguard.cli.main import run
from piiguard.redact.files.notes import NAME
from piiguard.redact.redactor import Redactor

IIN = "050312300015"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "redaction.schema.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    (root / "deep").mkdir(parents=True)
    (root / "app.log").write_text(f"принят ИИН {IIN}\n", encoding="utf-8")
    (root / "deep" / "old.log.gz").write_bytes(gzip.compress(f"ИИН {IIN}, тел. +77010000001\n".encode()))
    (root / "people.csv").write_text(f"no,iin\n1,{IIN}\n2,{IIN}\n", encoding="utf-8")
    return root


def counts(path: Path) -> Any:
    document = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    return document


def files(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_folder_is_redacted_into_a_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean, told = tmp_path / "clean", tmp_path / "counts.json"
    assert run(["redact", str(folder), "-o", str(clean), "--counts", str(told)]) == 0
    assert files(clean) == [NAME, "app.log", "deep/old.log.gz", "people.csv"]
    assert gzip.decompress((clean / "deep/old.log.gz").read_bytes()).decode().startswith("ИИН 05****")
    assert (clean / "people.csv").read_text("utf-8") == "no,iin\n1,05**********\n2,05**********\n"
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["REPLACED", "1", "2", "2"]
    document = counts(told)
    assert document["replaced"] == {"KZ_IIN": 4, "KZ_PHONE": 1}
    assert (document["operator"], document["complete"], document["exit"]) == ("mask", True, 0)
    assert {Path(each["file"]).name: each["replaced"] for each in document["files"]} == {
        "app.log": {"KZ_IIN": 1},
        "old.log.gz": {"KZ_IIN": 1, "KZ_PHONE": 1},
        "people.csv": {"KZ_IIN": 2},
    }


def test_what_is_done_is_left_out_the_next_time(folder: Path, tmp_path: Path) -> None:
    clean, told = tmp_path / "clean", tmp_path / "counts.json"
    words = ["redact", str(folder), "-o", str(clean), "--counts", str(told)]
    assert run(words) == 0
    (folder / "new.log").write_text(f"ИИН {IIN}\n", encoding="utf-8")
    (folder / "app.log").write_text(f"ИИН {IIN} и {IIN}\n", encoding="utf-8")
    (clean / "people.csv").unlink()
    assert run(words) == 0
    assert {Path(each["file"]).name: each["state"] for each in counts(told)["files"]} == {
        "app.log": "redacted", "new.log": "redacted", "old.log.gz": "earlier", "people.csv": "redacted",
    }  # fmt: skip
    assert counts(told)["replaced"] == {"KZ_IIN": 6, "KZ_PHONE": 1}
    assert run([*words, "--operator", "tag"]) == 0
    assert {each["state"] for each in counts(told)["files"]} == {"redacted"}
    assert "<KZ_IIN>" in (clean / "app.log").read_text("utf-8")


def test_notes_that_others_can_write_are_not_believed(folder: Path, tmp_path: Path) -> None:
    clean, told = tmp_path / "clean", tmp_path / "counts.json"
    words = ["redact", str(folder), "-o", str(clean), "--counts", str(told)]
    assert run(words) == 0
    (clean / NAME).chmod(0o666)
    assert run(words) == 0
    assert {each["state"] for each in counts(told)["files"]} == {"redacted"}


def test_what_cannot_be_redacted_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(folder / "book.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "")
        book.writestr("xl/workbook.xml", IIN)
    (folder / ".hidden").write_text(IIN, encoding="utf-8")
    (tmp_path / "outside.log").write_text(IIN, encoding="utf-8")
    (folder / "link.log").symlink_to(tmp_path / "outside.log")
    told = tmp_path / "counts.json"
    assert run(["redact", str(folder), "-o", str(tmp_path / "clean"), "--counts", str(told)]) == 4
    out = capsys.readouterr().out
    assert "a workbook, of which no clean copy can be written" in out
    states = {Path(each["file"]).name: each["state"] for each in counts(told)["files"]}
    assert {name for name, state in states.items() if state != "redacted"} == {
        "book.xlsx",
        ".hidden",
        "link.log",
    }
    assert files(tmp_path / "clean") == [NAME, "app.log", "deep/old.log.gz", "people.csv"]


@pytest.mark.parametrize("kind", ["fifo", "folder", "link"])
def test_what_has_the_name_of_a_copy_and_is_no_file_is_neither_waited_for_nor_replaced(
    folder: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    made = clean / "app.log"
    if kind == "fifo":
        os.mkfifo(made)
    elif kind == "folder":
        made.mkdir()
    else:
        made.symlink_to(tmp_path / "nowhere")
    before = made.lstat()
    assert run(["redact", str(folder), "-o", str(clean)]) == 4
    assert "what has the name of its copy is no file" in "".join(capsys.readouterr())
    assert made.lstat().st_ino == before.st_ino
    assert (clean / "people.csv").is_file()


def test_several_files_and_globs_go_into_a_folder(folder: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    words = [str(folder / "app.log"), f"{folder}/deep/*.gz"]
    assert run(["redact", *words, "-o", str(clean)]) == 0
    assert files(clean) == [NAME, "app.log", "old.log.gz"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{0}"], 2, "add -o FOLDER"),
        (["{0}", "-o", "{0}/clean"], 1, "lies in the folder that is read"),
        (["{0}/app.log", "{0}/deep/../app.log", "-o", "{1}/clean"], 1, "both would be written to"),
        (["{0}/app.log", "--check"], 2, "--check needs -o FILE"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    words: list[str], code: int, said: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(tmp_path)
    assert run(["redact", *(word.format(folder, tmp_path) for word in words)]) == code
    out, err = capsys.readouterr()
    assert (out, files(tmp_path)) == ("", before)
    assert said in err


def test_check_passes_what_is_clean(folder: Path, tmp_path: Path) -> None:
    clean = tmp_path / "people.clean.csv"
    assert run(["redact", str(folder / "people.csv"), "--check", "-o", str(clean)]) == 0
    assert clean.read_text("utf-8").endswith("2,05**********\n")


def test_check_writes_nothing_in_which_something_is_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Redactor, "wanted", lambda self, match: match.entity != "KZ_IIN")
    clean, told = tmp_path / "clean.gz", tmp_path / "counts.json"
    clean.write_bytes(b"kept")
    source = str(folder / "deep" / "old.log.gz")
    assert run(["redact", source, "--check", "-o", str(clean), "--counts", str(told)]) == 3
    assert clean.read_bytes() == b"kept"
    assert "no copy was written, for a scan of it found KZ_IIN 1 (high)" in capsys.readouterr().err
    [file] = counts(told)["files"]
    assert (file["state"], file["copy"], file["replaced"]) == ("left", None, {})
    assert file["left"] == [{"entity": "KZ_IIN", "confidence": "high", "count": 1}]
    assert counts(told)["exit"] == 3
    assert IIN not in told.read_text("utf-8")
    assert not [each for each in os.listdir(tmp_path) if each.startswith(".piiguard")]
