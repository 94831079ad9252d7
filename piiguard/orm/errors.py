"""What a query or an assignment on an encrypted column cannot do."""

from __future__ import annotations

from sqlalchemy.exc import DontWrapMixin

from piiguard.errors import PiiguardError

__all__ = ["EncryptedColumnError"]


class EncryptedColumnError(PiiguardError, DontWrapMixin):
    """The statement or the value cannot work on an encrypted column.

    SQLAlchemy wraps what is raised while it binds parameters into an error that repeats them, that is, the
    plaintext; it leaves alone what mixes in DontWrapMixin.
    """
