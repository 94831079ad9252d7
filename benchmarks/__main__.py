"""``python -m benchmarks NAME…``: run benchmarks and write their sections of ``docs/benchmarks.md``.

Each benchmark is a package here with ``run(harness)``; without a name, all of them run.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from pathlib import Path

from benchmarks.harness import Harness


def names() -> list[str]:
    """The benchmarks that there are."""
    return sorted(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.ispkg)


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*names(), []], help="a benchmark; all when none is named")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the input, 1 is the published one")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the benchmark `against`, 3 at least")
    parser.add_argument(
        "--checkout", type=Path, help="what `against` compares with, in place of 0.1.0 out of the repository"
    )
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/benchmarks.md as it is")
    chosen = parser.parse_args()
    for name in chosen.name or names():
        harness = Harness(
            scale=chosen.scale,
            write=not chosen.dry,
            rounds=max(chosen.rounds, 3),
            checkout=chosen.checkout and chosen.checkout.resolve(),
        )
        importlib.import_module(f"benchmarks.{name}").run(harness)


if __name__ == "__main__":
    main()
