"""A wrapping key pair (HPKE, RFC 9180): the public half wraps, the private half lies in a safe until it is needed.

``hpke:FILE`` names the public half, as ``piiguard keys recipient`` writes it. Whoever adds such a recipient needs no
secret, and what stands in the keyring opens nothing. To open one, ``PIIGUARD_WRAPPING_KEY`` names the file of the
private half. KEM ``x25519``, or ``mlkem768-x25519`` (X-Wing), which also withstands a quantum computer that is built
while the keyring lies in a backup.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from piiguard import files
from piiguard.errors import KeyringFormatError, WrappingKeyError
from piiguard.keys.document import b64, unb64
from piiguard.keys.private import read_private
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["KEMS", "PRIVATE_KEY", "HpkeKey", "make_pair", "public_of"]

PRIVATE_KEY = "PIIGUARD_WRAPPING_KEY"
_PUBLIC, _PRIVATE = "piiguard-hpke-public-1", "piiguard-hpke-private-1"
_WHERE = f"{PRIVATE_KEY}=FILE names the private key that 'piiguard keys recipient' made"


@dataclass(frozen=True, slots=True)
class _Kem:
    """One way to encapsulate: how its keys are made, and read from bytes."""

    name: str  # as cryptography calls it
    generate: Callable[[], bytes]
    private: Callable[[bytes], Any]
    public: Callable[[bytes], Any]
    public_bytes: Callable[[Any], bytes]

    def suite(self) -> Any:
        """HPKE with this KEM, HKDF-SHA-256 and AES-256-GCM; what the library cannot do is refused by name."""
        hpke = _library()
        try:
            kem = getattr(hpke.KEM, self.name)
            return hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
        except (AttributeError, UnsupportedAlgorithm):
            raise _too_old() from None


def _hybrid_private(secret: bytes) -> Any:
    mlkem = _mlkem()
    seed, scalar = secret[:64], secret[64:]
    return _library().MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(seed), X25519PrivateKey.from_private_bytes(scalar)
    )


def _hybrid_public(data: bytes) -> Any:
    mlkem = _mlkem()
    lattice, point = data[:-32], data[-32:]
    return _library().MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(lattice), X25519PublicKey.from_public_bytes(point)
    )


def _hybrid_public_bytes(secret: bytes) -> bytes:
    lattice = _mlkem().MLKEM768PrivateKey.from_seed_bytes(secret[:64]).public_key().public_bytes_raw()
    return bytes(lattice) + _point(secret[64:])


def _point(scalar: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()


KEMS: Mapping[str, _Kem] = {
    "x25519": _Kem(
        "X25519",
        lambda: os.urandom(32),
        X25519PrivateKey.from_private_bytes,
        X25519PublicKey.from_public_bytes,
        _point,
    ),
    "mlkem768-x25519": _Kem(
        "MLKEM768_X25519",
        lambda: os.urandom(96),
        _hybrid_private,
        _hybrid_public,
        _hybrid_public_bytes,
    ),
}


def make_pair(kem: str = "x25519") -> tuple[str, str]:
    """A new key pair as the texts of its two files, the private one first.

    Raises WrappingKeyError where ``cryptography`` is too old for HPKE or for this KEM.

    >>> private, public = make_pair()
    >>> private.split()[:2], public.split()[:2]
    (['piiguard-hpke-private-1', 'x25519'], ['piiguard-hpke-public-1', 'x25519'])
    """
    how = KEMS[kem]
    how.suite()
    secret = how.generate()
    return f"{_PRIVATE} {kem} {b64(secret)}\n", f"{_PUBLIC} {kem} {b64(how.public_bytes(secret))}\n"


def public_of(private: Path) -> str:
    """The text of the public file that belongs to a private one."""
    kem, secret = _read(private, _PRIVATE, _private(str(private)))
    if kem not in KEMS:
        raise WrappingKeyError(f"{private}: not the file of a private key", hint=_WHERE)
    return f"{_PUBLIC} {kem} {b64(KEMS[kem].public_bytes(secret))}\n"


class HpkeKey:
    """``hpke:FILE``: the public half of a pair, which wraps; the private half is looked for when it must open."""

    proves = False  # the private half is not here when a keyring is wrapped
    public = True  # the other half stands in the keyring: whoever reads it can wrap a key of his own

    def __init__(self, kem: str, public: bytes) -> None:
        if kem not in KEMS:
            raise WrappingKeyError(
                f"hpke: unknown kind of key {kem[:40]!r}", hint=f"kinds are {', '.join(KEMS)}"
            )
        self._kem = kem
        self._public = public
        self._private = ""

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> HpkeKey:
        """From the file of the public key; a private one is refused, so that it is not left lying about."""
        if not argument:
            raise WrappingKeyError("--wrap hpke needs the file of a public key", hint="--wrap hpke:safe.pub")
        return cls(*_read(Path(argument), _PUBLIC, _open(argument)))

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> HpkeKey:
        try:
            found = cls(str(entry["kem"]), unb64(entry["public"]))
        except (KeyError, ValueError, TypeError):
            raise KeyringFormatError("hpke: the recipient is damaged") from None
        found._private = str(entry.get("private", ""))  # from configuration, never from the file
        return found

    def parameters(self) -> dict[str, Any]:
        return {"kem": self._kem, "public": b64(self._public)}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        how = KEMS[self._kem]
        suite = how.suite()
        try:
            return bytes(suite.encrypt(file_key, how.public(self._public), info=aad))
        except ValueError:
            raise WrappingKeyError(
                "hpke: this is not a public key", hint="piiguard keys recipient makes one"
            ) from None

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        place = (self._private or os.environ.get(PRIVATE_KEY, "")).removeprefix("file:").removeprefix("hpke:")
        if not place:
            raise WrappingKeyError(f"hpke: {PRIVATE_KEY} does not name its private key", hint=_WHERE)
        kem, secret = _read(Path(place), _PRIVATE, _private(place))
        how = KEMS.get(self._kem)
        if how is None or kem != self._kem or how.public_bytes(secret) != self._public:
            raise WrappingKeyError(f"{place}: the private key of another recipient", hint=_WHERE)
        suite = how.suite()
        try:
            return bytes(suite.decrypt(wrapped, how.private(secret), info=aad))
        except (InvalidTag, ValueError):
            raise WrappingKeyError(
                f"{place}: this private key does not open the keyring",
                hint="the recipient was made for another keyring, or was damaged",
            ) from None


def _read(path: Path, kind: str, text: bytes) -> tuple[str, bytes]:
    words = text.split()
    try:
        found, kem, key = (word.decode("ascii") for word in words)
        data = unb64(key)
    except (ValueError, UnicodeDecodeError):
        found = kem = ""
        data = b""
    if found != kind:
        wanted = "public" if kind == _PUBLIC else "private"
        raise WrappingKeyError(f"{path}: not the file of a {wanted} key", hint=_WHERE)
    return kem, data


def _open(argument: str) -> bytes:
    try:
        return files.read(argument, 1 << 16)
    except OSError as error:
        raise WrappingKeyError(
            f"{argument}: the public key cannot be read: {(error.strerror or 'error').lower()}",
            hint="piiguard keys recipient makes a pair",
        ) from None


def _private(place: str) -> bytes:
    try:
        return read_private(Path(place))
    except OSError as error:
        raise WrappingKeyError(
            f"{place}: the private key cannot be read: {(error.strerror or 'error').lower()}", hint=_WHERE
        ) from None


def _library() -> Any:
    try:
        return importlib.import_module("cryptography.hazmat.primitives.hpke")
    except ImportError:
        raise _too_old() from None


def _mlkem() -> Any:
    try:
        return importlib.import_module("cryptography.hazmat.primitives.asymmetric.mlkem")
    except ImportError:
        raise _too_old() from None


def _too_old() -> WrappingKeyError:
    return WrappingKeyError(
        "hpke: this build of cryptography cannot do it",
        hint="pip install --upgrade 'cryptography>=47', or choose the kind x25519",
    )
