"""A pool of processes gives what each task gave, and knows which one killed its process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.scan import pool

pytestmark = pytest.mark.slow


def doubled(task: int, stopped: Callable[[], bool]) -> int:
    return 2 * task


def fatal(task: int, stopped: Callable[[], bool]) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def patient(task: Path, stopped: Callable[[], bool]) -> str:
    task.touch()
    while not stopped():
        time.sleep(0.01)
    return "stopped"


def test_every_task_is_read() -> None:
    assert sorted(pool.run(doubled, [1, 2, 3], 2)) == [(1, 2), (2, 4), (3, 6)]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_the_task_that_kills_its_process_is_known_and_the_others_are_read() -> None:
    assert sorted(pool.run(fatal, [1, 2, 3, 4], 2), key=lambda read: read[0]) == [
        (1, 1),
        (2, None),
        (3, 3),
        (4, 4),
    ]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_an_interrupt_lets_what_runs_say_how_far_it_came(tmp_path: Path) -> None:
    from threading import Thread

    begun, parent = tmp_path / "begun", os.getpid()

    def interrupt() -> None:
        while not begun.exists():
            time.sleep(0.01)
        os.kill(parent, signal.SIGINT)

    thread = Thread(target=interrupt)
    thread.start()
    read: list[tuple[Path, str | None]] = []
    with pytest.raises(KeyboardInterrupt):
        read.extend(pool.run(patient, [begun], 1))
    thread.join()
    assert read == [(begun, "stopped")]
