"""The one place that opens databases, for the scanner and the jobs alike, and says what went wrong without a value.

Everything is loaded on first use: what reads no database needs no SQLAlchemy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.database.encoding import names_no_encoding, whole_json
    from piiguard.database.opening import connect, open_engine, open_reader
    from piiguard.database.own import has_own, refuse_strange
    from piiguard.database.patience import LATE, MUCH, patient, renew
    from piiguard.database.planning import run_when_planned
    from piiguard.database.reasons import asked_for, explain, reason, shown
    from piiguard.database.servers import PATH, compiled, home, inspect, is_almighty, own_path
    from piiguard.database.sqlite import LeftUnread, file_of, is_file
    from piiguard.database.sqlite_reading import reading, stop_if_asked, uncounted

__all__ = [
    "LATE",
    "MUCH",
    "PATH",
    "LeftUnread",
    "asked_for",
    "compiled",
    "connect",
    "explain",
    "file_of",
    "has_own",
    "home",
    "inspect",
    "is_almighty",
    "is_file",
    "names_no_encoding",
    "open_engine",
    "open_reader",
    "own_path",
    "patient",
    "reading",
    "reason",
    "refuse_strange",
    "renew",
    "run_when_planned",
    "shown",
    "stop_if_asked",
    "uncounted",
    "whole_json",
]

_HOMES = {
    "LATE": "patience",
    "MUCH": "patience",
    "LeftUnread": "sqlite",
    "PATH": "servers",
    "asked_for": "reasons",
    "compiled": "servers",
    "connect": "opening",
    "explain": "reasons",
    "file_of": "sqlite",
    "has_own": "own",
    "home": "servers",
    "inspect": "servers",
    "is_almighty": "servers",
    "is_file": "sqlite",
    "names_no_encoding": "encoding",
    "open_engine": "opening",
    "open_reader": "opening",
    "own_path": "servers",
    "patient": "patience",
    "reading": "sqlite_reading",
    "reason": "reasons",
    "refuse_strange": "own",
    "renew": "patience",
    "run_when_planned": "planning",
    "shown": "reasons",
    "stop_if_asked": "sqlite_reading",
    "uncounted": "sqlite_reading",
    "whole_json": "encoding",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
