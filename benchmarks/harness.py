"""What every benchmark shares: interleaved runs, medians, ratios, and the page they are written to.

The machines that run them are noisy, so the figure to quote is the ratio of two medians from one
interleaved run (A B C, A B C, …), in processor time unless a server does part of the work.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Harness", "Timing"]

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Every section is written by one command, `python -m benchmarks NAME`. Machines are noisy: read the ratios,
which come from one interleaved run, rather than the absolute figures. Goals are those of the project's plan;
a goal that is missed says so.

`python -m benchmarks against` compares everything with 0.1.0, and the engine with other tools, in one interleaved run of some minutes.
`--rounds 5` makes it surer, `--checkout FOLDER` compares with another version, `--dry` leaves this page alone.
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one candidate: the median, the least and the most over the rounds."""

    median: float
    least: float
    most: float

    def ratio(self, other: Timing) -> float:
        """How many times longer than ``other`` this took."""
        return self.median / other.median


class Harness:
    """Runs candidates in turn and writes one section of the page.

    ``scale`` multiplies the size of inputs, so that a benchmark can be tried out quickly; ``write`` False
    leaves the page alone. ``rounds`` and ``checkout``, a folder that holds 0.1.0, are for the benchmark ``against``.
    """

    def __init__(
        self, *, scale: float = 1.0, write: bool = True, rounds: int = 3, checkout: Path | None = None
    ) -> None:
        self.scale = scale
        self.write = write
        self.rounds = rounds
        self.checkout = checkout

    def size(self, rows: int) -> int:
        """A number of rows or bytes at this scale, at least 1."""
        return max(1, int(rows * self.scale))

    def interleave(
        self,
        candidates: Mapping[str, Callable[[], object]],
        *,
        rounds: int = 5,
        clock: Callable[[], float] = time.process_time,
    ) -> dict[str, Timing]:
        """Run each candidate once per round, in turn, after one round that is not counted."""
        seconds: dict[str, list[float]] = {name: [] for name in candidates}
        for counted in range(-1, rounds):
            for name, run in candidates.items():
                started = clock()
                run()
                if counted >= 0:
                    seconds[name].append(clock() - started)
        return {n: Timing(statistics.median(s), min(s), max(s)) for n, s in seconds.items()}

    def section(
        self,
        name: str,
        title: str,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        packages: Sequence[str] = (),
        notes: str = "",
    ) -> None:
        """Print a table and put it into the page between the marks of ``name``."""
        table = [_row(header), _row(["---"] * len(header)), *map(_row, rows)]
        where = f"`python -m benchmarks {name.split('.')[0]}` · {_machine()} · {_versions(packages)}"
        text = "\n".join([f"## {title}", "", where, "", *table, *(["", notes.strip()] if notes else [])])
        print(text, end="\n\n")
        if self.write:
            _store(name, text)


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {_today()}"


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _versions(packages: Sequence[str]) -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("piiguard", *packages))


def _store(name: str, text: str) -> None:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    block = f"{begin}\n{text}\n{end}"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    marked = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    found = marked.search(page)
    page = page[: found.start()] + block + page[found.end() :] if found else f"{page.rstrip()}\n\n{block}\n"
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
