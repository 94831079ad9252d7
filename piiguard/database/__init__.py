"""The one place that opens databases, for the scanner and the jobs alike, and says what went wrong without a value."""

from __future__ import annotations

from piiguard.database.encoding import names_no_encoding
from piiguard.database.opening import connect, open_engine, open_reader
from piiguard.database.patience import LATE, patient, renew
from piiguard.database.planning import run_when_planned
from piiguard.database.reasons import asked_for, explain, reason, shown
from piiguard.database.servers import PATH, compiled, home, inspect, is_almighty, own_path
from piiguard.database.sqlite import LeftUnread, file_of, is_file
from piiguard.database.sqlite_reading import reading, stop_if_asked, uncounted

__all__ = [
    "LATE",
    "PATH",
    "LeftUnread",
    "asked_for",
    "compiled",
    "connect",
    "explain",
    "file_of",
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
    "renew",
    "run_when_planned",
    "shown",
    "stop_if_asked",
    "uncounted",
]
