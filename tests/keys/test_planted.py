"""Whoever may write beside a keyring plants links there: no command writes, makes, removes or gives away what they lead to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.keys import Keyring

from .commands import COMMANDS, Bench

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
NAMES = [
    *(f"keyring.json.{number}.bak" for number in range(1, 6)),
    "keyring.json.audit",
    "keyring.json.lock",
    "keyring.json.instances",
    "new.key",
    "safe.key",
    "safe.key.pub",
]
LEADING: dict[str, Callable[[Path], Path]] = {
    "to a file": lambda victim: victim / "precious.json",
    "to nothing": lambda victim: victim / "made",
    "to a folder": lambda victim: victim,
}


def picture(folder: Path) -> dict[str, tuple[bytes, int, int, int]]:
    found = {}
    for file in folder.iterdir():
        how = file.stat()
        found[file.name] = (file.read_bytes(), how.st_mode, how.st_uid, how.st_mtime_ns)
    return found


@pytest.mark.parametrize("leading", LEADING)
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_beside_the_keyring_leads_a_command_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, leading: str
) -> None:
    command, bench, victim = COMMANDS[name], Bench(tmp_path, monkeypatch), tmp_path / "victim"
    bench.prepare(command)
    victim.mkdir()
    for file in ("precious.json", "web-1.json"):
        (victim / file).write_text('{"somebody": "else\'s"}')
        os.utime(victim / file, (1, 1))
    before = picture(victim)
    for planted in NAMES:
        bench.again()
        place = bench.here / planted
        if place.is_dir():
            place.rename(bench.here / "aside")
        place.unlink(missing_ok=True)
        place.symlink_to(LEADING[leading](victim))
        assert bench.type(command.words) in (0, 1, 2), planted
        assert picture(victim) == before, planted


def test_a_report_is_written_through_no_link(keyring_file: Path, tmp_path: Path) -> None:
    """A name that can be foretold is not written to before it is ours."""
    place, victim = keyring_file.with_name("keyring.json.instances"), tmp_path / "victim"
    victim.write_text("precious")
    Keyring.from_file(keyring_file).open()
    (mine,) = place.iterdir()
    for planted in (mine.name, *(f".{mine.name}.{thread}" for thread in _threads())):
        (place / planted).unlink(missing_ok=True)
        (place / planted).symlink_to(victim)
    Keyring.from_file(keyring_file).open()
    assert victim.read_text() == "precious"


def _threads() -> list[int]:
    import threading

    return [thread.ident for thread in threading.enumerate() if thread.ident is not None]
