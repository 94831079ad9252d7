"""A 7z archive is searched file by file as one that lies in a folder, and what cannot be read of it is named."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import documents
from tests.corpora import scan, unread
from tests.sevens import COPY, LZMA2, names, number, seven, wrapped

IIN = "050312300015"
LINE = f"saved ИИН {IIN}\n".encode()
PLAIN = b"saved order\n"
MADE = {
    name: base64.b85decode(data)
    for name, data in json.loads(Path(__file__).with_name("seven.json").read_text("utf-8")).items()
}
"""Written by py7zr 1.1.4: ``in/a.log``, ``empty.txt`` and ``b.log``, of which two have the number."""
READ = ("lzma2", "lzma", "bzip2", "deflate", "copy", "bcj", "delta")
SHUT = {"aes": "a password", "aes header": "a password", "ppmd": "no reader knows", "zstd": "no reader knows", "bcj lzma": "no reader knows"}  # fmt: skip


def read(data: bytes, folder: Path, *options: str, name: str = "a.7z") -> tuple[int, dict[str, Any]]:
    (folder / name).write_bytes(data)
    return scan(folder / name, *options, out=folder / "o.json")


def found(document: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {each["file"].partition("!")[2]: tuple(each["lines"]) for each in document["findings"]}


def reasons(document: dict[str, Any]) -> set[str]:
    return {each["reason"] for target in document["targets"] for each in target["unread"]}


@pytest.mark.parametrize("way", READ)
def test_what_another_program_packed_is_found(way: str, tmp_path: Path) -> None:
    code, document = read(MADE[way], tmp_path)
    assert (code, unread(document), found(document)) == (3, "", {"in/a.log": (1,), "b.log": (41,)})


@pytest.mark.parametrize("way", SHUT)
def test_what_is_shut_or_packed_otherwise_is_named(way: str, tmp_path: Path) -> None:
    code, document = read(MADE[way], tmp_path)
    assert (code, found(document)) == (4, {})
    assert all(SHUT[way] in reason for reason in reasons(document))
    places = {each["place"].partition("!")[2] for each in document["targets"][0]["unread"]}
    assert places >= {"in/a.log", "b.log"} or way == "aes header"


def test_the_findings_are_those_of_the_files(tmp_path: Path) -> None:
    table = "".join(f"{n},{IIN}\n" for n in range(300))
    files = {
        "people.csv": f"n,iin\n{table}".encode(),
        "a.json": json.dumps([{"iin": IIN}] * 40).encode(),
        "b.zip": documents.zipped({"c.log": LINE.decode()}),
        "d.7z": seven({"deep/e.log": PLAIN * 9 + LINE}),
    }
    plain = tmp_path / "plain"
    plain.mkdir()
    for name, data in files.items():
        (plain / name).write_bytes(data)
    told = []
    for answer, strip in (
        (scan(plain, out=tmp_path / "p.json"), f"{plain}/"),
        (read(seven(files), tmp_path), f"{tmp_path}/a.7z!"),
    ):
        keys = ("path", "entity", "confidence", "matched", "examined", "lines")
        told.append(
            sorted(
                (each["file"].removeprefix(strip), *(repr(each.get(k)) for k in keys))
                for each in answer[1]["findings"]
            )
        )
    assert told[0] == told[1]
    assert len(told[0]) == 4


@pytest.mark.parametrize("options", [("--exclude", "b.log"), ("--exclude", "*!b.*")], ids=str)
def test_a_file_in_it_can_be_excluded(options: tuple[str, ...], tmp_path: Path) -> None:
    _, document = read(seven({"a.log": LINE, "b.log": LINE, "c.log": LINE}), tmp_path, *options)
    assert set(found(document)) == {"a.log", "c.log"}


def test_it_is_read_from_a_pipe_and_from_another_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = seven({"a.log": LINE})
    _, document = read(documents.tarred({"in/a.7z": archive}), tmp_path, name="a.tar")
    assert set(found(document)) == {"in/a.7z!a.log"}


def test_names_in_it_are_only_names(tmp_path: Path) -> None:
    called = ("../../escaped.log", "/etc/passwd", "C:\\a.log", "a\nb.log", "", f"{IIN}.log")
    _, document = read(seven({name: LINE + bytes([65 + n, 10]) for n, name in enumerate(called)}), tmp_path)
    assert len([each for each in document["findings"] if each["path"] is None]) == len(called)
    assert [each["path"] for each in document["findings"] if each["path"]] == ["name of the file"]
    assert IIN not in json.dumps(document)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.7z", "o.json"]


LAWFUL = seven({"a.log": LINE})
NAMED: dict[str, Callable[[], bytes]] = {
    "behind the end": lambda: LAWFUL + LINE,
    "between": lambda: seven({"a.log": PLAIN}, coder=COPY, packed=PLAIN, behind=LINE),
    "behind what was packed": lambda: seven({"a.log": PLAIN}, behind=LINE),
    "a wrong sum": lambda: seven({"a.log": PLAIN}, coder=COPY, packed=PLAIN[::-1]),
    "shorter than it says": lambda: seven({"a.log": PLAIN}, coder=COPY, sizes=[len(PLAIN) + 1], sums=False),
    "more files than streams": lambda: seven(
        {"a.log": PLAIN, "b.log": PLAIN}, sizes=[2 * len(PLAIN)], sums=False
    ),
    "no header": lambda: wrapped(LINE, b""),
    "a header of nothing": lambda: wrapped(b"", b"\x01\x05" + number(1 << 40)),
    "folders without end": lambda: wrapped(b"", b"\x01\x04\x07\x0b" + number(1 << 62) + b"\0"),
    "coders that go in circles": lambda: wrapped(
        b"", b"\x01\x04\x07\x0b\x01\0\x02\x01\0\x01\0\x00\x00\x0c\x01\x01\0\0\0"
    ),
    "a dictionary of 4 GiB": lambda: seven({"a.log": PLAIN}, coder=b"\x21\x21\x01\x28"),
    "a way that nobody knows": lambda: seven({"a.log": PLAIN}, coder=b"\x02\x7f\x7f"),
    "a bomb": lambda: seven({"a.log": bytes(65 << 20)}),
    "a volume of several": lambda: LAWFUL[:-9],
}


@pytest.mark.parametrize("what", NAMED)
def test_what_is_wrong_with_it_is_named(what: str, tmp_path: Path) -> None:
    code, document = read(NAMED[what](), tmp_path)
    assert code == 4
    assert unread(document)


def test_properties_that_nobody_knows_are_searched(tmp_path: Path) -> None:
    data = seven({"a.log": PLAIN}, extra=b"\x16" + number(len(LINE)) + LINE)
    code, document = read(data, tmp_path)
    assert (code, set(found(document))) == (3, {"comments.txt"})


def test_the_name_of_a_folder_is_searched(tmp_path: Path) -> None:
    name = names([LINE.decode().strip()])
    code, document = read(wrapped(b"", b"\x01\x05" + number(1) + name + b"\x0e\x01\x80\0\0"), tmp_path)
    assert (code, set(found(document))) == (3, {"comments.txt"})


def test_more_files_than_are_opened_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from piiguard.read.holder import Budget

    monkeypatch.setattr(Budget, "of", classmethod(lambda cls, place, source: cls(1 << 20, 5)))
    code, document = read(seven({f"{n}.log": LINE for n in range(9)}), tmp_path)
    assert (code, len(document["findings"])) == (4, 5)


@settings(max_examples=60)
@given(
    at=st.integers(0, len(MADE["lzma2"]) - 1),
    sign=st.integers(1, 255),
    way=st.sampled_from(["lzma2", "copy", "bzip2"]),
)
def test_a_changed_byte_anywhere_hides_nothing(
    at: int, sign: int, way: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(MADE[way])
    data[at % len(data)] ^= sign
    folder = tmp_path_factory.mktemp("changed")
    code, document = read(bytes(data), folder)
    assert code == 4 or len(found(document)) == 2


@settings(max_examples=40)
@given(
    header=st.binary(max_size=40),
    front=st.sampled_from([b"\x01", b"\x01\x04", b"\x01\x05", b"\x17", b"\x01\x04\x06", b"\x01\x04\x07\x0b"]),
)
def test_no_header_stops_a_scan(
    header: bytes, front: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert read(wrapped(LINE, front + header), tmp_path_factory.mktemp("header"))[0] == 4


@settings(max_examples=20)
@given(cut=st.integers(8, len(LAWFUL) - 1))
def test_one_that_is_cut_anywhere_is_named(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert read(LAWFUL[:cut], tmp_path_factory.mktemp("cut"))[0] == 4


def test_the_coder_of_the_tests_is_the_one_of_the_format() -> None:
    assert MADE["lzma2"].count(LZMA2[:3])
