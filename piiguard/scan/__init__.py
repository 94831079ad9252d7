"""Reads databases, logs and files, judges what they hold, and reports findings.

>>> from piiguard.scan import Options, scan_log
>>> import io
>>> report = scan_log(io.BytesIO("ИИН 050312300015".encode()), Options(entities=("KZ_IIN",)))
>>> [(finding.entity, finding.lines, finding.masked) for finding in report.findings]
[('KZ_IIN', (1,), '05**********')]

What a report is made of is imported at once; what reads, on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from piiguard.scan.finding import Failure, Finding, Match, Note, ScanReport, Target, Unread
from piiguard.scan.options import Limits, Options

if TYPE_CHECKING:
    from piiguard.scan.targets import scan_database, scan_log

__all__ = [
    "Failure",
    "Finding",
    "Limits",
    "Match",
    "Note",
    "Options",
    "ScanReport",
    "Target",
    "Unread",
    "scan_database",
    "scan_log",
]

_LAZY = {"scan_database": "targets", "scan_log": "targets"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
