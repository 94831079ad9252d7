"""The exceptions of piiguard.

::

    PiiguardError                       .hint: what to do next
    ├── KeyringError                    the keyring cannot be used
    │   ├── KeyringFormatError          not a keyring, newer format, older generation, readable by others
    │   ├── WrappingKeyError            wrong or missing wrapping key
    │   ├── KeyVersionNotFound          .version or .key_id, .known
    │   ├── KeyVersionRetired           .version   known, refused on purpose; can be undone
    │   ├── KeyVersionDestroyed         .version   cannot be undone
    │   └── KeyVersionInUse             .version, .rows   retire or destroy refused
    ├── DecryptionError                 .context, .version   one message for every cause of a failed tag
    │   └── ValueRestricted             it lies sealed elsewhere until it is released
    ├── EnvelopeError                   truncated, or a suite that this version does not know
    ├── NotEncrypted                    no envelope: plaintext is still in the column
    ├── ManifestError                   .path   unknown table, column, context
    ├── DatabaseError                   .source   the database cannot be reached or read
    ├── JobError                        a job cannot start or go on; what it has done stays valid
    ├── ScanError                       .source   a target cannot be read
    ├── SubjectError                    what is asked for about a person cannot be done; nothing was changed
    ├── MissingExtra                    .extra   says what to install
    ├── NotIndexable(ValueError)        a value that has no blind index
    ├── InvalidNumber(ValueError)       .reason   stands in piiguard.recognizers.checks
    └── EncryptedColumnError            stands in piiguard.orm: it needs SQLAlchemy

A message names a place, a version or a count, never a value or a byte of a key. It is lower case,
without a full stop, and begins with the place; the hint is an action.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

__all__ = [
    "DatabaseError",
    "DecryptionError",
    "EnvelopeError",
    "JobError",
    "KeyVersionDestroyed",
    "KeyVersionInUse",
    "KeyVersionNotFound",
    "KeyVersionRetired",
    "KeyringError",
    "KeyringFormatError",
    "ManifestError",
    "MissingExtra",
    "NotEncrypted",
    "NotIndexable",
    "PiiguardError",
    "ScanError",
    "SubjectError",
    "ValueRestricted",
    "WrappingKeyError",
    "internal",
]


class PiiguardError(Exception):
    """The root of the tree; ``hint`` says what to do next, or is empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class KeyringError(PiiguardError):
    """The keyring cannot be used."""


class KeyringFormatError(KeyringError):
    """The file is no keyring, of a newer format, of an older generation, or readable by others."""


class WrappingKeyError(KeyringError):
    """The wrapping key is missing, or it does not open this keyring."""


class KeyVersionNotFound(KeyringError):
    """A row or a command names a key version that the keyring does not have."""

    def __init__(
        self,
        message: str,
        *,
        version: int | None = None,
        key_id: int | None = None,
        known: Sequence[int] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.version = version
        self.key_id = key_id
        self.known = tuple(known)


class KeyVersionRetired(KeyringError):
    """The key version is refused on purpose; ``keys retire --undo`` brings it back."""

    def __init__(self, message: str, *, version: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.version = version


class KeyVersionDestroyed(KeyringError):
    """The key material is gone; what it encrypted cannot be read again."""

    def __init__(self, message: str, *, version: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.version = version


class KeyVersionInUse(KeyringError):
    """Rows still depend on the key version, so it can be neither retired nor destroyed."""

    def __init__(self, message: str, *, version: int, rows: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.version = version
        self.rows = rows


class DecryptionError(PiiguardError):
    """The tag does not match. Which of its causes it was is not told: that would help an attacker."""

    def __init__(
        self, message: str, *, context: str | None = None, version: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.context = context
        self.version = version


class ValueRestricted(DecryptionError):
    """The value is restricted: it lies sealed elsewhere, and ``piiguard subject release`` puts it back."""

    def __init__(self, context: str) -> None:
        super().__init__(
            f"{context}: the value is restricted",
            context=context,
            hint="piiguard subject release puts it back",
        )


class EnvelopeError(PiiguardError):
    """The bytes begin like an envelope but are truncated or of an unknown suite."""


class NotEncrypted(PiiguardError):
    """The column holds plaintext: a state of a migration, not an alarm."""


class NotIndexable(PiiguardError, ValueError):
    """A value has no blind index under its rule; the message says why and holds no part of it."""


class ManifestError(PiiguardError):
    """The manifest cannot be read, or it does not name what a command needs."""

    def __init__(self, message: str, *, path: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class DatabaseError(PiiguardError):
    """The database cannot be reached or read; ``source`` is its URL without the password."""

    def __init__(self, message: str, *, source: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.source = source


class JobError(PiiguardError):
    """A job cannot start or go on. What it has committed stays valid; it can be run again."""


class ScanError(PiiguardError):
    """A target cannot be read; ``source`` is its path or its URL without the password."""

    def __init__(self, message: str, *, source: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.source = source


class SubjectError(PiiguardError):
    """What is asked for about a person cannot be done; nothing was changed."""


class MissingExtra(PiiguardError):
    """A library of an optional extra is needed but not installed.

    >>> MissingExtra("scan", "presidio-analyzer").hint
    "pip install 'piiguard[scan]'"
    """

    def __init__(self, extra: str, library: str) -> None:
        super().__init__(f"{library} is not installed", hint=f"pip install 'piiguard[{extra}]'")
        self.extra = extra


def internal(error: BaseException) -> str:
    """What to say of an unforeseen error: its type and place, not its message, which may hold a value."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal error: {type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"
