"""Processes for the tests of safety: a job that is killed, and an application that writes meanwhile.

Both are forks, so that a kill comes within milliseconds of a start and 200 of them take minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import PiiguardError
from piiguard.keys import Keyring
from piiguard.keys.heartbeat import FileHeartbeat, behind
from piiguard.protect.transient import is_transient

KILLS = int(
    os.environ.get("PIIGUARD_KILLS", "5")
)  # per test; 50 are 200 in each database: docs/reliability.md
PATIENCE = 120.0  # seconds that a busy machine may take
needs_fork = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="the harness forks; POSIX only"
)
Write = Callable[[sa.Engine, Keyring, int, str], None]


def _finally_exit(run: Callable[..., Any], pipe: Connection, *args: Any) -> None:
    try:
        pipe.send(("done", run(*args)))
    except PiiguardError as error:
        pipe.send(("error", str(error)))
    except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
        pipe.send(("broken", repr(error)))
    finally:
        os._exit(0)


def start(run: Callable[..., Any], *args: Any) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_finally_exit, args=(run, theirs, *args))
    process.start()
    theirs.close()
    return process, ours


def run_and_kill(rng: random.Random, longest: float, run: Callable[..., Any], *args: Any) -> bool:
    """Start a job and kill it at a random instant; True: it was faster, and had come to its end."""
    process, pipe = start(run, *args)
    ended = pipe.poll(rng.uniform(0.0, longest))
    process.kill()
    process.join()
    if not ended:
        return False
    word, told = pipe.recv()
    assert word == "done", told
    return True


@contextmanager
def writing(write: Write, url: str, keyring: Keyring, rows: int, seed: int) -> Iterator[dict[int, str]]:
    """An application that changes random rows all the time; afterwards the dict holds what it wrote last."""
    context = multiprocessing.get_context("fork")
    begun, stop = context.Event(), context.Event()
    process, pipe = start(_write_on, write, url, keyring, rows, seed, begun, stop)
    written: dict[int, str] = {}
    try:
        assert begun.wait(PATIENCE)
        yield written
    finally:
        stop.set()
        word, told = pipe.recv()
        process.join()
        assert word == "done", told
        written.update(told)


def wait_until_loaded(keyring: Keyring) -> None:
    """What keys promote looks at: whether every application has loaded the newest file."""
    end = time.monotonic() + PATIENCE
    while late := behind(FileHeartbeat(keyring.path).beats(), keyring.id, keyring.generation):
        assert time.monotonic() < end, late
        time.sleep(0.05)


def _write_on(
    write: Write, url: str, keyring: Keyring, rows: int, seed: int, begun: Any, stop: Any
) -> dict[int, str]:
    engine = sa.create_engine(url)
    rng, written = random.Random(seed), {}
    number = seed % 90 * 100_000  # no two applications of one test write equal values: an index may be unique
    while not stop.is_set():
        number += 1
        row, value = rng.randint(1, rows), f"+7 702 {number:07}"
        if _written(write, engine, keyring, row, value):
            written[row] = value
            begun.set()
        time.sleep(0.002)
    engine.dispose()
    return written


def _written(write: Write, engine: sa.Engine, keyring: Keyring, row: int, value: str) -> bool:
    """Until it is committed; locks and deadlocks are tried again as an application would."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            write(engine, keyring, row, value)
            return True
        except sa.exc.DBAPIError as error:
            if not is_transient(error, reconnecting=False):
                return False  # the column has changed its type: this application is of before the cut-over
            time.sleep(0.01)
    raise AssertionError("the writer never got through")
