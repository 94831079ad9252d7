"""Processes that take turns: whatever else the machine does falls on all that are compared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

__all__ = ["Failed", "Spent", "Worker", "children", "environment", "interleaved", "started"]

HERE = Path(__file__).parent
BYTECODE = HERE.parents[1] / "build" / "bytecode"


class Failed(Exception):
    """The process of something compared has ended."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds over the rounds, and what was found in the last."""

    seconds: Sequence[float]
    found: int = 0

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def least(self) -> float:
        return min(self.seconds)


@dataclass(frozen=True, slots=True)
class Worker:
    """One thing that is compared: the steps it has, and a way to run one."""

    steps: Sequence[str]
    asked: IO[str]
    told: IO[str]

    def run(self, step: str) -> tuple[float, int]:
        """Seconds of processor, and what was found."""
        print(step, file=self.asked, flush=True)
        seconds, _, found = self.told.readline().partition(" ")
        if not found:
            raise Failed(f"{step}: {seconds.strip() or 'its process has ended'}")
        return float(seconds), int(found)


def environment(*paths: Path) -> dict[str, str]:
    """What a process is started with: these paths first, and compiled modules kept, as they are for whoever installs."""
    path = os.pathsep.join([*map(str, paths), *filter(None, [os.environ.get("PYTHONPATH")])])
    own = {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | own


@contextmanager
def started(steps: str, folder: Path, *paths: Path) -> Iterator[Worker]:
    """Run the steps of a file in a process that imports from these paths before any other."""
    with subprocess.Popen(
        [sys.executable, "-P", str(HERE / "worker.py"), str(HERE / "steps" / f"{steps}.py"), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(*paths),
        cwd=folder,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if not (names := process.stdout.readline().strip()):
            raise Failed(steps)
        try:
            yield Worker(names.split("\t"), process.stdin, process.stdout)
        finally:
            process.stdin.close()


def interleaved(rounds: int, *turns: tuple[Worker, str]) -> list[Spent]:
    """Let each take its turn in each round, after one that is not counted: it fills caches."""
    answers = [[worker.run(step) for worker, step in turns] for _ in range(rounds + 1)][1:]
    return [Spent([seconds for seconds, _ in own], own[-1][1]) for own in zip(*answers, strict=True)]


def children(command: Sequence[str], *paths: Path, expected: Sequence[int] = (0, 3)) -> float:
    """Run a command to its end and return its processor seconds, start included."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(*paths),
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise Failed(command[0])
    return usage.ru_utime + usage.ru_stime
