"""One protected column with its keys: values to what is stored, and back.

What is stored is an envelope in bytes, or its text form where the column must stay text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from piiguard.errors import NotIndexable, PiiguardError
from piiguard.keys.codec import RESTRICTED, codec_for, filled
from piiguard.keys.envelope import OVERHEAD, from_text, header, key_id_of, looks_encrypted, to_text
from piiguard.keys.indexable import indexer
from piiguard.keys.normalizers import editions, normalizer_for
from piiguard.protect.cells.plain import reader

if TYPE_CHECKING:
    from piiguard.keys import IndexKey, Keyring
    from piiguard.manifest import ProtectedColumn

__all__ = ["Seal", "shortest_stored"]


class Seal:
    """Encrypts, decrypts and re-encrypts the values of one column."""

    def __init__(self, keyring: Keyring, item: ProtectedColumn) -> None:
        codec = codec_for(item.type, item.pad_to)
        self.item = item
        self.text = item.storage == "text"
        self._cipher = keyring.column(item.context, codec.code)
        self._read = reader(item.type) or _same
        self._encode = _after(self._read, codec.encode)
        self._decode = codec.decode
        self._value = self._cipher.decryptor(codec.decode)
        self._form = indexer(codec)
        self._index = None if item.index_key is None else _index(keyring, *item.index_key)
        self._accepted = () if item.index_key is None else _accepted(keyring, *item.index_key)
        self._old = {
            start
            for version in keyring.versions
            if version.kind == "data" and version.state == "decrypt-only"
            for start in (header(version.id), to_text(header(version.id)))
        }
        self.reencrypt = self._reencryptor()

    def _reencryptor(self) -> Callable[[Any], Any]:
        """The same value under the primary key, padded; what is so already stays as it is."""
        encrypt, decrypt, old = self._cipher.encrypt, self._cipher.decrypt, self._old
        pad_to = self.item.pad_to or 0
        shortest, shortest_text = shortest_stored(pad_to)

        def short(stored: Any, least: int) -> bool:
            return len(stored) < least and bool(pad_to) and looks_encrypted(stored)

        def reencrypt(stored: Any) -> Any:
            if type(stored) is bytes:
                due = stored[:6] in old or short(stored, shortest)
                return encrypt(filled(decrypt(stored), pad_to)) if due else stored
            if stored is None or not (stored[:12] in old or short(stored, shortest_text)):
                return stored
            return to_text(encrypt(filled(decrypt(from_text(stored)), pad_to)))

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
        """The value of a stored form. Raises :class:`ValueRestricted` where one says that it lies elsewhere."""
        return None if stored is None else self._value(raw(stored))

    def of(self, plain: bytes) -> Any:
        """The value of plaintext bytes that :meth:`open` gave."""
        return self._decode(plain)

    def again(self, plain: bytes) -> bytes | str:
        """The stored form of plaintext bytes that :meth:`open` gave."""
        return self._stored(self._cipher.encrypt(filled(plain, self.item.pad_to or 0)))

    def restricted(self) -> bytes | str:
        """What stands where a value is restricted: it is rotated as a value is, and nothing reads it as one."""
        return self.again(RESTRICTED)

    def is_restricted(self, stored: Any) -> bool:
        """Whether this is such an envelope; one that does not open is none."""
        try:
            return isinstance(stored, str | bytes) and (self.open(stored) or b"").startswith(RESTRICTED)
        except PiiguardError:
            return False

    def value(self, stored: Any) -> Any:
        """The value of a cell that is ciphertext or still plain: a half-done column has both."""
        if isinstance(stored, str | bytes) and looks_encrypted(stored):
            return self.decrypt(stored)
        return self.read(
            stored.decode() if isinstance(stored, bytes) and self.item.type != "bytes" else stored
        )

    def read(self, value: Any) -> Any:
        """The value of a plain cell as a database hands it over: of JSON the document, not its text."""
        return None if value is None else self._read(value)

    def decrypt_many(self, stored: Sequence[Any]) -> list[Any]:
        """The values of many stored forms."""
        decode = self._decode
        opened = self._cipher.decrypt_many([None if v is None else raw(v) for v in stored])
        return [None if v is None else decode(v) for v in opened]

    def reencrypt_many(self, stored: Sequence[Any]) -> list[Any]:
        """Many of them; the common case, bytes under one older key, in one sweep."""
        if self._all_old(stored):
            opened, pad_to = self._cipher.decrypt_many(stored), self.item.pad_to
            if pad_to is not None:
                opened = [None if one is None else filled(one, pad_to) for one in opened]
            return list(self._cipher.encrypt_many(opened))
        return [self.reencrypt(v) for v in stored]

    def _all_old(self, stored: Sequence[Any]) -> bool:
        try:
            return {v[:6] for v in stored} <= self._old  # a text is no header, and NULL has no beginning
        except TypeError:
            return False

    def index(self, value: Any) -> bytes | None:
        """The blind index of a value; None without an index, for None, and for nothing left to index."""
        if value is None or self._index is None:
            return None
        return self._index.compute(self._form(value))

    def index_read(self, values: Sequence[Any]) -> list[bytes | None]:
        """The blind indexes of plain cells."""
        return [self.index(self.read(value)) for value in values]

    def indexes(self, value: Any) -> list[bytes]:
        """What a row of this value may hold: under every live index version and every rule of the entry.

        An entry without a number has rows of the first edition, and those that an application of today wrote.
        """
        if value is None:
            return []
        form = self._form(value)
        return [found for key in self._accepted for found in _under_rule(key, form)]

    def newest_indexes(self, value: Any) -> list[bytes]:
        """The blind index of a value under the newest rule alone, and every live index version."""
        if value is None or self._index is None:
            return []
        return self._index.candidates(self._form(value))

    def index_under(self, version: int) -> Callable[[Any], bytes | None]:
        """Computes the blind index under one live version, which need not be the primary."""
        if self._index is None:
            return lambda value: None
        under, form = self._index.under(version), self._form
        return lambda value: None if value is None else under(form(value))

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


def shortest_stored(pad_to: int) -> tuple[int, int]:
    """How long a padded value is at least, in bytes and as a text."""
    size = OVERHEAD + pad_to
    return size, len(to_text(bytes(size)))


def _index(keyring: Keyring, context: str, name: str, rules: tuple[str, ...]) -> IndexKey:
    return keyring.index(context, name, rules[0])


def _accepted(keyring: Keyring, context: str, name: str, rules: tuple[str, ...]) -> tuple[IndexKey, ...]:
    found = [one for rule in rules for one in (normalizer_for(rule), *editions(rule))]
    return tuple(keyring.index(context, name, one) for one in dict.fromkeys(found))


def _under_rule(key: IndexKey, form: Any) -> list[bytes]:
    """What a rule refuses has no index under it, and may have one under another."""
    try:
        return key.candidates(form)
    except NotIndexable:
        return []


def _same(value: Any) -> Any:
    return value


def _after(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Both steps as one call."""
    return then if first is _same else lambda value: then(first(value))
