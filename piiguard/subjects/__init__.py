"""A person's data: where it lies, and that it goes when it must.

Everything is loaded on first use: what reads a manifest needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.subjects.find import find_subject
    from piiguard.subjects.found import SubjectReport
    from piiguard.subjects.identifiers import Identifier

__all__ = ["Identifier", "SubjectReport", "find_subject"]

_HOMES = {
    "Identifier": "identifiers",
    "SubjectReport": "found",
    "find_subject": "find",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
