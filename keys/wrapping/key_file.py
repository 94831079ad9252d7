"""Wrapping keys that lie in a file or an environment variable."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from piiguard.errors import WrappingKeyError
from piiguard.keys import store
from piiguard.keys.document import b64
from piiguard.keys.private import read_private
from piiguard.keys.wrapping import AskPassphrase, sealing
from piiguard.names import word

__all__ = ["EnvironmentKey", "KeyFile"]

_CREDENTIALS = "$CREDENTIALS_DIRECTORY/"


class KeyFile:
    """``file:PATH``; ``file:$CREDENTIALS_DIRECTORY/NAME`` is a systemd credential."""

    def __init__(self, path: str) -> None:
        self._path = path

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> KeyFile:
        """A key file that is missing is made: 32 random bytes, readable by its owner alone."""
        if not argument:
            raise WrappingKeyError("--wrap file needs a path", hint="--wrap file:/etc/piiguard/wrapping.key")
        if argument.startswith(_CREDENTIALS):
            return cls(argument)
        path = Path(os.path.abspath(argument))
        if not path.exists():
            store.write_new(path, b64(secrets.token_bytes(32)).encode() + b"\n")
        return cls(str(path))

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> KeyFile:
        return cls(str(entry.get("path", "")))

    def parameters(self) -> dict[str, Any]:
        return {"path": self._path}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        return sealing.wrap(self._key(), file_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        return sealing.unwrap(self._key(), wrapped, aad, self._path)

    def _key(self) -> bytes:
        try:
            return sealing.read_key(read_private(self._found()), self._path)
        except OSError as error:
            raise WrappingKeyError(
                f"{self._path}: the key file cannot be read: {(error.strerror or 'error').lower()}",
                hint="bring the key file back, or open the keyring with another recipient",
            ) from None

    def _found(self) -> Path:
        if not self._path.startswith(_CREDENTIALS):
            return Path(self._path)
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise WrappingKeyError(
                f"{self._path}: systemd passed no credentials",
                hint="add LoadCredentialEncrypted= to the unit",
            )
        return Path(folder, self._path.removeprefix(_CREDENTIALS))


class EnvironmentKey:
    """``env:NAME``: base64 of 32 bytes. Every process of the same user can read it in /proc."""

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> EnvironmentKey:
        if not argument:
            raise WrappingKeyError("--wrap env needs a name", hint="--wrap env:PIIGUARD_WRAPPING_KEY")
        return cls(argument)

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> EnvironmentKey:
        return cls(str(entry.get("name", "")))

    def parameters(self) -> dict[str, Any]:
        return {"name": self._name}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        return sealing.wrap(self._key(), file_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        return sealing.unwrap(self._key(), wrapped, aad, self._name)

    def _key(self) -> bytes:
        value = os.environ.get(self._name)
        if not value:
            raise WrappingKeyError(
                f"{self._name}: the environment variable is not set",
                hint=f'export {word(self._name) or "NAME"}="$(openssl rand -base64 32)" makes a new key; '
                "keep it in a safe place",
            )
        return sealing.read_key(value.encode("utf-8", "surrogateescape"), self._name)
