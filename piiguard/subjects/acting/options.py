"""What every act on a person takes beside whom it concerns: one signature for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from piiguard.subjects.acting.act import Planned
from piiguard.subjects.rows.known import Named

__all__ = ["ActOptions", "Agreed", "EraseOptions", "refuse_unknown"]

Agreed = Callable[[Sequence[Planned]], bool]
"""Is shown the plans before anything is changed, and says whether they are carried out."""


class ActOptions(TypedDict, total=False):
    """Each may be left out."""

    findings: Iterable[Named]
    """what a scan has found: its columns are known to hold that"""
    accept_unread: Iterable[str]
    """globs of table.column: documents and pictures there need not be searched where nobody can take them apart"""
    trail: Path | None
    """a file for the lines of the audit trail, where the keyring cannot be written"""
    agreed: Agreed
    """without it every plan is carried out"""


class EraseOptions(ActOptions, total=False):
    """What an erasure takes as well."""

    leave_kept: bool
    """leave rows as they are that a law keeps and no rule restricts"""
    tombstones: Path | None
    """where the tombstones lie, if not beside the keyring"""


def refuse_unknown(options: Mapping[str, object], kind: type[ActOptions | EraseOptions]) -> None:
    """Raises TypeError, as for any argument that is none: an ``agreed`` with a slip would be nobody's question."""
    if strange := options.keys() - kind.__annotations__.keys():
        raise TypeError(f"there is no option {min(strange)}")
