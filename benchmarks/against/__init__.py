"""This version against 0.1.0 and against other tools: every goal of speed, in one interleaved run of processor time.

0.1.0 is taken out of the repository, the tools are installed into ``build/peers``; what cannot be had, its row says.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.against import inputs, layers, peers, speed
from benchmarks.against.others import FIRST, REPOSITORY, checkout
from benchmarks.against.workers import started
from benchmarks.harness import Harness

__all__ = ["run"]

NOTES = f"""0.1.0 is commit {FIRST}. Two processes, one for each version, take turns with every step, and two runs of a command likewise;
the figures are medians. Inputs are smaller than those of the plan where 0.1.0 would need minutes: logs of 1 to 4 MB, a table of 100,000
rows. What was found is not equal by design: recognizers changed, and that they and the engine agree is a law with tests of its own
(`make fuzz`).

Limits, by profile. A clean log: half is the one pass of the automaton, the other half the gate that looks for labels beside numbers; a
first pass that names lines was tried and is not built ([decision 186](decisions/0186-the-label-gate-remembers.md)). A log with
values: the automaton is a sixth, the rest is Python on the lines that have some: patterns, checks, and the words around each
match, none of which is more than a tenth. Rows of tables: a quarter is reading CSV, the rest counting and grammars of names and
addresses, which read the first 10,000 rows whole."""


def run(harness: Harness) -> None:
    """Write every section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs.prepare(folder, harness)
        first = harness.checkout or checkout(folder / "first")
        with started("engine", folder, first) as there, started("engine", folder, REPOSITORY) as here:
            versions = speed.Versions(harness, folder, there, here, (first, REPOSITORY))
            header = ["work", "0.1.0", "here", "here to 0.1.0", "goal"]
            rows = list(speed.rows(versions))
            harness.section(
                "against", "Speed against 0.1.0", header, rows, packages=["hyperscan"], notes=NOTES
            )
            peers.compare(harness, folder, here)
        layers.compare(harness, folder, first)
