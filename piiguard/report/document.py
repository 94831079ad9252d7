"""The findings document and the lines of single matches: what programs read."""

from __future__ import annotations

from piiguard.names import json_text
from piiguard.scan.finding import Match, ScanReport

__all__ = ["to_json", "to_line"]


def to_json(report: ScanReport) -> str:
    """The document of ``docs/schema/findings.schema.json``."""
    return json_text(report.to_dict(), indent=2) + "\n"


def to_line(match: Match) -> str:
    """One match as one line, as in ``docs/schema/match.schema.json``."""
    return json_text(match.to_dict()) + "\n"
