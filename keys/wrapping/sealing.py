"""Sealing the file key under 32 bytes that a local provider holds."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag

from piiguard.errors import WrappingKeyError
from piiguard.keys import cipher, derivation

__all__ = ["read_key", "unwrap", "wrap"]


def wrap(key: bytes, file_key: bytes, aad: bytes) -> bytes:
    """Seal the file key under a key derived for this keyring."""
    return cipher.seal(_subkey(key, aad), file_key, aad)


def unwrap(key: bytes, wrapped: bytes, aad: bytes, place: str) -> bytes:
    """Open it again."""
    try:
        return cipher.open_sealed(_subkey(key, aad), wrapped, aad)
    except InvalidTag:
        raise WrappingKeyError(
            f"{place}: this wrapping key does not open the keyring",
            hint="use the key that the keyring was last rewrapped with",
        ) from None


def read_key(data: bytes, place: str) -> bytes:
    """32 bytes raw, or in base64 of either alphabet."""
    if len(data) == 32:
        return data
    try:
        text = data.decode("ascii").strip().rstrip("=").replace("+", "-").replace("/", "_")
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise WrappingKeyError(
            f"{place}: not a key: 32 bytes, raw or as base64", hint="openssl rand -base64 32 makes one"
        )
    return key


def _subkey(key: bytes, aad: bytes) -> bytes:
    return derivation.wrapping_subkey(key, aad[-16:])  # the keyring id ends the associated data
