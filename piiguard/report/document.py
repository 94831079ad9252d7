"""The findings document and the lines of single matches: what programs read."""

from __future__ import annotations

import json
from typing import Any

from piiguard.scan.finding import Match, ScanReport

__all__ = ["to_json", "to_line"]


def to_json(report: ScanReport) -> str:
    """The document of ``docs/schema/findings.schema.json``."""
    return _dump(report.to_dict(), indent=2)


def to_line(match: Match) -> str:
    """One match as one line, as in ``docs/schema/match.schema.json``."""
    return _dump(match.to_dict())


def _dump(value: Any, indent: int | None = None) -> str:
    # A file name may hold bytes that are no text; a lone surrogate cannot be written as UTF-8, its escape can.
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"
