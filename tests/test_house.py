"""The house: how many files a folder has, how long a file is, who imports whom, and which words the jobs use."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard

HOME = Path(piiguard.__file__).parent
ROOMS = ("orm", "protect", "subjects")
LONG = {
    "cli/keys.py", "cli/encrypt.py", "detect/relax.py", "entities.py", "manifest.py",
    "recognizers/checks/person_name.py", "recognizers/checks/name_words.py",
}  # fmt: skip
"""What was longer before there was a rule for it."""
MOST_FILES = 9
MOST_LINES = 300
ROOT = Path(__file__).parents[1]
PACKAGES = {path.parent.name for path in HOME.glob("*/__init__.py")}


def modules(room: str) -> list[Path]:
    return sorted((HOME / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_folder_has_at_most_nine_files_beside_its_init(room: str) -> None:
    counted: dict[str, int] = {}
    for path in modules(room):
        folder = path.parent.relative_to(HOME).as_posix()
        counted[folder] = counted.get(folder, 0) + (path.name != "__init__.py")
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}


def test_a_file_has_at_most_three_hundred_lines() -> None:
    lengths = {
        path.relative_to(HOME).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*HOME.glob("*.py"), *(module for room in PACKAGES for module in modules(room)))
    }
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} <= LONG


def drawn() -> dict[str, set[str]]:
    """The arrows between rooms, as the page shows them."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Rooms")[2]
    rows = re.findall(r"^(\w+) +→(.*)$", page, re.MULTILINE)
    return {room: set(filter(None, others.replace(" ", "").split(","))) for room, others in rows}


def imported(room: str) -> set[str]:
    """The rooms that the modules of one import, wherever in a module it stands."""
    found: set[str] = set()
    for path in modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{name.name}" for name in node.names}
            elif isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
    rooms = {name.split(".")[1] for name in found if name.startswith("piiguard.")}
    return (rooms & PACKAGES) - {room}


def forbidden(room: str) -> set[str]:
    """The rooms that the contract of one forbids it, but for what the contract itself lets pass."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return {
        name.removeprefix("piiguard.")
        for contract in contracts
        if contract["type"] == "forbidden" and f"piiguard.{room}" in contract["source_modules"]
        for name in contract["forbidden_modules"]
        if name.startswith("piiguard.")
        and not any(f"-> {name}." in each for each in contract.get("ignore_imports", ()))
    }


def test_every_room_is_drawn() -> None:
    assert drawn().keys() == PACKAGES


@pytest.mark.parametrize("room", sorted(PACKAGES))
def test_no_import_lacks_its_arrow_and_no_arrow_breaks_a_contract(room: str) -> None:
    assert imported(room) <= drawn()[room]
    assert not drawn()[room] & forbidden(room)


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
