"""How a PKCS#11 token encrypts the file key: one class per mechanism, each knowing which kind of key it needs.

``aes-gcm`` takes the associated data itself, and an IV of ours. Tokens in FIPS mode make the IV inside and refuse one
that they are given; for them there are ``aes-kwp`` (RFC 5649) and ``rsa-oaep`` (RFC 8017), which need none. Those two
know no associated data: they wrap a fresh key, and that key seals the file key together with it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

from piiguard.errors import WrappingKeyError
from piiguard.keys.wrapping import sealing

__all__ = ["DEFAULT", "MECHANISMS", "Mechanism"]

DEFAULT = "aes-gcm"
_NONCE = 12
_RSA_BITS = 3072  # 128 bits of strength, NIST SP 800-57


class Mechanism(Protocol):
    """What one mechanism does with an open session of a token."""

    def find(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        """The key that opens; the library's NoSuchKey when it is not there."""

    def make(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        """A new key in the token: sensitive, and not extractable."""

    def wrap(self, library: Any, session: Any, key: Any, file_key: bytes, aad: bytes) -> bytes:
        """Encrypt the file key."""

    def unwrap(self, library: Any, session: Any, key: Any, wrapped: bytes, aad: bytes) -> bytes:
        """Decrypt it."""


class _Aes:
    """An AES-256 key of the token."""

    uses: tuple[str, ...]

    def find(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        return session.get_key(
            key_type=library.KeyType.AES, object_class=library.ObjectClass.SECRET_KEY, **name
        )

    def make(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        return session.generate_key(
            library.KeyType.AES, 256, store=True, capabilities=_flags(library, self.uses),
            template=_kept_inside(library), **name,
        )  # fmt: skip


class _Gcm(_Aes):
    uses = ("ENCRYPT", "DECRYPT")

    def wrap(self, library: Any, session: Any, key: Any, file_key: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + bytes(key.encrypt(file_key, **self._parameters(library, nonce, aad)))

    def unwrap(self, library: Any, session: Any, key: Any, wrapped: bytes, aad: bytes) -> bytes:
        parameters = self._parameters(library, wrapped[:_NONCE], aad)
        return bytes(key.decrypt(wrapped[_NONCE:], **parameters))

    def _parameters(self, library: Any, nonce: bytes, aad: bytes) -> dict[str, Any]:
        parameters = library.GCMParams(nonce=nonce, aad=aad, tag_bits=128)
        return {"mechanism": library.Mechanism.AES_GCM, "mechanism_param": parameters}


class _Kwp(_Aes):
    """Key wrap is for key objects, so the fresh key lives in the session for a moment."""

    uses = ("WRAP", "UNWRAP")

    def wrap(self, library: Any, session: Any, key: Any, file_key: bytes, aad: bytes) -> bytes:
        fresh = os.urandom(32)
        attribute = library.Attribute
        held = session.create_object(
            {
                attribute.CLASS: library.ObjectClass.SECRET_KEY,
                attribute.KEY_TYPE: library.KeyType.AES,
                attribute.VALUE: fresh,
                **self._readable(library),
            }
        )
        inner = bytes(key.wrap_key(held, mechanism=library.Mechanism.AES_KEY_WRAP_PAD))
        return _join(inner, sealing.wrap(fresh, file_key, aad))

    def unwrap(self, library: Any, session: Any, key: Any, wrapped: bytes, aad: bytes) -> bytes:
        inner, sealed = _split(wrapped)
        held = key.unwrap_key(
            library.ObjectClass.SECRET_KEY, library.KeyType.AES, inner, store=False,
            mechanism=library.Mechanism.AES_KEY_WRAP_PAD, template=self._readable(library),
        )  # fmt: skip
        return sealing.unwrap(bytes(held[library.Attribute.VALUE]), sealed, aad, "pkcs11")

    def _readable(self, library: Any) -> dict[Any, bool]:
        attribute = library.Attribute
        return {attribute.TOKEN: False, attribute.SENSITIVE: False, attribute.EXTRACTABLE: True}


class _Oaep:
    """An RSA pair of the token; the digest is named in the keyring, for not every token has SHA-256 here."""

    def __init__(self, digest: str) -> None:
        self._digest = digest  # no weakness of SHA-1 as a hash touches OAEP (RFC 8017, appendix B.1)

    def find(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        return session.get_key(
            key_type=library.KeyType.RSA, object_class=library.ObjectClass.PRIVATE_KEY, **name
        )

    def make(self, library: Any, session: Any, name: Mapping[str, Any]) -> Any:
        _, private = session.generate_keypair(
            library.KeyType.RSA, _RSA_BITS, store=True, capabilities=_flags(library, ("ENCRYPT", "DECRYPT")),
            private_template=_kept_inside(library), **name,
        )  # fmt: skip
        return private

    def wrap(self, library: Any, session: Any, key: Any, file_key: bytes, aad: bytes) -> bytes:
        attribute = library.Attribute
        public = next(
            iter(
                session.get_objects(
                    {
                        attribute.CLASS: library.ObjectClass.PUBLIC_KEY,
                        attribute.MODULUS: key[attribute.MODULUS],
                    }
                )
            ),
            None,
        )
        if public is None:
            raise WrappingKeyError(
                "pkcs11: the token holds the private key without its public key",
                hint="pkcs11-tool --write-object puts it there",
            )
        fresh = os.urandom(32)
        return _join(
            bytes(public.encrypt(fresh, **self._parameters(library))), sealing.wrap(fresh, file_key, aad)
        )

    def unwrap(self, library: Any, session: Any, key: Any, wrapped: bytes, aad: bytes) -> bytes:
        inner, sealed = _split(wrapped)
        fresh = bytes(key.decrypt(inner, **self._parameters(library)))
        return sealing.unwrap(fresh, sealed, aad, "pkcs11")

    def _parameters(self, library: Any) -> dict[str, Any]:
        digest = getattr(library.Mechanism, self._digest)
        mask = getattr(library.MGF, self._digest.replace("SHA_1", "SHA1"))
        return {"mechanism": library.Mechanism.RSA_PKCS_OAEP, "mechanism_param": (digest, mask, None)}


MECHANISMS: Mapping[str, Mechanism] = {
    "aes-gcm": _Gcm(),
    "aes-kwp": _Kwp(),
    "rsa-oaep": _Oaep("SHA256"),
    "rsa-oaep-sha1": _Oaep("SHA_1"),
}


def _flags(library: Any, uses: tuple[str, ...]) -> Any:
    flags = library.MechanismFlag(0)
    for use in uses:
        flags |= library.MechanismFlag[use]
    return flags


def _kept_inside(library: Any) -> dict[Any, bool]:
    return {library.Attribute.SENSITIVE: True, library.Attribute.EXTRACTABLE: False}


def _join(inner: bytes, sealed: bytes) -> bytes:
    return len(inner).to_bytes(2, "big") + inner + sealed


def _split(wrapped: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(wrapped[:2], "big")
    return wrapped[2 : 2 + length], wrapped[2 + length :]
