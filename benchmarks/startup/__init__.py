"""How long the command line and the ORM layer take to start, in processor time of a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.against.workers import environment
from benchmarks.harness import Harness

LINES = "2026-01-05 client called, ИИН 050312300015\n2026-01-05 перезвонить: 8 (701) 123-45-67\n"
FOUND = 3


def spent(*code: str) -> None:
    """Run a fresh interpreter; its processor time counts as that of a child."""
    ran = subprocess.run(
        [sys.executable, *code],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    if ran.returncode not in (0, FOUND):
        raise subprocess.CalledProcessError(ran.returncode, code)


def children() -> float:
    """Processor seconds of all finished children."""
    times = os.times()
    return times.children_user + times.children_system


def run(harness: Harness) -> None:
    """Compare start-up times with those of what they are built on."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "two-lines.log"
        log.write_text(LINES, encoding="utf-8")
        measure(harness, str(log))


def measure(harness: Harness, log: str) -> None:
    """Time every start in turn, ``log`` being the file of two lines that is scanned and redacted."""
    timings = harness.interleave(
        {
            "python -c pass": lambda: spent("-c", "pass"),
            "import sqlalchemy.orm": lambda: spent("-c", "import sqlalchemy.orm"),
            "import piiguard.orm": lambda: spent("-c", "import piiguard.orm"),
            "piiguard --help": lambda: spent("-m", "piiguard", "--help"),
            "piiguard scan, two lines": lambda: spent("-m", "piiguard", "scan", log),
            "piiguard redact, two lines": lambda: spent("-m", "piiguard", "redact", log),
            "import presidio_analyzer": lambda: spent("-c", "import presidio_analyzer"),
        },
        rounds=7,
        clock=children,
    )
    goals = {
        "import piiguard.orm": (timings["import sqlalchemy.orm"], "≤ 1.25x of `import sqlalchemy.orm`"),
        "piiguard --help": (timings["import sqlalchemy.orm"], "≤ 0.3 s"),
        "piiguard scan, two lines": (timings["import sqlalchemy.orm"], "≤ 0.6 s"),
        "piiguard redact, two lines": (timings["import sqlalchemy.orm"], "≤ 0.6 s"),
    }
    rows = []
    for name, timing in timings.items():
        peer, goal = goals.get(name, (None, ""))
        ratio = f"{timing.ratio(peer):.2f}x" if peer else ""
        rows.append((f"`{name}`", f"{timing.median:.3f} s", ratio, goal))
    header = ["start", "processor time", "ratio to `import sqlalchemy.orm`", "goal"]
    harness.section("startup", "Start-up", header, rows, packages=["sqlalchemy", "click"])
