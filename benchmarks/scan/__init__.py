"""How fast logs and databases are scanned, and against what a user would pick instead."""

from __future__ import annotations

from benchmarks.harness import Harness
from benchmarks.scan import databases, engines, files


def run(harness: Harness) -> None:
    """Measure the engine on logs, then whole scans of tables and of files."""
    engines.run(harness)
    databases.run(harness)
    files.run(harness)
