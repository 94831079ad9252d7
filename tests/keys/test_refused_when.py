"""The table "What is refused when" of docs/key-management.md, carried out cell by cell."""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.errors import KeyringError
from piiguard.keys import Keyring, audit, change, transitions
from piiguard.keys.freshness import Pin
from piiguard.keys.heartbeat import Beat

PAGE = (Path(__file__).parents[2] / "docs/key-management.md").read_text(encoding="utf-8")
SECTION = PAGE.split("### What is refused when")[1].split("\n## ")[0]
ROWS = {
    cells[0]: cells[1:]
    for line in SECTION.splitlines()
    if line.startswith("| ") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
}
ROWS.pop("found")


@dataclass
class Place:
    """A database that says what it has seen."""

    pin: Pin | None = None
    told: list[Beat] = field(default_factory=list)

    def report(self, beat: Beat) -> None:
        self.told.append(beat)

    def beats(self) -> list[Beat]:
        return self.told

    def pinned(self, keyring: str, generation: int) -> Pin | None:
        return self.pin


@dataclass
class World:
    """A keyring of generation 2 in use, its backup of generation 1, a copy that went another way, and a foreign one."""

    path: Path
    old: Path
    copy: Path
    foreign: Path
    place: Place
    monkeypatch: pytest.MonkeyPatch

    def put(self, file: Path, *, trail: bool = True) -> None:
        shutil.copy(file, self.path)
        if not trail:
            audit.trail_path(self.path).unlink()

    def accept(self, name: str, value: object) -> None:
        self.monkeypatch.setenv(f"PIIGUARD_{name}", str(value))


def add(path: Path) -> None:
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "data", now))


@pytest.fixture
def world(keyring_file: Path, other_keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> World:
    here = keyring_file.parent
    copy = shutil.copytree(here, here.with_name("copy")) / keyring_file.name
    for path in (keyring_file, copy):
        add(path)
    old = here / "keyring.json.1.bak"
    return World(keyring_file, old, copy, other_keyring.path, Place(), monkeypatch)


def another_than_named(world: World) -> None:
    world.accept("KEYRING_ID", Keyring.from_file(world.path).id)
    world.put(world.foreign, trail=False)


def below_the_least(world: World) -> None:
    world.accept("MIN_GENERATION", 2)
    world.put(world.old, trail=False)


def another_in_use(world: World) -> None:
    world.put(world.foreign, trail=False)


def older_in_use(world: World) -> None:
    world.put(world.old, trail=False)


def behind_the_trail(world: World) -> None:
    world.put(world.old)


def newer_in_the_database(world: World) -> None:
    world.place.pin = Pin(str(Keyring.from_file(world.path).id), 9)


def of_another_keyring(world: World) -> None:
    world.place.pin = Pin("00000000-0000-0000-0000-000000000000", 1)


def fork_by_the_trail(world: World) -> None:
    world.put(world.copy)


def fork_by_the_database(world: World) -> None:
    world.place.pin = Pin(str(Keyring.from_file(world.path).id), 2, "of another line")


def key_away(world: World) -> None:
    away = world.path.with_name("away.key")
    change.rewrap(world.path, None, [f"file:{away}"], None)
    away.unlink()


SITUATIONS: dict[str, list[Callable[[World], None]]] = {
    "another keyring than `PIIGUARD_KEYRING_ID`": [another_than_named, below_the_least],
    "another keyring than the one in use": [another_in_use, older_in_use],
    "the trail beside the file goes further": [behind_the_trail],
    "the database has a newer generation pinned": [newer_in_the_database, of_another_keyring],
    "the same generation of another history": [fork_by_the_trail, fork_by_the_database],
    "the key service is away": [key_away],
}
ALL = [(found, make) for found, makes in SITUATIONS.items() for make in makes]


def row(found: str) -> list[str]:
    (cells,) = [cells for first, cells in ROWS.items() if first.startswith(found)]
    return cells


def test_every_row_is_carried_out() -> None:
    assert len(ROWS) == len(SITUATIONS)
    assert all(len(row(found)) == 3 for found in SITUATIONS)


@pytest.mark.parametrize(("found", "make"), ALL, ids=lambda value: getattr(value, "__name__", ""))
def test_the_start_of_an_application(world: World, found: str, make: Callable[[World], None]) -> None:
    make(world)
    keyring = Keyring.from_file(world.path, heartbeats=[world.place])
    if row(found)[0].startswith("refused"):
        with pytest.raises(KeyringError) as caught:
            keyring.open()
        assert caught.value.hint
        assert str(caught.value).startswith(str(world.path))
    else:
        assert "cannot be known" in row(found)[0]
        assert keyring.open().generation in (1, 2)


@pytest.mark.parametrize(("found", "make"), ALL, ids=lambda value: getattr(value, "__name__", ""))
def test_an_application_that_runs(
    world: World,
    clock: list[float],
    caplog: pytest.LogCaptureFixture,
    found: str,
    make: Callable[[World], None],
) -> None:
    keyring = Keyring.from_file(world.path, heartbeats=[world.place]).open()
    column = keyring.column("t.c", 1)
    sealed = column.encrypt(b"value")
    make(world)
    caplog.set_level(logging.WARNING, "piiguard.keys")
    for _ in range(4):
        clock[0] += 61  # a minute each: what is told once is not told again
        assert column.decrypt(column.encrypt(b"value")) == b"value"
        keyring._reports.wait()
        if keyring._unwrapping is not None:
            keyring._unwrapping[0].join()
    assert column.decrypt(sealed) == b"value"
    assert keyring.generation == 2
    assert row(found)[1].startswith("goes on")
    said = [record for record in caplog.records if "generation 2 stays in use: " in record.getMessage()]
    assert len(said) == 1


@pytest.mark.parametrize(("found", "make"), ALL, ids=lambda value: getattr(value, "__name__", ""))
def test_a_command(
    world: World, capsys: pytest.CaptureFixture[str], found: str, make: Callable[[World], None]
) -> None:
    make(world)
    cell = row(found)[2]
    if world.place.pin is not None:  # jobs: tests/protect/test_heartbeat.py
        assert re.search(r"jobs (refuse|by the database)", cell)
        return
    if not cell:  # what a command was never told of it cannot know
        return
    before = world.path.read_bytes()
    capsys.readouterr()
    for words in (["add"], ["promote", "2"], ["verify"]):
        assert run(["keys", *words, "--keyring", str(world.path)]) == 1
        assert "hint: " in capsys.readouterr().err
        assert world.path.read_bytes() == before
    assert cell.startswith("refused")


def test_a_forged_line_stops_no_command(world: World) -> None:
    """Who may write the trail must not be able to say that the keyring is old, or of another history."""
    file = audit.trail_path(world.path)
    lines = file.read_text().splitlines()
    line = json.loads(lines[-1])
    for changed in ({"number": 3, "generation": 99, "mac": "0" * 64}, {"mac": "0" * 64}):
        kept = lines if "number" in changed else lines[:-1]
        file.write_text("\n".join([*kept, json.dumps({**line, **changed})]) + "\n")
        add(world.path)
    with pytest.raises(KeyringError):  # but it is found
        change.verify(world.path, None)
