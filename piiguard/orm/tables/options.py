"""What an encrypted column cannot be, refused before the table is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from piiguard.orm.errors import EncryptedColumnError

__all__ = ["refuse_options"]

_PURPOSES = (
    (
        "primary_key",
        "be a primary key",
        "encryption is random: use a surrogate key, and find rows by a blind index",
    ),
    ("foreign_keys", "be a foreign key", "refer to a surrogate key, or join on a blind index"),
    ("unique", "be unique", "put unique=True on the blind index"),
    ("index", "be indexed", "put index=True on the blind index"),
)


def _has(columns: Iterable[Any], column: Column[Any]) -> bool:
    return any(column is one for one in columns)  # == makes SQL


def refuse_options(table: Table, column: Column[Any]) -> None:
    """Raise EncryptedColumnError for a key, a constraint or a default that cannot work on ciphertext."""
    place = f"{table.fullname}.{column.name}"
    for option, purpose, hint in _PURPOSES:
        if getattr(column, option):
            raise EncryptedColumnError(f"{place} is encrypted and cannot {purpose}", hint=hint)
    if column.onupdate is not None:
        raise EncryptedColumnError(
            f"{place} is encrypted and cannot have onupdate",
            hint="its blind index would not see the value: set it",
        )
    if column.server_default is not None or column.server_onupdate is not None or column.computed is not None:
        raise EncryptedColumnError(
            f"{place} is encrypted and cannot have a value that the database makes",
            hint="a server default stands in plain in the schema: use default=, which runs here",
        )
    if column.default is not None and not (column.default.is_scalar or column.default.is_callable):
        raise EncryptedColumnError(
            f"{place} is encrypted and cannot have an SQL expression as its default",
            hint="the database would store its result in plain: use a Python function",
        )
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint) and _has(
            constraint.columns, column
        ):
            kind = "a foreign key" if isinstance(constraint, ForeignKeyConstraint) else "unique"
            raise EncryptedColumnError(
                f"{place} is encrypted and cannot be {kind}", hint="put the constraint on the blind index"
            )
    for index in table.indexes:
        if _has(index.columns, column):
            raise EncryptedColumnError(
                f"{place} is encrypted and cannot be indexed", hint="put the index on the blind index"
            )
