"""Whether a column can be encrypted at all: what would be lost without a word is refused before anything runs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.errors import JobError

__all__ = ["refuse_unfit"]


def refuse_unfit(column: sa.Column[Any], place: str) -> None:
    """Raise for a column that cannot be swapped by what it is itself."""
    if column.primary_key:
        raise JobError(
            f"{place}: the column is in the primary key, and random ciphertext cannot name a row",
            hint="give the table a key of its own first; look rows up by a blind index (--index)",
        )
    if column.computed is not None:
        raise JobError(f"{place}: the column is computed", hint="encrypt the column it is computed from")
    if column.server_default is not None and not _is_null(column.server_default):
        raise JobError(
            f"{place}: the column has a default, which would be stored as plaintext",
            hint="drop the default first",
        )


def _is_null(default: Any) -> bool:
    """PostgreSQL spells out a default of NULL, with the type behind it."""
    return str(getattr(default, "arg", "")).upper().split("::")[0].strip("() ") == "NULL"
