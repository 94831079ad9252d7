"""Providers of the wrapping key, which opens the keyring file and is never used per row.

A provider is a class with two ways to be made: ``from_option`` from what stands after the colon of ``--wrap
name:argument``, and ``from_recipient`` from its entry in the keyring file. Other packages add one as an entry
point of the group ``piiguard.wrapping``; a built-in name cannot be taken over.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from piiguard.errors import WrappingKeyError

__all__ = ["AskPassphrase", "Provider", "WrappingKey", "names", "provider"]

AskPassphrase = Callable[[], str]

_BUILT_IN = {
    "passphrase": ("piiguard.keys.wrapping.passphrase", "Passphrase"),
    "file": ("piiguard.keys.wrapping.key_file", "KeyFile"),
    "env": ("piiguard.keys.wrapping.key_file", "EnvironmentKey"),
    "pkcs11": ("piiguard.keys.wrapping.hsm", "TokenKey"),
    "aws-kms": ("piiguard.keys.wrapping.aws_kms", "KmsKey"),
    "vault": ("piiguard.keys.wrapping.vault", "TransitKey"),
    "hpke": ("piiguard.keys.wrapping.hpke", "HpkeKey"),
}


class WrappingKey(Protocol):
    """Wraps the file key; ``aad`` names the keyring, so that a wrapped key cannot be moved to another.

    What it wraps is opened once before it gets into a keyring, unless an attribute ``proves`` says that the half which
    opens is not here.
    """

    def parameters(self) -> dict[str, Any]:
        """What the recipient's entry needs to find this key again; nothing secret."""

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        """Encrypt the file key."""

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """Decrypt it; raise WrappingKeyError when this key is missing or wrong."""


class Provider(Protocol):
    """How wrapping keys of one kind are made."""

    def from_option(self, argument: str, ask: AskPassphrase | None) -> WrappingKey:
        """From the command line, where it may create the key, and from PIIGUARD_WRAPPING_KEY."""

    def from_recipient(self, entry: Mapping[str, Any], ask: AskPassphrase | None) -> WrappingKey:
        """From its entry in the keyring."""


def provider(name: str) -> Provider:
    """The provider of a name; one that is not installed is a WrappingKeyError."""
    if name in _BUILT_IN:
        module, attribute = _BUILT_IN[name]
        return cast(Provider, getattr(importlib.import_module(module), attribute))
    for point in importlib.metadata.entry_points(group="piiguard.wrapping", name=name):
        return cast(Provider, point.load())
    raise WrappingKeyError(
        f"unknown wrapping key provider {name[:40]!r}", hint=f"providers are {', '.join(names())}"
    )


def names() -> tuple[str, ...]:
    """All providers that are installed."""
    installed = importlib.metadata.entry_points(group="piiguard.wrapping").names
    return (*_BUILT_IN, *sorted(installed - _BUILT_IN.keys()))
