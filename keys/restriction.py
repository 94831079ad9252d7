"""The key of restricted values: they stay, sealed, and neither the application nor an index key opens them."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag

from piiguard.errors import DecryptionError
from piiguard.frames import emptied
from piiguard.keys import cipher
from piiguard.keys.derivation import lp, restrict_key, restrict_name_key

__all__ = ["Restriction"]


class Restriction:
    """Seals what is restricted to its place, such as ``students 7``: moved to another one it does not open.

    >>> from piiguard.keys import Keyring
    >>> restriction = Keyring.in_memory().restriction()
    >>> restriction.open("students 7", restriction.seal("students 7", b"a row"))
    b'a row'
    """

    __slots__ = ("_keyring", "_secret")

    def __init__(self, secret: bytes, keyring: uuid.UUID) -> None:
        self._secret, self._keyring = secret, keyring

    @emptied
    def name(self, table: str, key: bytes) -> str:
        """What a row is called where its values are kept: the key of a row may itself be personal data."""
        text = lp(table.encode("utf-8", "surrogatepass")) + lp(key)
        own = restrict_name_key(self._secret, self._keyring)
        return hmac.digest(own, text, hashlib.sha256).hex()

    @emptied
    def seal(self, place: str, plain: bytes) -> bytes:
        """A nonce of 24 bytes, then the ciphertext and its tag."""
        return cipher.seal(restrict_key(self._secret, self._keyring), plain, self._bound(place))

    @emptied
    def open(self, place: str, sealed: bytes) -> bytes:
        """Undo :meth:`seal`; :class:`DecryptionError` for another place, key, or any changed byte."""
        try:
            return cipher.open_sealed(restrict_key(self._secret, self._keyring), sealed, self._bound(place))
        except InvalidTag:
            raise DecryptionError(
                f"{place}: the restricted value does not open",
                hint="it was changed, moved, or sealed under another keyring",
            ) from None

    def _bound(self, place: str) -> bytes:
        return lp(self._keyring.bytes) + lp(place.encode("utf-8", "surrogatepass"))

    def __repr__(self) -> str:
        return "<Restriction>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("the key of restricted values cannot be pickled: open the keyring in the child")
