"""Locks that somebody has put in the way: an error with a hint, and nothing through a link."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.protect.schema import lock as locks
from piiguard.protect.schema.lock import job_lock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    (tmp_path / "crm.db").touch()
    return open_engine(f"sqlite:///{tmp_path / 'crm.db'}")


def name_of(engine: sa.Engine, folder: Path) -> Path:
    with job_lock(engine, "people"):
        [lock] = folder.glob(".piiguard-*.lock")
    return lock


def test_lock_stands_beside_the_database_and_goes_with_the_job(engine: sa.Engine, tmp_path: Path) -> None:
    assert not name_of(engine, tmp_path).exists()


@pytest.mark.parametrize("planted", ["link", "dangling", "folder", "pipe"])
def test_what_is_planted_there_is_an_error_with_a_hint(
    engine: sa.Engine, tmp_path: Path, planted: str
) -> None:
    lock, victim = name_of(engine, tmp_path), tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    plant: dict[str, Callable[[], object]] = {
        "link": lambda: lock.symlink_to(victim),
        "dangling": lambda: lock.symlink_to(tmp_path / "nowhere"),
        "folder": lock.mkdir,
        "pipe": lambda: os.mkfifo(lock),
    }
    plant[planted]()
    with pytest.raises(JobError) as caught, job_lock(engine, "people"):
        pass
    assert caught.value.hint
    assert victim.read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_file_left_by_a_killed_job_holds_up_nobody(engine: sa.Engine, tmp_path: Path) -> None:
    name_of(engine, tmp_path).touch()
    with job_lock(engine, "people"):
        pass
    assert list(tmp_path.glob(".piiguard-*.lock")) == []


def test_two_jobs_never_hold_it_at_once(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, guard = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with job_lock(engine, "people"):
                with guard:
                    inside += 1
                    most = max(most, inside)
                threading.Event().wait(0.01)
                with guard:
                    inside -= 1

    monkeypatch.setattr(locks, "PATIENCE", 120.0)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert most == 1


def test_one_that_is_held_says_who_is_at_work(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.0)
    with (
        job_lock(engine, "people"),
        pytest.raises(JobError, match="another job is at work"),
        job_lock(engine, "people"),
    ):
        pass


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else for a moment"
)
def test_outsider_cannot_come_between(engine: sa.Engine, tmp_path: Path) -> None:
    """Who cannot write the folder cannot make the lock, and cannot open the one that is there."""
    with job_lock(engine, "people"):
        [lock] = tmp_path.glob(".piiguard-*.lock")
        assert lock.stat().st_mode & 0o077 == 0
