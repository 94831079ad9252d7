"""What comes by standard input is read as the file it would be: compressed, damaged, binary, bit by bit."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.read.sources import opened

from .files import iin
from .test_streams import PACK

TEXT = "".join(
    f"{number} оплата ИИН {iin(number)} {number * 7919 % 9973}\n" for number in range(300)
).encode()


def whole(data: bytes) -> bytes:
    return data


SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "whole": whole,
    "twice": lambda data: data + data,
    "padded": lambda data: data + b"\0" * 512,
    "cut off": lambda data: data[:-9],
    "head alone": lambda data: data[:6],
    "with text behind": lambda data: data + b"plain\n",
    "damaged": lambda data: data[:60] + bytes([data[60] ^ 0xFF]) + data[61:],
}
PLAIN: dict[str, bytes] = {
    "nothing": b"",
    "text": TEXT,
    "one letter": b"B",
    "like a head": b"BZ\n" + TEXT,
    "UTF-16": TEXT.decode().encode("utf-16"),
    "binary": bytes(range(256)) * 99,
}


@pytest.fixture(params=[*PLAIN, *(f"{end}, {shape}" for end in PACK for shape in SHAPES)])
def data(request: pytest.FixtureRequest) -> bytes:
    if request.param in PLAIN:
        return PLAIN[request.param]
    end, _, shape = request.param.partition(", ")
    return SHAPES[shape](PACK[end](TEXT))


@contextmanager
def standing_input(data: bytes, bits: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pipe into which somebody writes so many bytes at a time."""
    reading, writing = os.pipe()

    def write() -> None:
        # damaged data is not read to its end
        with open(writing, "wb", buffering=0) as pipe, suppress(BrokenPipeError):
            pipe.writelines(data[start : start + bits] for start in range(0, len(data), bits))

    writer = threading.Thread(target=write)
    with open(reading, encoding="utf-8") as stream, monkeypatch.context() as patched:
        patched.setattr("sys.stdin", stream)
        writer.start()
        yield
    writer.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(report: Path) -> Any:
    """What a findings document says, but for times and for what the target is called."""
    found = json.loads(report.read_bytes())
    for name in ("started", "finished"):
        del found[name]
    for finding in found["findings"]:
        del finding["id"]
    return json.loads(json.dumps(found).replace('"./in"', '"-"'))


@pytest.mark.parametrize("options", [(), ("--raw",), ("--as", "csv")], ids=["", "raw", "csv"])
def test_scan_says_of_it_what_it_says_of_the_file(
    data: bytes, options: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in").write_bytes(data)
    words = ["scan", *options, "--format", "json", "-o"]
    codes = [run([*words, "of-file", "./in"])]
    with standing_input(data, 1000, monkeypatch):
        codes.append(run([*words, "of-input", "-"]))
    assert codes[0] == codes[1]
    assert told(home / "of-file") == told(home / "of-input")


@pytest.mark.parametrize("command", ["redact", "reveal"])
def test_redact_and_reveal_write_what_they_write_of_the_file(
    command: str, data: bytes, home: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring.path))
    Path("in").write_bytes(data)
    codes = [run([command, "./in", "-o", "of-file"])]
    with standing_input(data, 1000, monkeypatch):
        codes.append(run([command, "-", "-o", "of-input"]))
    assert codes[0] == codes[1]
    assert Path("of-file").exists() == Path("of-input").exists() == (codes[0] == 0)
    if codes[0] == 0:
        assert Path("of-file").read_bytes() == Path("of-input").read_bytes()
        assert iin(0).encode() not in Path("of-input").read_bytes() or command == "reveal"


@pytest.mark.parametrize("end", PACK)
def test_head_that_comes_bit_by_bit_is_still_seen(
    end: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing_input(PACK[end](TEXT[:200]), 1, monkeypatch):
        assert run(["redact", "-", "-o", "clean"]) == 0
    with opened("clean", named=True) as clean:  # which is compressed as the input was
        assert clean.stream.read(36).decode().startswith("0 оплата ИИН 05**********")


@pytest.mark.parametrize("words", [["scan"], ["redact"], ["reveal"]])
def test_one_that_is_closed_is_an_error_with_a_hint(
    words: list[str], keyring: Keyring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring.path))
    monkeypatch.setattr("sys.stdin", None)  # as Python has it where a shell says <&-
    assert run([*words, "-"]) in (1, 4)
    said = capsys.readouterr()
    assert "standard input is closed" in said.out + said.err
    assert "internal error" not in said.out + said.err
