"""Why a number is refused.

::

    InvalidNumber(PiiguardError, ValueError)   .reason   one word, the same in every module and in the test vectors
    ├── InvalidFormat               characters that cannot be there
    │   └── InvalidLength           too short or too long
    ├── InvalidChecksum             a check digit is wrong
    └── InvalidComponent            a part (date, month, type, prefix, issuer) does not exist

No message holds the number.
"""

from __future__ import annotations

from collections.abc import Callable

from piiguard.errors import PiiguardError

__all__ = ["InvalidChecksum", "InvalidComponent", "InvalidFormat", "InvalidLength", "InvalidNumber", "passes"]


class InvalidNumber(PiiguardError, ValueError):
    """The number is not valid; ``reason`` says in one word which rule it breaks first."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


class InvalidFormat(InvalidNumber):
    """It holds characters that cannot be there."""


class InvalidLength(InvalidFormat):
    """It is too short or too long."""


class InvalidChecksum(InvalidNumber):
    """A check digit is wrong."""


class InvalidComponent(InvalidNumber):
    """A part of it does not exist: a date, a type, a prefix, an issuer."""


def passes(validate: Callable[[str], object], number: str) -> bool:
    """Say whether ``validate`` takes a number: what every module's ``is_valid`` says."""
    raw = getattr(validate, "__wrapped__", validate)  # nobody sees this exception, so its frames need no care
    try:
        raw(number)
    except InvalidNumber:
        return False
    return True
