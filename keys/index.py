"""The blind index: a keyed hash of the normalized value, beside the ciphertext.

``version (2, big-endian) || HMAC-SHA-256(index key, normalized value)[:14]``: equal values of one column are
equal here, and nothing else is told.

While an index goes from one rule to another it has both: new hashes are made under the first, a search asks for
all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from piiguard import clock
from piiguard.errors import KeyVersionNotFound
from piiguard.frames import emptied, empty
from piiguard.keys.derivation import index_key, lp, unpacked
from piiguard.keys.normalizers import Normalizer

if TYPE_CHECKING:
    from piiguard.keys.keyring import Keyring

__all__ = ["SIZE", "IndexKey"]

SIZE = 16
_Copy = Callable[[], "hashlib._Hash"]
_Midstates = tuple[bytes, _Copy, _Copy]  # version, inner and outer SHA-256 of HMAC


class IndexKey:
    """The blind index of one column; it follows promotions and reloads of its keyring.

    ``rules`` are the normalizers under which rows may have been written, the newest first.
    """

    __slots__ = ("_keyring", "_midstates", "compute", "context", "name", "rules")

    def __init__(self, keyring: Keyring, context: str, name: str, rules: tuple[Normalizer, ...]) -> None:
        self.context = context
        self.name = name
        self.rules = rules
        self._keyring = keyring
        self._midstates: list[tuple[_Midstates, ...]] | None = None
        self.compute: Callable[[Any], bytes | None] = self._compute()

    @property
    def normalizer(self) -> Normalizer:
        """The rule that new hashes are made under."""
        return self.rules[0]

    def _compute(self) -> Callable[[Any], bytes | None]:
        keyring, passed = self._keyring, clock.monotonic
        normalize: Callable[[Any], Any] = self.normalizer.function

        def compute(value: Any) -> bytes | None:
            """The index bytes under the primary version; None when nothing is left after normalizing."""
            if value is None:
                return None
            try:
                if passed() >= keyring.due:
                    keyring.poll()
                normal = normalize(value)
                if not normal:
                    return None
                try:
                    data = normal.encode()  # a call less than _bytes, for nearly every value
                except (AttributeError, UnicodeEncodeError):
                    data = _bytes(normal)
                version, inner, outer = (self._midstates or self._load())[0][0]
                first, second = inner(), outer()
                first.update(data)
                second.update(first.digest())
                return version + second.digest()[:14]
            except BaseException as error:
                value = normal = data = None
                empty(error)
                raise

        return compute

    @emptied
    def candidates(self, value: Any) -> list[bytes]:
        """The index bytes under every live version and rule, the newest first: what a query compares with."""
        normal = self.normal(value)
        return [] if normal is None else self.hashes([normal])

    def normal(self, value: Any) -> bytes | None:
        """The bytes that are hashed, the same under every version; None when no rule leaves anything.

        Of several rules, the form under each with its length before it.
        """
        if len(self.rules) == 1:
            normal = self.normalizer(value)
            return None if normal is None else _bytes(normal)
        forms = [rule(value) for rule in self.rules]
        if forms.count(None) == len(forms):
            return None
        return b"".join(lp(b"" if form is None else _bytes(form)) for form in forms)

    def hashes(self, normals: Iterable[bytes]) -> list[bytes]:
        """The index bytes of what :meth:`normal` gave, each under every live version, the primary first."""
        versions = self.epoch()
        if len(self.rules) == 1:
            return [_digest(one, data) for data in normals for (one,) in versions]
        return [
            _digest(one, form)
            for normal in normals
            for midstates in versions
            for one, form in zip(midstates, unpacked(normal), strict=True)
            if form
        ]

    def epoch(self) -> list[tuple[_Midstates, ...]]:
        """The same object for as long as the same versions are live in the same order."""
        self._keyring.current()
        return self._midstates or self._load()

    def under(self, version: int) -> Callable[[Any], bytes | None]:
        """Computes the index bytes under one live version, for a job that goes from one to the next."""
        wanted = version.to_bytes(2, "big")

        @emptied
        def compute(value: Any) -> bytes | None:
            normal = None if value is None else self.normalizer(value)
            if normal is None:
                return None
            for found, *_ in self.epoch():
                if found[0] == wanted:
                    return _digest(found, _bytes(normal))
            raise KeyVersionNotFound(
                f"{self.context}: index key version {version} is not in use", version=version
            )

        return compute

    def forget(self) -> None:
        """Derive the keys again: versions may have been added, promoted or retired."""
        self._midstates = None

    def _load(self) -> list[tuple[_Midstates, ...]]:
        while True:
            state = self._keyring.current()
            found = [
                tuple(
                    _hmac(version, index_key(root, state.id, self.context, self.name, rule.label))
                    for rule in self.rules
                )
                for version, root in state.index_roots()
            ]
            with self._keyring.lock:
                if self._keyring.holds(state):  # a reload in between would be lost
                    self._midstates = found
                    return found

    def __repr__(self) -> str:
        return f"<IndexKey {self.context} {self.name} {' '.join(rule.label for rule in self.rules)}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("an index key cannot be pickled: open the keyring in the child")


def _bytes(normal: str | bytes) -> bytes:
    if isinstance(normal, bytes):
        return normal
    try:
        return normal.encode()  # a third faster than with an error handler named
    except UnicodeEncodeError:
        return normal.encode("utf-8", "surrogatepass")


def _hmac(version: int, key: bytes) -> _Midstates:
    """HMAC by copied midstates: half the time of hmac.digest, which hashes both pads for every value."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    return version.to_bytes(2, "big"), inner.copy, outer.copy


def _digest(midstates: _Midstates, data: bytes) -> bytes:
    version, inner, outer = midstates
    first, second = inner(), outer()
    first.update(data)
    second.update(first.digest())
    return version + second.digest()[:14]
