"""A wrapping key in AWS KMS: it never leaves the service, which is asked once when a keyring is opened.

What stands in the keyring is the key's own ARN, as KMS answered it: an alias may be moved to another key one day.

The encryption context is the keyring id alone, because CloudTrail logs it in clear.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["KmsKey"]


class KmsKey:
    """``aws-kms:ARN``; credentials are found as every AWS program finds them."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> KmsKey:
        if not argument:
            raise WrappingKeyError(
                "--wrap aws-kms needs the ARN of a key", hint="aws-kms:arn:aws:kms:REGION:…:key/…"
            )
        return cls(argument)

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> KmsKey:
        return cls(str(entry.get("arn", "")))

    def parameters(self) -> dict[str, Any]:
        return {"arn": self._arn}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        answer = self._call("encrypt", aad, Plaintext=file_key)
        self._arn = str(answer["KeyId"])
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        return bytes(self._call("decrypt", aad, CiphertextBlob=wrapped)["Plaintext"])

    def _call(self, operation: str, aad: bytes, **payload: bytes) -> Mapping[str, Any]:
        boto3, errors = _import()
        context = {"piiguard-keyring": str(uuid.UUID(bytes=aad[-16:]))}
        try:
            client = boto3.client("kms", region_name=self._region(), config=_limits())
            return dict(getattr(client, operation)(KeyId=self._arn, EncryptionContext=context, **payload))
        except errors.ClientError as error:
            raise self._explained(str(error.response.get("Error", {}).get("Code", "error"))) from None
        except errors.BotoCoreError as error:
            name = type(error).__name__
            message, hint = _SETTINGS.get(
                name,
                (f"AWS KMS cannot be asked ({name})", "check the credentials, the region and the network"),
            )
            raise WrappingKeyError(f"{self._arn}: {message}", hint=hint) from None

    def _region(self) -> str | None:
        parts = self._arn.split(":")
        return parts[3] if len(parts) > 5 and parts[3] else None

    def _explained(self, code: str) -> WrappingKeyError:
        message, hint = _CODES.get(
            code, (f"AWS KMS refuses it ({code})", "check the key policy and the credentials")
        )
        return WrappingKeyError(f"{self._arn}: {message}", hint=hint)


_CODES = {
    "InvalidCiphertextException": (
        "this key does not open the keyring",
        "use the key that the keyring was last rewrapped with",
    ),
    "IncorrectKeyException": (
        "this key does not open the keyring",
        "use the key that the keyring was last rewrapped with",
    ),
    "DisabledException": (
        "the key is disabled",
        "aws kms enable-key, or open the keyring with another recipient",
    ),
    "KMSInvalidStateException": (
        "the key is pending deletion or otherwise unusable",
        "aws kms cancel-key-deletion, then enable-key; then rewrap",
    ),
    "NotFoundException": ("there is no such key", "check the ARN and the region"),
    "AccessDeniedException": ("access is denied", "allow kms:Decrypt (and kms:Encrypt to wrap) on the key"),
    "ExpiredTokenException": ("the session has expired", "log in again, or renew AWS_SESSION_TOKEN"),
    "UnrecognizedClientException": (
        "AWS does not know these credentials",
        "check AWS_ACCESS_KEY_ID, or AWS_PROFILE",
    ),
    "InvalidSignatureException": (
        "the credentials do not belong together",
        "check AWS_SECRET_ACCESS_KEY and the clock",
    ),
}
_SETTINGS = {
    "NoRegionError": (
        "no region is set",
        "name the key by its whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, or set AWS_DEFAULT_REGION",
    ),
    "NoCredentialsError": (
        "no credentials are set",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role",
    ),
    "PartialCredentialsError": (
        "a half of the credentials is not set",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, both",
    ),
    "ProfileNotFound": ("there is no such profile", "AWS_PROFILE names it: aws configure list-profiles"),
    "EndpointConnectionError": (
        "AWS KMS cannot be reached",
        "check the network, the region and AWS_ENDPOINT_URL",
    ),
}
"""What the client finds wrong before it asks KMS, by the names of its errors."""


def _limits() -> Any:
    """Seconds, where boto3 would wait for two minutes and more: an application that starts has to say what is wrong."""
    from botocore.config import Config

    return Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})


def _import() -> tuple[Any, Any]:
    try:
        import boto3
        import botocore.exceptions
    except ImportError:
        raise MissingExtra("aws", "boto3") from None
    return boto3, botocore.exceptions
