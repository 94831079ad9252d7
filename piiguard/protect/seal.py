"""One protected column with its keys: values to what is stored, and back.

What is stored is an envelope in bytes, or its text form where the column must stay text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import from_text, header, key_id_of, looks_encrypted, to_text
from piiguard.protect.cells.plain import reader

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import ProtectedColumn

__all__ = ["Seal"]


class Seal:
    """Encrypts, decrypts and re-encrypts the values of one column."""

    def __init__(self, keyring: Keyring, item: ProtectedColumn) -> None:
        codec = codec_for(item.type)
        self.item = item
        self.text = item.storage == "text"
        self._cipher = keyring.column(item.context, codec.code)
        self._read = reader(item.type) or _same
        self._encode = _after(self._read, codec.encode)
        self._decode = codec.decode
        self._index = None if item.index_key is None else keyring.index(*item.index_key)
        self._old = {
            start
            for version in keyring.versions
            if version.kind == "data" and version.state == "decrypt-only"
            for start in (header(version.id), to_text(header(version.id)))
        }
        self.reencrypt = self._reencryptor()

    def _reencryptor(self) -> Callable[[Any], Any]:
        """The same value under the primary key; what is not under an older key stays as it is."""
        encrypt, decrypt, old = self._cipher.encrypt, self._cipher.decrypt, self._old

        def reencrypt(stored: Any) -> Any:
            if type(stored) is bytes:
                return encrypt(decrypt(stored)) if stored[:6] in old else stored
            if stored is None or stored[:12] not in old:
                return stored
            return to_text(encrypt(decrypt(from_text(stored))))

        return reencrypt

    def encrypt(self, value: Any) -> bytes | str | None:
        """The stored form of a value; NULL stays NULL."""
        return None if value is None else self._stored(self._cipher.encrypt(self._encode(value)))

    def encrypt_many(self, values: Sequence[Any]) -> list[Any]:
        """The stored forms of many values."""
        encode = self._encode
        sealed = self._cipher.encrypt_many([None if v is None else encode(v) for v in values])
        return [None if v is None else to_text(v) for v in sealed] if self.text else list(sealed)

    def encode(self, value: Any) -> bytes | None:
        """The plaintext bytes of a value."""
        return None if value is None else self._encode(value)

    def back(self, value: Any) -> Any:
        """The value as it would come out again."""
        return self._decode(self._encode(value))

    def open(self, stored: Any) -> bytes | None:
        """The plaintext bytes of a stored value."""
        return None if stored is None else self._cipher.decrypt(raw(stored))

    def decrypt(self, stored: Any) -> Any:
        """The value of a stored form."""
        return None if stored is None else self._decode(self._cipher.decrypt(raw(stored)))

    def decrypt_many(self, stored: Sequence[Any]) -> list[Any]:
        """The values of many stored forms."""
        decode = self._decode
        opened = self._cipher.decrypt_many([None if v is None else raw(v) for v in stored])
        return [None if v is None else decode(v) for v in opened]

    def reencrypt_many(self, stored: Sequence[Any]) -> list[Any]:
        """Many of them; the common case, bytes under one older key, in one sweep."""
        if self._all_old(stored):
            return list(self._cipher.encrypt_many(self._cipher.decrypt_many(stored)))
        return [self.reencrypt(v) for v in stored]

    def _all_old(self, stored: Sequence[Any]) -> bool:
        try:
            return {v[:6] for v in stored} <= self._old  # a text is no header, and NULL has no beginning
        except TypeError:
            return False

    def index(self, value: Any) -> bytes | None:
        """The blind index of a value; None without an index, for NULL, and for nothing left to index."""
        return None if value is None or self._index is None else self._index.compute(self._read(value))

    def index_many(self, values: Sequence[Any]) -> list[bytes | None]:
        """The blind indexes of many values."""
        return [self.index(v) for v in values]

    def indexes(self, value: Any) -> list[bytes]:
        """The blind index of a value under every live index version, the primary first."""
        return [] if value is None or self._index is None else self._index.candidates(self._read(value))

    def index_under(self, version: int) -> Callable[[Any], bytes | None]:
        """Computes the blind index under one live version, which need not be the primary."""
        return (lambda value: None) if self._index is None else self._index.under(version)

    def encrypt_once(self, value: Any) -> Any:
        """The stored form, unless the value is one already: a half-done column meets both."""
        return value if isinstance(value, str | bytes) and looks_encrypted(value) else self.encrypt(value)

    def _stored(self, envelope: bytes) -> bytes | str:
        return to_text(envelope) if self.text else envelope


def raw(stored: Any) -> bytes:
    """The envelope's bytes of a stored form."""
    return from_text(stored) if isinstance(stored, str) else bytes(stored)


def key_id(stored: Any) -> int | None:
    """The key id of a stored form; None when it is none."""
    return key_id_of(stored) if isinstance(stored, bytes | str) else None


def _same(value: Any) -> Any:
    return value


def _after(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Both steps as one call."""
    return then if first is _same else lambda value: then(first(value))
