"""How long the command line and the ORM layer take to start, in processor time of a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.harness import Harness


def spent(*code: str) -> None:
    """Run a fresh interpreter; its processor time counts as that of a child."""
    subprocess.run([sys.executable, *code], check=True, stdout=subprocess.DEVNULL)


def children() -> float:
    """Processor seconds of all finished children."""
    times = os.times()
    return times.children_user + times.children_system


def run(harness: Harness) -> None:
    """Compare start-up times with those of what they are built on."""
    timings = harness.interleave(
        {
            "python -c pass": lambda: spent("-c", "pass"),
            "import sqlalchemy.orm": lambda: spent("-c", "import sqlalchemy.orm"),
            "import piiguard.orm": lambda: spent("-c", "import piiguard.orm"),
            "piiguard --help": lambda: spent("-m", "piiguard", "--help"),
            "import presidio_analyzer": lambda: spent("-c", "import presidio_analyzer"),
        },
        rounds=7,
        clock=children,
    )
    goals = {
        "import piiguard.orm": (timings["import sqlalchemy.orm"], "≤ 1.25x of `import sqlalchemy.orm`"),
        "piiguard --help": (timings["import sqlalchemy.orm"], "≤ 0.3 s"),
    }
    rows = []
    for name, timing in timings.items():
        peer, goal = goals.get(name, (None, ""))
        ratio = f"{timing.ratio(peer):.2f}x" if peer else ""
        rows.append((f"`{name}`", f"{timing.median:.3f} s", ratio, goal))
    header = ["start", "processor time", "ratio to `import sqlalchemy.orm`", "goal"]
    harness.section("startup", "Start-up", header, rows, packages=["sqlalchemy", "click"])
