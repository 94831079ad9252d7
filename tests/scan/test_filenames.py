"""The names of files, of their members and of folders are searched as what they hold is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from tests import documents as made
from tests.corpora import scan

IIN, PHONE = made.IINS[0], "+77010000001"
PERSON = "Сынақов Асан Нұрланұлы"


def found(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["path"], each["entity"]) for each in document["findings"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        (f"договор {IIN}.txt", "KZ_IIN"),
        (f"scan_{IIN}_copy.png", "KZ_IIN"),
        (f"{PERSON}.txt", "PERSON"),
        ("Synaqov_Asan_Nurlanuly.txt", "PERSON"),
        (f"act {PHONE}.txt", "KZ_PHONE"),
        (f"{IIN}!.txt", "KZ_IIN"),
    ],
)
def test_a_value_in_the_name_of_a_file_is_found(name: str, entity: str, folder: Path, tmp_path: Path) -> None:
    (folder / name).write_text("nothing\n", "utf-8")
    code, document = scan(folder, out=tmp_path / "o.json")
    assert code == 3
    assert ("name of the file", entity) in found(document)


@pytest.mark.parametrize(
    "name", ["order-2005-11-29.log", "app.log.1", "clients.csv", "договор 15-А.txt", "act 20051129.txt"]
)
def test_an_ordinary_name_says_nothing(name: str, folder: Path, tmp_path: Path) -> None:
    (folder / name).write_text("nothing\n", "utf-8")
    assert scan(folder, out=tmp_path / "o.json")[0] == 0


def test_the_name_of_a_folder_is_told_once_however_many_files_lie_in_it(folder: Path, tmp_path: Path) -> None:
    (folder / f"{IIN}" / "deep").mkdir(parents=True)
    for name in ("a.log", "deep/b.log"):
        (folder / f"{IIN}" / name).write_text("nothing\n", "utf-8")
    code, document = scan(folder, out=tmp_path / "o.json")
    assert (code, [each["path"] for each in document["findings"]]) == (3, ["name of the folder"])


def test_the_name_of_a_folder_in_an_archive_is_told_once(folder: Path, tmp_path: Path) -> None:
    data = made.zipped({f"{PERSON}/{name}.log": "nothing\n" for name in "abc"})
    (folder / "a.zip").write_bytes(data)
    code, document = scan(folder, out=tmp_path / "o.json")
    assert (code, [each["path"] for each in document["findings"]]) == (3, ["name of the folder"])


def test_the_name_of_a_member_is_told_though_it_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    (folder / "a.zip").write_bytes(made.zipped({f"скан/{IIN}.png": b"\x89PNG\r\n\x1a\n" + bytes(64)}))
    code, document = scan(folder, out=tmp_path / "o.json")
    assert (code, found(document)) == (4, {("name of the file", "KZ_IIN")})


def test_no_report_shows_the_name_and_none_advises_to_redact(folder: Path, tmp_path: Path) -> None:
    (folder / f"{PERSON} {IIN}.txt").write_text("nothing\n", "utf-8")
    for form in ("table", "json", "ndjson", "csv", "sarif", "html"):
        out = tmp_path / form
        assert main.run(["scan", str(folder), "--format", form, "-o", str(out)]) == 3
        text = out.read_text("utf-8")
        assert IIN not in text
        assert "Нұрланұлы" not in text
    assert "piiguard redact" not in (tmp_path / "table").read_text("utf-8")


def test_the_options_of_a_scan_hold_for_names(folder: Path, tmp_path: Path) -> None:
    (folder / f"{PERSON} {IIN}.txt").write_text("nothing\n", "utf-8")
    known = tmp_path / "known.json"
    _, document = scan(folder, "--entities", "PERSON", out=tmp_path / "o.json")
    assert found(document) == {("name of the file", "PERSON")}
    assert scan(folder, "--write-baseline", str(known), out=tmp_path / "o.json")[0] == 3
    assert scan(folder, "--baseline", str(known), out=tmp_path / "o.json")[0] == 0
    assert scan(folder, "--exclude", "*.txt", "--allow-empty", out=tmp_path / "o.json")[1]["findings"] == []


def test_each_value_of_a_name_is_one_match(folder: Path, tmp_path: Path) -> None:
    (folder / f"{IIN}.txt").write_text(f"ИИН {IIN}\n", "utf-8")
    out = tmp_path / "o.ndjson"
    assert main.run(["scan", str(folder), "--format", "ndjson", "-o", str(out)]) == 3
    matches = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(each.get("path"), each["start"], each["end"]) for each in matches] == [
        (None, 4, 16),
        ("name of the file", 0, 12),
    ]
