"""A lock goes with its command, only one holds it, and what somebody has put in its place is neither used nor removed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from piiguard import locks
from piiguard.database import open_engine
from piiguard.errors import JobError, KeyringError
from piiguard.keys import store
from piiguard.protect.schema import lock as jobs

from .files import state_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, pipes and owners of POSIX")

PATIENCE = 120.0  # seconds that a busy machine may take
Take = Callable[[Path], AbstractContextManager[None]]


def take_keyring(folder: Path) -> AbstractContextManager[None]:
    return store.locked(folder / "keyring.json")


def take_job(folder: Path) -> AbstractContextManager[None]:
    if not (folder / "crm.db").exists():
        (folder / "crm.db").touch()
    return jobs.job_lock(open_engine(f"sqlite:///{folder / 'crm.db'}"), "people")


ALL = pytest.mark.parametrize("take", [take_keyring, take_job])


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(jobs, "PATIENCE", 0.2)


def found(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(".lock")]


def place_of(take: Take, folder: Path) -> Path:
    with take(folder):
        [lock] = found(folder)
        assert lock.stat().st_mode & 0o077 == 0  # who is not its owner cannot hold it up
    return lock


@ALL
def test_a_lock_goes_with_its_command_however_that_ends(take: Take, tmp_path: Path) -> None:
    place_of(take, tmp_path)
    assert found(tmp_path) == []
    with pytest.raises(KeyboardInterrupt), take(tmp_path):
        raise KeyboardInterrupt
    assert found(tmp_path) == []


def listening(lock: Path) -> None:
    with contextlib.chdir(lock.parent), socket.socket(socket.AF_UNIX) as server:
        server.bind(lock.name)  # a longer name than a hundred characters is refused


def given_away(lock: Path) -> None:
    lock.touch()
    os.chown(lock, 65534, 65534)
    lock.chmod(0o666)


PLANTED: dict[str, Callable[[Path, Path], object]] = {
    "a link": lambda lock, victim: lock.symlink_to(victim),
    "a link to nothing": lambda lock, victim: lock.symlink_to(victim.with_name("nowhere")),
    "another name of a file": lambda lock, victim: lock.hardlink_to(victim),
    "another name of an empty file": lambda lock, victim: lock.hardlink_to(victim.with_name("empty")),
    "a folder": lambda lock, victim: lock.mkdir(),
    "a pipe": lambda lock, victim: os.mkfifo(lock),
    "a socket": lambda lock, victim: listening(lock),
    "a file with text": lambda lock, victim: lock.write_text("of somebody else\n", encoding="utf-8"),
    "a file of another user": lambda lock, victim: given_away(lock),
}


@ALL
@pytest.mark.parametrize("planted", PLANTED)
def test_what_stands_in_its_place_is_an_error_with_a_hint_and_is_left(
    take: Take, planted: str, tmp_path: Path, hasty: None
) -> None:
    if planted == "a file of another user" and os.geteuid() != 0:
        pytest.skip("only root gives files away")
    lock, victim = place_of(take, tmp_path), tmp_path / "victim"
    victim.write_text("precious\n", encoding="utf-8")
    victim.with_name("empty").touch()
    PLANTED[planted](lock, victim)
    before = state_of(tmp_path)
    with pytest.raises((JobError, KeyringError)) as caught, take(tmp_path):
        pass
    assert lock.name in str(caught.value)
    assert "another command" not in str(caught.value)
    assert "another job" not in str(caught.value)
    assert caught.value.hint
    assert state_of(tmp_path) == before


@ALL
def test_one_that_is_held_says_who_is_at_work(take: Take, tmp_path: Path, hasty: None) -> None:
    with take(tmp_path):
        with pytest.raises((JobError, KeyringError), match=r"another (job|command) is"), take(tmp_path):
            pass
        assert len(found(tmp_path)) == 1


@ALL
def test_whoever_takes_the_name_of_a_lock_that_is_held_keeps_his_file(take: Take, tmp_path: Path) -> None:
    with take(tmp_path):
        [lock] = found(tmp_path)
        lock.unlink()
        lock.touch()
    assert found(tmp_path) == [lock]


WORKER = """
import os, sys, time
from pathlib import Path
from piiguard import locks

lock, inside = Path(sys.argv[1]), Path(sys.argv[2])
for turn in range(int(sys.argv[3])):
    with locks.held(lock, 120):
        inside.write_text(str(os.getpid()))
        if turn == 2:
            print("inside", flush=True)
        time.sleep(0.002)
        if inside.read_text() != str(os.getpid()):
            sys.exit("two at once")
"""


def worker(folder: Path, turns: int) -> subprocess.Popen[str]:
    words = [str(folder / "x.lock"), str(folder / "inside"), str(turns)]
    return subprocess.Popen([sys.executable, "-c", WORKER, *words], stdout=subprocess.PIPE, text=True)


def kill(running: subprocess.Popen[str]) -> None:
    assert running.stdout
    assert running.stdout.readline() == "inside\n"
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=PATIENCE)


def test_processes_never_hold_it_at_once_though_each_removes_it_and_some_are_killed(tmp_path: Path) -> None:
    doomed = [worker(tmp_path, 1_000_000) for _ in range(2)]
    others = [worker(tmp_path, 60) for _ in range(3)]
    for running in doomed:
        kill(running)
    for running in others:
        running.communicate(timeout=PATIENCE)
    assert [running.returncode for running in others] == [0, 0, 0]
    with locks.held(tmp_path / "x.lock", 0):
        pass
    assert found(tmp_path) == []


def test_file_left_by_a_killed_process_holds_up_nobody(tmp_path: Path) -> None:
    running = worker(tmp_path, 1_000_000)
    kill(running)
    (tmp_path / "x.lock").touch()  # whether or not it died while it held it
    with locks.held(tmp_path / "x.lock", 0):
        pass
    assert found(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root is both at once")
def test_lock_that_the_owner_of_the_folder_left_is_taken_over(tmp_path: Path) -> None:
    """The application's user runs a job and is killed; root goes on."""
    os.chown(tmp_path, 65534, 65534)
    given_away(tmp_path / "x.lock")
    with locks.held(tmp_path / "x.lock", 0):
        pass
    assert found(tmp_path) == []
