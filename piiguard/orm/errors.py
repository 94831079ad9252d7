"""What a query or an assignment on an encrypted column cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DontWrapMixin

from piiguard.errors import PiiguardError

if TYPE_CHECKING:
    from sqlalchemy import Column

__all__ = ["EncryptedColumnError", "not_an_expression"]


class EncryptedColumnError(PiiguardError, DontWrapMixin):
    """The statement or the value cannot work on an encrypted column.

    SQLAlchemy wraps what is raised while it binds parameters into an error that repeats them, that is, the
    plaintext; it leaves alone what mixes in DontWrapMixin.
    """


def not_an_expression(column: Column[Any]) -> EncryptedColumnError:
    """The refusal of SQL where a value belongs."""
    return EncryptedColumnError(
        f"{column.table}.{column.name} is encrypted and cannot be set to an SQL expression",
        hint="the database would store its result in plain: compute the value in Python",
    )
