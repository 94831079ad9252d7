"""A wrapping key inside a PKCS#11 token, which it never leaves: the token encrypts and decrypts the file key.

``pkcs11:token=LABEL;object=LABEL?module-path=LIBRARY`` as in RFC 7512, with ``serial`` and ``id`` beside the labels;
``mechanism`` chooses how (:mod:`piiguard.keys.wrapping.mechanisms`). An attribute that would be ignored is refused. The PIN comes from ``PIIGUARD_PKCS11_PIN`` or
a ``pin-source=file:PATH`` of the URI, never from the URI itself. A session is opened for each use and closed: it
would not survive a fork.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys.private import read_private
from piiguard.keys.wrapping import AskPassphrase
from piiguard.keys.wrapping.mechanisms import DEFAULT, MECHANISMS, Mechanism

__all__ = ["TokenKey"]

_started: dict[str, int] = {}  # library -> the process that initialized it


class TokenKey:
    """``pkcs11:URI``: a key of a token."""

    def __init__(self, uri: str, *, create: bool = False) -> None:
        self._uri = uri.removeprefix("pkcs11:")
        self._parts = _parse(self._uri)
        self._create = create

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> TokenKey:
        """A key that is not in the token yet is made there: sensitive, and not extractable."""
        return cls(argument, create=True)

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> TokenKey:
        return cls(str(entry.get("uri", "")))

    def parameters(self) -> dict[str, Any]:
        return {"uri": self._uri}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        with self._key(writable=self._create) as opened:
            return self._mechanism().wrap(*opened, file_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        with self._key() as opened:
            return self._mechanism().unwrap(*opened, wrapped, aad)

    def _mechanism(self) -> Mechanism:
        return MECHANISMS[self._parts.get("mechanism", DEFAULT)]

    @contextmanager
    def _key(self, *, writable: bool = False) -> Iterator[tuple[Any, Any, Any]]:
        """The library, a session of the token, and the key in it."""
        library = _import()
        place = f"pkcs11 token {self._parts['token']!r}"
        try:
            token = self._library(library).get_token(**self._token())
            with token.open(user_pin=self._pin(), rw=writable) as session:
                yield library, session, self._find(library, session)
        except library.exceptions.PKCS11Error as error:
            raise _explained(library, error, place, self._parts["object"]) from None

    def _token(self) -> dict[str, Any]:
        serial = self._parts.get("serial")
        return {"token_label": self._parts["token"]} | ({"token_serial": serial.encode()} if serial else {})

    def _library(self, library: Any) -> Any:
        module = self._module()
        try:
            return _load(library, module)
        except (OSError, RuntimeError, library.exceptions.PKCS11Error):
            raise WrappingKeyError(f"{module}: the PKCS#11 library does not load", hint=_MODULE) from None

    def _find(self, library: Any, session: Any) -> Any:
        name: dict[str, Any] = {"label": self._parts["object"]}
        if "id" in self._parts:
            name["id"] = self._parts["id"].encode("latin-1")
        try:
            return self._mechanism().find(library, session, name)
        except library.exceptions.NoSuchKey:
            if not self._create:
                raise
        return self._mechanism().make(library, session, name)

    def _module(self) -> str:
        module = self._parts.get("module-path") or os.environ.get("PIIGUARD_PKCS11_MODULE")
        if not module:
            raise WrappingKeyError("pkcs11: no library is named", hint=_MODULE)
        return module

    def _pin(self) -> str:
        source = self._parts.get("pin-source", "").removeprefix("file:")
        if source:
            try:
                return read_private(Path(source)).decode().strip()
            except (OSError, UnicodeDecodeError):
                raise WrappingKeyError(
                    f"{source}: the PIN cannot be read", hint="bring the file back"
                ) from None
        pin = os.environ.get("PIIGUARD_PKCS11_PIN")
        if pin is None:
            raise WrappingKeyError("pkcs11: the PIN of the token is needed", hint="set PIIGUARD_PKCS11_PIN")
        return pin


_MODULE = "add ?module-path=/usr/lib/… to the URI, or set PIIGUARD_PKCS11_MODULE"


def _import() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise MissingExtra("pkcs11", "python-pkcs11") from None
    return pkcs11


def _parse(uri: str) -> dict[str, str]:
    path, _, query = uri.partition("?")
    pairs = [part.partition("=") for part in [*path.split(";"), *query.split("&")] if part]
    parts = {name: unquote(value, "latin-1" if name == "id" else "utf-8") for name, _, value in pairs}
    if "pin-value" in parts:
        raise WrappingKeyError(
            "a PIN is never an argument: others would see it", hint="set PIIGUARD_PKCS11_PIN"
        )
    if not (parts.get("token") and parts.get("object")):
        raise WrappingKeyError(
            "the PKCS#11 URI names no token and object",
            hint="pkcs11:token=LABEL;object=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so",
        )
    if unknown := sorted(parts.keys() - _KNOWN):
        raise WrappingKeyError(
            f"the PKCS#11 URI has an attribute that would be ignored: {unknown[0][:40]!r}",
            hint=f"known are {', '.join(sorted(_KNOWN))}",
        )
    if parts.get("mechanism", DEFAULT) not in MECHANISMS:
        raise WrappingKeyError(
            f"pkcs11: unknown mechanism {parts['mechanism'][:40]!r}",
            hint=f"mechanisms are {', '.join(MECHANISMS)}",
        )
    return parts


_KNOWN = {"token", "object", "serial", "id", "module-path", "pin-source", "mechanism"}


def _load(library: Any, module: str) -> Any:
    loaded = library.lib(module)
    if _started.setdefault(module, os.getpid()) != os.getpid():
        loaded.reinitialize()  # PKCS#11 asks for this after a fork
        _started[module] = os.getpid()
    return loaded


def _explained(library: Any, error: Exception, place: str, label: str) -> WrappingKeyError:
    """What a token says, in words; whatever else fails while unwrapping is a failed tag (SoftHSM: GeneralError)."""
    errors = library.exceptions
    if isinstance(error, errors.NoSuchToken | errors.TokenNotPresent | errors.TokenNotRecognised):
        return WrappingKeyError(
            f"{place}: not there", hint="plug it in; pkcs11-tool --list-slots shows tokens"
        )
    if isinstance(error, errors.NoSuchKey):
        return WrappingKeyError(
            f"{place}: no key {label!r} for this mechanism",
            hint="pkcs11-tool --list-objects shows its keys",
        )
    if isinstance(error, errors.PinIncorrect | errors.PinInvalid | errors.PinLenRange):
        return WrappingKeyError(
            f"{place}: wrong PIN", hint="tokens lock after a few wrong PINs: look it up first"
        )
    if isinstance(error, errors.PinLocked):
        return WrappingKeyError(f"{place}: the PIN is locked", hint="its security officer can unlock it")
    if isinstance(
        error,
        errors.MechanismInvalid | errors.MechanismParamInvalid | errors.ArgumentsBad,
    ):
        return WrappingKeyError(
            f"{place}: it refuses this mechanism for key {label!r} ({type(error).__name__})",
            hint="choose another with &mechanism=aes-kwp, rsa-oaep or rsa-oaep-sha1",
        )
    return WrappingKeyError(
        f"{place}: key {label!r} does not open the keyring ({type(error).__name__})",
        hint="use the token that the keyring was last rewrapped with",
    )
