"""Keys and the ORM layer against those of 0.1.0: they must not have become slower."""

from __future__ import annotations

from pathlib import Path

from benchmarks.against.goals import at_most
from benchmarks.against.others import REPOSITORY
from benchmarks.against.workers import interleaved, started
from benchmarks.harness import Harness

__all__ = ["compare"]

MOST = 1.05
ROUNDS = 11


def compare(harness: Harness, folder: Path, first: Path) -> None:
    """Write one section. The least of the rounds is compared: other programs only add."""
    rows = []
    for layer in ("keys", "orm"):
        (theirs := folder / f"{layer}-there").mkdir()
        (ours := folder / f"{layer}-here").mkdir()
        with started(layer, theirs, first) as there, started(layer, ours, REPOSITORY) as here:
            for step in here.steps:
                old, new = interleaved(max(harness.rounds, ROUNDS), (there, step), (here, step))
                ratio = new.least / old.least
                cells = f"{old.least * 1e3:.1f} ms", f"{new.least * 1e3:.1f} ms", f"{ratio:.2f}x"
                rows.append((layer, step, *cells, at_most(MOST, ratio, "x")))
    header = ["layer", "step", "0.1.0", "here", "here to 0.1.0", "goal"]
    harness.section(
        "against.layers",
        "Keys and ORM layer against 0.1.0",
        header,
        rows,
        packages=["cryptography", "sqlalchemy"],
        notes="SQLite in memory. The least of the rounds. The index names its edition, `digits/2`; without the number each"
        " write of a unique value looks for the older edition first, 1.5 to 4 times the cost of a single insert.",
    )
