"""A wrapping key in the transit engine of HashiCorp Vault or OpenBao.

``vault:KEY`` or ``vault:MOUNT/KEY``; address and token are ``VAULT_ADDR`` and ``VAULT_TOKEN``, as for its own client.
Vault's own rewrap ignores associated data (hashicorp/vault#29532), so a keyring is rewrapped by opening it and
wrapping it again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["TransitKey"]


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
        answer = self._call("encrypt_data", aad, plaintext=_b64(file_key))
        return str(answer["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        answer = self._call("decrypt_data", aad, ciphertext=wrapped.decode("ascii", "replace"))
        try:
            return base64.b64decode(answer["plaintext"], validate=True)
        except (binascii.Error, KeyError, TypeError):
            raise WrappingKeyError(f"{self._place()}: the answer is not understood") from None

    def _call(self, operation: str, aad: bytes, **payload: str) -> Mapping[str, Any]:
        hvac, requests = _import()
        try:
            client = hvac.Client()
            call = getattr(client.secrets.transit, operation)
            answer = call(name=self._name, mount_point=self._mount, associated_data=_b64(aad), **payload)
            return dict(answer["data"])
        except hvac.exceptions.Forbidden:
            raise WrappingKeyError(
                f"{self._place()}: the token is not allowed to use it",
                hint=f"renew VAULT_TOKEN; its policy needs update on {self._mount}/decrypt/{self._name}",
            ) from None
        except hvac.exceptions.InvalidPath:
            raise WrappingKeyError(
                f"{self._place()}: there is no such key", hint="vault list transit/keys"
            ) from None
        except hvac.exceptions.InvalidRequest:
            raise WrappingKeyError(
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

    def _place(self) -> str:
        return f"vault:{self._mount}/{self._name}"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _import() -> tuple[Any, Any]:
    try:
        import hvac
        import requests
    except ImportError:
        raise MissingExtra("vault", "hvac") from None
    return hvac, requests
