"""The ciphertext envelope, version 1: what its bytes say without any key.

::

    F9 | suite (1) | key id (4, big-endian) | nonce (24) | ciphertext | tag (16)

Standard library only: the scanner must know ciphertext when it sees it, and needs no cryptography for that.

>>> looks_encrypted("050312300017")
False
>>> looks_encrypted(bytes.fromhex("f9010a0b0c0d") + bytes(40))
True
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from piiguard.errors import EnvelopeError, NotEncrypted

__all__ = [
    "HEADER",
    "MAGIC",
    "NONCE",
    "OVERHEAD",
    "SUITE_XAES",
    "TAG",
    "TEXT_PREFIX",
    "Envelope",
    "from_text",
    "header",
    "key_id_of",
    "looks_encrypted",
    "to_text",
]

MAGIC = 0xF9  # not legal anywhere in UTF-8
SUITE_XAES = 0x01  # XAES-256-GCM, https://c2sp.org/XAES-256-GCM
HEADER = 6  # magic, suite, key id
NONCE = 24
TAG = 16
_SUITE_PERSON = 0x02  # reserved, with the next: docs/format.md
_SUITES_OF_OTHERS = range(0x40, 0x80)
OVERHEAD = HEADER + NONCE + TAG
TEXT_PREFIX = "pg1."

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of one envelope; ``ciphertext`` includes the tag."""

    suite: int
    key_id: int
    nonce: bytes
    ciphertext: bytes

    @classmethod
    def parse(cls, value: bytes) -> Envelope:
        """Take an envelope apart; say what it is not, never what it holds."""
        if not value or value[0] != MAGIC:
            raise NotEncrypted("the value is not encrypted", hint="it is plaintext: piiguard encrypt")
        if len(value) < OVERHEAD:
            raise EnvelopeError(
                f"the envelope is truncated: {len(value)} of at least {OVERHEAD} bytes",
                hint="restore the value from a backup; does the column cut its values?",
            )
        if value[1] != SUITE_XAES:
            raise _of_another_suite(value[1])
        return cls(value[1], int.from_bytes(value[2:6], "big"), bytes(value[6:30]), bytes(value[30:]))


def _of_another_suite(suite: int) -> EnvelopeError:
    """Numbers that are reserved are told apart from those that mean nothing."""
    if suite == _SUITE_PERSON:
        owner = "envelopes under the own key of a person"
    elif suite in _SUITES_OF_OTHERS:
        owner = "other packages (national algorithms, certified modules)"
    else:
        return EnvelopeError(
            f"the envelope has the unknown suite {suite:02x}",
            hint="it was written by a newer piiguard, or it is damaged",
        )
    return EnvelopeError(
        f"the envelope's suite {suite:02x} is reserved for {owner}",
        hint="this piiguard does not read it: install what wrote it",
    )


def header(key_id: int) -> bytes:
    """The first six bytes of every envelope under this key."""
    return bytes((MAGIC, SUITE_XAES)) + key_id.to_bytes(4, "big")


def key_id_of(value: bytes | str) -> int | None:
    """The key id in the header of a binary or text envelope; None when it is not one."""
    if not isinstance(value, str):
        return int.from_bytes(value[2:6], "big") if _is_binary(value) else None
    if not value.startswith(TEXT_PREFIX):
        return None
    try:
        return key_id_of(from_text(value))
    except (NotEncrypted, EnvelopeError):
        return None


def looks_encrypted(value: bytes | str) -> bool:
    """Whether the value has the form of an envelope; only its key can tell whether it is one."""
    return key_id_of(value) is not None


def _is_binary(value: bytes) -> bool:
    return len(value) >= OVERHEAD and value[0] == MAGIC and value[1] == SUITE_XAES and any(value[2:6])


def to_text(envelope: bytes) -> str:
    """The form for text columns: ``pg1.`` and unpadded base64url."""
    return TEXT_PREFIX + base64.urlsafe_b64encode(envelope).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The bytes of a text envelope; only the one spelling that :func:`to_text` writes is read."""
    if not text.startswith(TEXT_PREFIX):
        raise NotEncrypted("the value is not encrypted", hint="it is plaintext: piiguard encrypt")
    body = text[len(TEXT_PREFIX) :]
    try:
        if not _ALPHABET.issuperset(body):  # the decoder skips foreign characters
            raise ValueError
        envelope = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        raise EnvelopeError("the text envelope is not base64url") from None
    if to_text(envelope) != text:  # spare bits in the last character: malleable
        raise EnvelopeError("the text envelope is not in its canonical spelling")
    return envelope
