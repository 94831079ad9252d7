"""Marks of canaries: what is kept of an invented person, so that he is told again in a leaked file.

The key comes from the member ``restrict`` of the keyring, which has no versions and stays when keys are rotated.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any

from piiguard.frames import emptied
from piiguard.keys.derivation import canary_key, lp

__all__ = ["Canaries"]


class Canaries:
    """Makes marks under the key of one keyring.

    >>> from piiguard.keys import Keyring
    >>> canaries = Keyring.in_memory().canaries()
    >>> canaries.mark("KZ_IIN", "050312100019") == canaries.mark("KZ_IIN", "050312100019")
    True
    """

    __slots__ = ("_key",)

    def __init__(self, secret: bytes, keyring: uuid.UUID) -> None:
        self._key = canary_key(secret, keyring)

    @emptied
    def mark(self, *parts: str) -> bytes:
        """The mark of an entity and a value in its normal form, or of the line that records them: 32 bytes."""
        text = b"".join(lp(part.encode("utf-8", "surrogatepass")) for part in parts)
        return hmac.digest(self._key, text, hashlib.sha256)

    def __repr__(self) -> str:
        return "<Canaries>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("the key of canaries cannot be pickled: open the keyring in the child")
