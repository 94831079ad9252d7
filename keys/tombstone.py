"""Tombstones: what is kept of an identifier that was erased, so that it can be told again in a restored backup.

``HMAC-SHA-256(tombstone key, lp(entity) || lp(normalizer) || lp(normalized value))``: without the key nothing can be told
of the value, and with it only whether a value that somebody has is the one.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any

from piiguard.frames import emptied
from piiguard.keys.derivation import lp, tombstone_id, tombstone_key
from piiguard.keys.normalizers import Normalizer, normalizer_for

__all__ = ["SIZE", "Tombstones"]

SIZE = 32


class Tombstones:
    """Makes tombstones under the key of one keyring; ``id`` names that key, and is no secret.

    A tombstone of another ``id`` was made under a key that is destroyed, or another keyring's: nothing matches it.

    >>> from piiguard.keys import Keyring
    >>> graves = Keyring.in_memory().tombstones()
    >>> graves.of("KZ_PHONE", "phone/2", "8 701 000 00 01") == graves.of("KZ_PHONE", "phone/2", "+7 (701) 000-00-01")
    True
    """

    __slots__ = ("_key", "id")

    def __init__(self, secret: bytes, keyring: uuid.UUID) -> None:
        self._key = tombstone_key(secret, keyring)
        self.id = tombstone_id(secret, keyring).hex()

    @emptied
    def of(self, entity: str, rule: str | Normalizer, value: Any) -> bytes | None:
        """The tombstone of a value, 32 bytes; None when the normalizer leaves nothing of it.

        ``rule`` carries its number, as in ``digits/2``: it is hashed too. What it refuses is its own error.
        """
        normalizer = normalizer_for(rule)
        normal = normalizer(value)
        if normal is None:
            return None
        data = normal if isinstance(normal, bytes) else normal.encode("utf-8", "surrogatepass")
        text = lp(entity.encode()) + lp(normalizer.label.encode()) + lp(data)
        return hmac.digest(self._key, text, hashlib.sha256)

    def __repr__(self) -> str:
        return f"<Tombstones under the key {self.id}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("the key of tombstones cannot be pickled: open the keyring in the child")
