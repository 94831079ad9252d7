"""What stands around a cipher when a column is text, half migrated, or may hold broken rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from piiguard.errors import DecryptionError, PiiguardError
from piiguard.keys.envelope import from_text, looks_encrypted, to_text
from piiguard.orm.tables import EncryptedKind
from piiguard.orm.types.sealed import Sealed

__all__ = [
    "PlaintextCount",
    "bytes_reader",
    "marking_reader",
    "migrating_reader",
    "placed_reader",
    "text_reader",
    "text_writer",
]

_Reader = Callable[[Any], Any]


class PlaintextCount:
    """Counts values met in plain; shared by the copies of one type."""

    def __init__(self) -> None:
        self.total = 0


def text_writer(encrypt: Callable[[bytes], bytes], encode: Callable[[Any], bytes]) -> _Reader:
    """Write the text form of an envelope."""

    def write(value: Any) -> str | None:
        return None if value is None else to_text(encrypt(encode(value)))

    return write


def text_reader(decrypt: _Reader) -> _Reader:
    """Read the text form of an envelope."""
    return lambda value: decrypt(from_text(value) if isinstance(value, str) else value)


def bytes_reader(decrypt: _Reader) -> _Reader:
    """Read from a driver that hands over memoryview, as psycopg2 does."""
    return lambda value: decrypt(bytes(value) if isinstance(value, memoryview | bytearray) else value)


def migrating_reader(decrypt: _Reader, column: EncryptedKind, seen: PlaintextCount) -> _Reader:
    """Read ciphertext and, counting it, plaintext; what looks like ciphertext is never taken as plaintext."""

    def read(value: Any) -> Any:
        if value is None or _is_envelope(value, column):
            return decrypt(value)
        seen.total += 1
        return parse(value)

    def parse(value: Any) -> Any:
        try:
            text = value.decode() if isinstance(value, bytes) and not raw else value
            return column.values.parse(text)
        except Exception:  # noqa: BLE001, S110 - its words may repeat the value
            pass
        value = text = None
        raise DecryptionError(f"{column.place}: plaintext that {kind} cannot read", context=column.context)

    raw, kind = column.values.codec.name == "bytes", type(column.inner).__name__
    return read


def _is_envelope(value: Any, column: EncryptedKind) -> bool:
    """By magic byte, except for bytes: an image may begin with F9 as well, so its key must be known."""
    if isinstance(value, str):
        return looks_encrypted(value)
    if not isinstance(value, bytes | bytearray | memoryview):
        return False
    if column.values.codec.name != "bytes":
        return bytes(value[:1]) == b"\xf9"
    if not looks_encrypted(bytes(value)):
        return False
    try:
        column.keyring.version_of(bytes(value))
    except PiiguardError:
        return False
    return True


def marking_reader(decrypt: _Reader, column: EncryptedKind) -> _Reader:
    """Read what cannot be decrypted as a :class:`Sealed`, so that one broken row does not lose the page."""

    def read(value: Any) -> Any:
        try:
            return decrypt(value)
        except PiiguardError as error:
            return Sealed(column.place, type(error).__name__, str(error))

    return read


def placed_reader(decrypt: _Reader, column: EncryptedKind) -> _Reader:
    """Add the column to an error, which knows the context only."""

    def read(value: Any) -> Any:
        try:
            return decrypt(value)
        except PiiguardError as error:
            error.add_note(f"read from {column.place}")
            raise

    return read
