"""Pseudonyms: deterministic authenticated encryption, so that the key alone brings the value back.

``<KZ_IIN:1.mzxw6ytboi…>`` holds the entity, the version of the index key, and AES-256-SIV of the normalized value
with entity and version as associated data. ``<KZ_IIN:1.qkzwvhxnd.mzxw6ytboi…>`` is one of a single run, whose name is
associated too: elsewhere the same value has another pseudonym. No table of values is kept anywhere.
"""

from __future__ import annotations

import base64
import re
import secrets
import string
import uuid
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from piiguard.detect import encodings
from piiguard.errors import DecryptionError, KeyVersionNotFound
from piiguard.frames import emptied
from piiguard.keys.derivation import pseudonym_key
from piiguard.redact.raw import Wide, wide_encoding
from piiguard.redact.replacing import letters, normal

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.redact.choices import Scope

__all__ = ["PSEUDONYM", "Pseudonyms", "StreamRevealer"]

PSEUDONYM = re.compile(r"<([A-Z][A-Z0-9_]*):([0-9]{1,5})\.(?:([a-z]{9})\.)?([a-z2-7]{26,})>")
_PSEUDONYM_BYTES = re.compile(rb"(?:<|&lt;)(" + PSEUDONYM.pattern[1:-1].encode() + rb")(?:>|&gt;)")
"""In a file, which may be one of XML."""
_LONGEST = 1 << 16  # bytes of one pseudonym, of an address of a few thousand letters at most


class Pseudonyms:
    """Makes and reverses pseudonyms under the index keys of a keyring.

    Index keys, because they are rotated far more seldom than data keys, and the same person should keep the
    same pseudonym. It follows promotions and reloads. With ``scope="run"`` each object makes pseudonyms of its own, and
    reverses everybody's: whoever may only have values replaced cannot try all IINs to read what others have shared.

    >>> Pseudonyms(keyring, scope="run").make("KZ_IIN", "050312300015")  # doctest: +SKIP
    '<KZ_IIN:1.qkzwvhxnd.mzxw6ytboi…>'
    """

    def __init__(self, keyring: Keyring, scope: Scope = "keyring") -> None:
        self._keyring = keyring
        self._run = (
            "".join(secrets.choice(string.ascii_lowercase) for _ in range(9)) if scope == "run" else ""
        )

    @emptied
    def make(self, entity: str, value: str) -> str:
        """The pseudonym under the primary index key."""
        version = self._keyring.current().index_roots()[0][0]
        data = normal(entity, value).encode("utf-8", "surrogatepass")
        sealed = self._cipher(entity, version).encrypt(data, _associated(entity, version, self._run))
        run = f"{self._run}." if self._run else ""
        return f"<{entity}:{version}.{run}{letters(sealed)}>"

    @emptied
    def reveal(self, pseudonym: str) -> str:
        """The value, as it was normalized; a changed or foreign pseudonym is a :class:`DecryptionError`."""
        found = PSEUDONYM.fullmatch(pseudonym)
        if found is None:
            raise DecryptionError("not a pseudonym")
        entity, version, run, text = found[1], int(found[2]), found[3] or "", found[4]
        try:
            sealed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
            data = self._cipher(entity, version).decrypt(sealed, _associated(entity, version, run))
        except (InvalidTag, ValueError):
            raise DecryptionError(
                f"{entity}: the pseudonym was not made with key version {version} of this keyring",
                version=version,
            ) from None
        return data.decode("utf-8", "surrogatepass")

    def _cipher(self, entity: str, version: int) -> AESSIV:
        state = self._keyring.current()
        root = dict(state.index_roots()).get(version)
        if root is None:
            known = sorted(v for v, _ in state.index_roots())
            raise KeyVersionNotFound(
                f"{entity}: index key version {version} is not live in the keyring"
                f" (it has {', '.join(map(str, known))})",
                version=version,
                known=known,
                hint="deploy the newest keyring file; or the pseudonym belongs to another keyring",
            )
        return _derived(root, state.id, entity)


class StreamRevealer:
    """Puts the values back into a stream of bytes, in its encoding; what is no pseudonym of this keyring stays as it is."""

    def __init__(self, keyring: Keyring) -> None:
        self._pseudonyms = Pseudonyms(keyring)
        self._pending = b""
        self._wide: Wide | None = None
        self._codec = ""
        self.revealed = 0
        self.failed = 0

    @emptied
    def feed(self, data: bytes) -> bytes:
        """Take some bytes; return what is ready: whole lines, or what stands before the last ``<``."""
        if not self._codec:
            self._begin(data)
        self._pending += self._wide.enter(data) if self._wide else data
        cut = self._pending.rfind(b"\n") + 1
        if not cut and len(self._pending) > _LONGEST:
            cut = max(self._pending.rfind(b"<"), len(self._pending) - _LONGEST)
        ready, self._pending = self._pending[:cut], self._pending[cut:]
        return self._leave(ready)

    @emptied
    def finish(self) -> bytes:
        """Return what is left at the end of the stream."""
        return self._leave(self._pending) + (self._wide.tail() if self._wide else b"")

    def _begin(self, head: bytes) -> None:
        found = encodings.detect(head)
        self._codec = found if found in encodings.SINGLE_BYTE else "utf-8"
        if name := wide_encoding(head, "auto"):
            self._wide = Wide(name)

    def _leave(self, ready: bytes) -> bytes:
        clear = _PSEUDONYM_BYTES.sub(self._put_back, ready)
        return self._wide.leave(clear) if self._wide else clear

    def _put_back(self, found: re.Match[bytes]) -> bytes:
        try:
            value = self._pseudonyms.reveal(f"<{found[1].decode()}>")
        except (DecryptionError, KeyVersionNotFound):
            self.failed += 1
            return found[0]
        self.revealed += 1
        with suppress(UnicodeEncodeError):
            return value.encode(self._codec)
        return value.encode("utf-8", "surrogatepass")  # of another file than this


@lru_cache(maxsize=256)
def _derived(root: bytes, keyring: uuid.UUID, entity: str) -> AESSIV:
    return AESSIV(pseudonym_key(root, keyring, entity))


def _associated(entity: str, version: int, run: str) -> list[bytes]:
    always = [entity.encode(), version.to_bytes(2, "big")]
    return [*always, run.encode()] if run else always
