"""The house: how many files a folder has, how long a file is, and which words the jobs use."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard

HOME = Path(piiguard.__file__).parent
ROOMS = ("orm", "protect")
MOST_FILES = 9
MOST_LINES = 300


def modules(room: str) -> list[Path]:
    return sorted((HOME / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_folder_has_at_most_nine_files_beside_its_init(room: str) -> None:
    counted: dict[str, int] = {}
    for path in modules(room):
        folder = path.parent.relative_to(HOME).as_posix()
        counted[folder] = counted.get(folder, 0) + (path.name != "__init__.py")
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_file_has_at_most_three_hundred_lines(room: str) -> None:
    lengths = {
        path.relative_to(HOME).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(room)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def names(path: Path) -> Iterator[str]:
    """The words of which the names in a module are made."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.NAME:
            yield from re.findall(r"[A-Z]?[a-z]+", token.string)


def test_jobs_speak_of_locks_and_batches_alone() -> None:
    other = re.compile(r"(turn|walk)(s|ed|ing|able)?", re.IGNORECASE)
    found = {
        f"{path.relative_to(HOME).as_posix()}: {name}"
        for path in modules("protect")
        for name in names(path)
        if other.fullmatch(name)
    }
    assert found == set()
