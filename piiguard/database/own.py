"""The tables that our own jobs keep in a database beside its data."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["OWN", "is_own"]

OWN = {
    "piiguard_state": frozenset({"name", "keyring_id", "generation", "updated"}),
    "piiguard_jobs": frozenset(
        {
            *("table_name", "part", "kind", "columns", "keyring_id", "generation", "target", "state"),
            *(
                "owner",
                "host",
                "low",
                "high",
                "last_key",
                "changed",
                "missed",
                "failed",
                "started",
                "updated",
            ),
        }
    ),
    "piiguard_restricted": frozenset({"name", "table_name", "sealed"}),
    "piiguard_residues": frozenset({"place", "what", "since", "cleaned", "cleaned_by"}),
}


def is_own(name: str, columns: Collection[str]) -> bool:
    """Whether this is one of them: by its name alone anybody could hide a table.

    >>> is_own("piiguard_state", ["name", "keyring_id", "updated"]), is_own("piiguard_state", ["name", "iin"])
    (True, False)
    """
    return name in OWN and OWN[name].issuperset(columns) and len(columns) > 2
