"""XAES-256-GCM as published by C2SP: AES-256-GCM under a subkey that half of a 24-byte nonce selects.

https://c2sp.org/XAES-256-GCM. The first half of the nonce alone selects the subkey: values that share it
share one AES object, and cost one AES-GCM call each.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["open_sealed", "seal", "subcipher", "subkey"]

_SELECTOR = 12  # bytes of the nonce that select the subkey


def subkey(key: bytes, selector: bytes) -> bytes:
    """The AES key for all nonces that begin with ``selector`` (SP 800-108 counter KDF over AES-CMAC)."""
    if len(key) != 32 or len(selector) != _SELECTOR:
        raise ValueError("XAES-256-GCM takes a 32-byte key and a 12-byte selector")
    encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305 - single blocks of CMAC
    k1 = _double(encrypt(bytes(16)))
    blocks = (b"\x00" + bytes((counter,)) + b"X\x00" + selector for counter in (1, 2))
    return b"".join(encrypt(_xor(block, k1)) for block in blocks)


def subcipher(key: bytes, selector: bytes) -> AESGCM:
    """AES-256-GCM under the subkey; it takes the other twelve bytes of the nonce."""
    return AESGCM(subkey(key, selector))


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypt under a fresh nonce, which leads the result."""
    nonce = os.urandom(24)
    return nonce + subcipher(key, nonce[:12]).encrypt(nonce[12:], plaintext, aad)


def open_sealed(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Undo :func:`seal`; raise InvalidTag for whatever was not sealed so."""
    if len(sealed) < 40:
        raise InvalidTag
    return subcipher(key, sealed[:12]).decrypt(sealed[12:24], sealed[24:], aad)


def _double(block: bytes) -> bytes:
    """Multiply by x in GF(2^128); without a branch on the key."""
    number = int.from_bytes(block, "big")
    return ((number << 1 & (1 << 128) - 1) ^ (number >> 127) * 0x87).to_bytes(16, "big")


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(16, "big")
