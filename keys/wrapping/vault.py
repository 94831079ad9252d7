"""A wrapping key in the transit engine of HashiCorp Vault or OpenBao.

``vault:KEY`` or ``vault:MOUNT/KEY``; address, token and namespace are ``VAULT_ADDR``, ``VAULT_TOKEN`` and
``VAULT_NAMESPACE``, as for its own client. The file key travels in the answer, so a plain http address is refused but
for this machine. Vault makes a key that it is asked to encrypt with and does not know, and servers of old ignore
associated data, each without a word; so before a keyring is wrapped the key is looked up, and what was wrapped must not
open with other associated data.
Vault's own rewrap ignores associated data (hashicorp/vault#29532), so a keyring is rewrapped by opening it and
wrapping it again.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["TransitKey"]


_SECONDS = 5  # that an answer may take: an application that starts has to say what is wrong


class TransitKey:
    """A key of the transit engine, which encrypts and decrypts the file key."""

    def __init__(self, key: str) -> None:
        mount, _, name = key.rpartition("/")
        self._mount, self._name = mount or "transit", name

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> TransitKey:
        if not argument.rpartition("/")[2]:
            raise WrappingKeyError(
                "--wrap vault needs the name of a transit key", hint="--wrap vault:transit/piiguard"
            )
        return cls(argument)

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> TransitKey:
        return cls(str(entry.get("key", "")))

    def parameters(self) -> dict[str, Any]:
        return {"key": f"{self._mount}/{self._name}"}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        self._call("read_key")
        answer = self._call("encrypt_data", plaintext=_b64(file_key), associated_data=_b64(aad))
        wrapped = str(answer["ciphertext"]).encode()
        self._refuse_deaf_server(wrapped, aad)
        return wrapped

    def _refuse_deaf_server(self, wrapped: bytes, aad: bytes) -> None:
        try:
            self.unwrap(wrapped, aad + b"\0")
        except _DoesNotOpen:
            return
        raise WrappingKeyError(
            f"{self._place()}: this server ignores associated data, so a wrapped key could be moved to another keyring",
            hint="Vault 1.13 and OpenBao 2 heed it",
        )

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        ciphertext = wrapped.decode("ascii", "replace")
        answer = self._call("decrypt_data", ciphertext=ciphertext, associated_data=_b64(aad))
        try:
            return base64.b64decode(answer["plaintext"], validate=True)
        except (binascii.Error, KeyError, TypeError):
            raise WrappingKeyError(f"{self._place()}: the answer is not understood") from None

    def _call(self, operation: str, **payload: str) -> Mapping[str, Any]:
        hvac, requests = _import()
        try:
            client = hvac.Client(
                url=self._address(), namespace=os.environ.get("VAULT_NAMESPACE"), timeout=_SECONDS
            )
            _refuse_unsafe(client.url, client.token)
            call = getattr(client.secrets.transit, operation)
            answer = call(name=self._name, mount_point=self._mount, **payload)
            return dict(answer["data"])
        except hvac.exceptions.Forbidden:
            raise WrappingKeyError(
                f"{self._place()}: the token is not allowed to use it",
                hint=f"renew VAULT_TOKEN; its policy needs update on {self._mount}/decrypt/{self._name}, and to "
                f"wrap update on {self._mount}/encrypt/{self._name} and read on {self._mount}/keys/{self._name}",
            ) from None
        except hvac.exceptions.InvalidPath:
            raise WrappingKeyError(
                f"{self._place()}: there is no such key", hint="vault list transit/keys"
            ) from None
        except hvac.exceptions.InvalidRequest:
            raise _DoesNotOpen(
                f"{self._place()}: this key does not open the keyring",
                hint="was it deleted, or is min_decryption_version too high?",
            ) from None
        except (
            hvac.exceptions.VaultError,
            requests.exceptions.RequestException,
            KeyError,
            TypeError,
        ) as error:
            raise WrappingKeyError(
                f"{self._place()}: Vault cannot be asked ({type(error).__name__})",
                hint="check VAULT_ADDR, VAULT_TOKEN and whether Vault is sealed",
            ) from None

    def _address(self) -> str:
        """Where the server is; the client would ask this machine if nobody said."""
        address = os.environ.get("VAULT_ADDR", "")
        if not address:
            raise WrappingKeyError(
                f"{self._place()}: VAULT_ADDR is not set",
                hint="it says where the server is: VAULT_ADDR=https://…",
            )
        return address

    def _place(self) -> str:
        return f"vault:{self._mount}/{self._name}"


class _DoesNotOpen(WrappingKeyError):
    """The server was asked, and this key with this associated data is not the one."""


def _refuse_unsafe(address: str, token: str | None) -> None:
    """Before anything is sent. An agent on this machine may speak http, and have a token of its own."""
    parts = urlsplit(address)
    if parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return
    if parts.scheme != "https":
        raise WrappingKeyError(
            "vault: the address is not https, and the file key would travel in clear",
            hint="set VAULT_ADDR=https://…",
        )
    if not token:
        raise WrappingKeyError("vault: VAULT_TOKEN is not set", hint="vault login, or set VAULT_TOKEN")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _import() -> tuple[Any, Any]:
    try:
        import hvac
        import requests
    except ImportError:
        raise MissingExtra("vault", "hvac") from None
    return hvac, requests
