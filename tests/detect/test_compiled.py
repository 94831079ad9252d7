"""Compiled patterns are kept between runs, and only what is safe to load is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from piiguard.detect import cache, compiled

hyperscan = pytest.importorskip("hyperscan")
PATTERNS = {1: rb"[0-9]{8}", 2: rb"iin"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(compiled, "WORTH", 0.0)
    return tmp_path / "piiguard"


class Compiler:
    """Compiles and counts how often."""

    times = 0

    def __call__(self, patterns: Mapping[int, bytes]) -> Any:
        self.times += 1
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(expressions=list(patterns.values()), ids=list(patterns), elements=len(patterns))
        return database


def found(database: Any) -> set[int]:
    numbers: set[int] = set()

    def on_match(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        numbers.add(number)

    database.scan(b"iin 05031230", match_event_handler=on_match, scratch=hyperscan.Scratch(database))
    return numbers


def test_a_second_run_loads_what_the_first_compiled(folder: Path) -> None:
    compiler = Compiler()
    for _ in range(2):
        assert found(compiled.kept(hyperscan, PATTERNS, compiler)) == {1, 2}
    assert compiler.times == 1
    assert [file.suffix for file in folder.iterdir()] == [".hs"]


def test_other_patterns_are_compiled(folder: Path) -> None:
    compiler = Compiler()
    compiled.kept(hyperscan, PATTERNS, compiler)
    assert found(compiled.kept(hyperscan, {1: rb"[0-9]{8}"}, compiler)) == {1}
    assert compiler.times == 2


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_compiled_anew(folder: Path, damage: bytes | None) -> None:
    compiler = Compiler()
    compiled.kept(hyperscan, PATTERNS, compiler)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    for _ in range(2):
        assert found(compiled.kept(hyperscan, PATTERNS, compiler)) == {1, 2}
    assert (compiler.times, file.read_bytes()) == (2, whole)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
@pytest.mark.parametrize("writable", ["folder", "file"])
def test_what_others_can_write_is_not_loaded(folder: Path, writable: str) -> None:
    compiler = Compiler()
    compiled.kept(hyperscan, PATTERNS, compiler)
    (file,) = folder.iterdir()
    (folder if writable == "folder" else file).chmod(0o777)
    compiled.kept(hyperscan, PATTERNS, compiler)
    assert compiler.times == 2


def test_nowhere_to_keep_it_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "file"))
    monkeypatch.setattr(compiled, "WORTH", 0.0)
    assert found(compiled.kept(hyperscan, PATTERNS, Compiler())) == {1, 2}


def test_what_is_compiled_at_once_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "WORTH", 60.0)
    compiled.kept(hyperscan, PATTERNS, Compiler())
    assert not folder.exists()


def test_only_the_newest_files_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 2)
    for number in range(4):
        compiled.kept(hyperscan, {1: b"a%d" % number}, Compiler())
    assert len(list(folder.iterdir())) == 2
