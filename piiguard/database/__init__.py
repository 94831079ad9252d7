"""The one place that opens databases, for the scanner and the jobs alike, and says what went wrong without a value."""

from __future__ import annotations

from piiguard.database.opening import connect, open_engine
from piiguard.database.planning import run_when_planned
from piiguard.database.reasons import explain, reason, shown
from piiguard.database.servers import PATH, compiled, home, inspect, is_almighty, own_path

__all__ = [
    "PATH",
    "compiled",
    "connect",
    "explain",
    "home",
    "inspect",
    "is_almighty",
    "open_engine",
    "own_path",
    "reason",
    "run_when_planned",
    "shown",
]
