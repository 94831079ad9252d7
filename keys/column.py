"""The cipher of one column: closures that cost one AES-GCM call per value.

The first half of a nonce is drawn once per process and column for at most 2^20 values, so the subkey of XAES
is computed once; the second half is always ``os.urandom``: never a counter (a restored machine repeats it) and
never a pool that outlives a statement (a fork in C copies it; see :mod:`piiguard.keys.nonces`).
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag

from piiguard import clock
from piiguard.errors import DecryptionError, EnvelopeError, NotEncrypted, PiiguardError, ValueRestricted
from piiguard.frames import emptied, empty
from piiguard.keys import derivation, nonces
from piiguard.keys.cipher import subcipher
from piiguard.keys.codec import RESTRICTED
from piiguard.keys.envelope import SUITE_XAES, Envelope, header

if TYPE_CHECKING:
    from piiguard.keys.keyring import Keyring

__all__ = ["BUDGET", "ColumnCipher", "SubkeyCache"]

BUDGET = 1 << 20  # values under one first half of the nonce
_Seal = Callable[[bytes, bytes, bytes], bytes]
_Writer = tuple[bytes, _Seal, bytes]  # what leads the envelope, the cipher, the associated data
_Reader = tuple[_Seal, bytes]  # the cipher, the associated data


class SubkeyCache:
    """Bounds what all columns of a keyring keep together: an AES object takes about 2.5 KB."""

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._order: deque[tuple[dict[bytes, _Reader], bytes]] = deque()
        self._lock = threading.Lock()

    def keep(self, table: dict[bytes, _Reader], selector: bytes, reader: _Reader) -> None:
        """Put one entry in and drop the oldest of any column; a look-up needs no lock."""
        with self._lock:
            if len(self._order) >= self._size:
                oldest, key = self._order.popleft()
                oldest.pop(key, None)
            table[selector] = reader
            self._order.append((table, selector))

    def forget(self) -> None:
        """Drop everything: key versions may have been retired."""
        with self._lock:
            for table, key in self._order:
                table.pop(key, None)
            self._order.clear()

    def after_fork(self) -> None:
        """A thread that is not in the child may have held the lock."""
        self._lock = threading.Lock()


class ColumnCipher:
    """Encrypts and decrypts the values of one column; follows promotions and reloads of its keyring."""

    __slots__ = ("_cache", "_keyring", "_readers", "_take", "context", "decrypt", "encrypt", "type_code")

    def __init__(self, keyring: Keyring, cache: SubkeyCache, context: str, type_code: int) -> None:
        self.context = context
        self.type_code = type_code
        self._keyring = keyring
        self._cache = cache
        self._readers: dict[bytes, _Reader] = {}
        self._take: Callable[[], _Writer] = _spent
        self.encrypt: Callable[[bytes], bytes] = self._encrypt()
        self.decrypt: Callable[[bytes], bytes] = self.decryptor(None)

    # A closure over local names costs a tenth less per value than a method. The clock is asked every time,
    # or a process that writes seldom would go on writing with a key that is no longer primary.
    def _encrypt(self) -> Callable[[bytes], bytes]:
        keyring, passed, urandom = self._keyring, clock.monotonic, os.urandom

        def encrypt(plaintext: bytes) -> bytes:
            try:
                if passed() >= keyring.due:
                    keyring.poll()
                take = self._take
                try:
                    lead, seal, aad = take()
                except StopIteration:
                    lead, seal, aad = self._renew()
                nonce = urandom(12)
                return lead + nonce + seal(nonce, plaintext, aad)
            except BaseException as error:
                plaintext = b""
                empty(error)
                raise

        return encrypt

    def encryptor(self, encode: Callable[[Any], bytes]) -> Callable[[Any], Any]:
        """One closure that encodes and encrypts; None stays None."""
        keyring, passed, urandom, stock = self._keyring, clock.monotonic, os.urandom, nonces.stock

        def encrypt(value: Any) -> Any:
            if value is None:
                return None
            try:
                plaintext = encode(value)
                if passed() >= keyring.due:
                    keyring.poll()
                take = self._take
                try:
                    lead, seal, aad = take()
                except StopIteration:
                    lead, seal, aad = self._renew()
                drawn = stock.nonces
                nonce = drawn.pop() if drawn else urandom(12)
                return lead + nonce + seal(nonce, plaintext, aad)
            except BaseException as error:
                value = plaintext = None
                empty(error)
                raise

        return encrypt

    def decryptor(
        self, decode: Callable[[bytes], Any] | None, restricted: Callable[[], Any] | None = None
    ) -> Callable[[Any], Any]:
        """One closure that decrypts and decodes; None stays None. ``restricted`` makes what stands for such a value."""
        keyring, passed, look_up, find = self._keyring, clock.monotonic, self._readers.get, self._reader

        def decrypt(envelope: Any) -> Any:
            if envelope is None:
                return None
            plaintext = b""
            try:
                if passed() >= keyring.due:
                    keyring.poll()
                try:
                    reader = look_up(envelope[:18])
                except TypeError:
                    reader = None  # a buffer that cannot be hashed
                # No KeyError here: it would hold the value, and stand in the traceback of the error below.
                unseal, aad = reader or find(envelope)
                try:
                    plaintext = unseal(envelope[18:30], envelope[30:], aad)
                    return plaintext if decode is None else decode(plaintext)
                except InvalidTag:
                    failure = self._failure(envelope)
                except (ValueError, TypeError, LookupError, ArithmeticError):  # a codec's has plaintext
                    is_restricted = plaintext.startswith(RESTRICTED)
                    if is_restricted and restricted is not None:
                        return restricted()
                    failure = (
                        ValueRestricted(self.context)
                        if is_restricted
                        else self._failure(envelope, opened=True)
                    )
                raise failure
            except BaseException as error:
                envelope, plaintext = None, b""  # what is no envelope is plaintext
                empty(error)
                raise

        return decrypt

    @emptied
    def encrypt_many(self, values: Sequence[bytes | None]) -> list[bytes | None]:
        """Encrypt a batch with one call for randomness."""
        present = [value for value in values if value is not None]
        self._keyring.current()
        drawn = os.urandom(12 * len(present))
        nonces = [drawn[at : at + 12] for at in range(0, len(drawn), 12)]
        sealed: list[bytes | None] = [
            lead + nonce + seal(nonce, value, aad)
            for (lead, seal, aad), value, nonce in zip(
                self._writers(len(present)), present, nonces, strict=True
            )
        ]
        if len(present) == len(values):
            return sealed
        rest = iter(sealed)
        return [None if value is None else next(rest) for value in values]

    @emptied
    def decrypt_many(self, envelopes: Sequence[bytes | None]) -> list[bytes | None]:
        """Decrypt a batch; the first value that does not open raises."""
        if clock.monotonic() >= self._keyring.due:
            self._keyring.poll()
        look_up, find = self._readers.get, self._reader
        try:
            return [
                None
                if value is None
                else (reader := look_up(value[:18]) or find(value))[0](value[18:30], value[30:], reader[1])
                for value in envelopes
            ]
        except (InvalidTag, TypeError, ValueError):
            pass  # which value it was, and what is wrong with it, is told when they are opened one by one
        return list(map(self.decrypt, envelopes))  # type: ignore[arg-type]

    def forget(self) -> None:
        """Draw a new first half of the nonce, under the key that is primary then."""
        self._take = _spent

    def _writers(self, count: int) -> list[_Writer]:
        found = list(islice(iter(self._take, None), count))
        return [*found, *(self._writer() for _ in range(count - len(found)))]

    def _writer(self) -> _Writer:
        try:
            return self._take()
        except StopIteration:
            return self._renew()

    def _renew(self) -> _Writer:
        keyring = self._keyring
        keyring.allow(SUITE_XAES, self.context)
        while True:
            state = keyring.current()
            version = state.primary("data")
            lead = header(version.id)
            key = derivation.column_key(state.roots[version.slot], state.id, self.context)
            aad = derivation.aad(lead, state.id, self.context, self.type_code)
            selector = os.urandom(12)
            seal: _Seal = subcipher(key, selector).encrypt
            with keyring.lock:
                if keyring.holds(state):  # a reload between look-up and assignment would be lost
                    self._take = repeat((lead + selector, seal, aad), BUDGET).__next__
                    return self._take()

    def _reader(self, value: Any) -> _Reader:
        """Derive the subkey of an envelope seen for the first time, or say what is wrong with it."""
        if isinstance(value, str):
            raise NotEncrypted(f"{self.context}: the value is text, not an envelope", hint=_PLAIN)
        envelope = self._parse(bytes(value))
        keyring = self._keyring
        keyring.allow(envelope.suite, self.context)
        while True:
            state, version = keyring.find(envelope.key_id, self.context)
            lead = header(version.id)
            key = derivation.column_key(state.roots[version.slot], state.id, self.context)
            reader = (
                subcipher(key, envelope.nonce[:12]).decrypt,
                derivation.aad(lead, state.id, self.context, self.type_code),
            )
            with keyring.lock:
                if keyring.holds(state):
                    self._cache.keep(self._readers, lead + envelope.nonce[:12], reader)
                    return reader

    def _parse(self, value: bytes) -> Envelope:
        try:
            return Envelope.parse(value)
        except (NotEncrypted, EnvelopeError) as error:
            failure = type(error)(f"{self.context}: {error}", hint=error.hint)
        raise failure

    def _failure(self, value: Any, *, opened: bool = False) -> PiiguardError:
        """One error for every cause of a failed tag: which one it was would help an attacker.

        What has opened is genuine, and only its reader may be told that it has another type now.
        """
        try:
            _, version = self._keyring.find(self._parse(bytes(value)).key_id, self.context)
        except PiiguardError as error:
            return error
        return DecryptionError(
            f"{self.context}: the value opens, and is nothing that the type of the column reads"
            if opened
            else f"{self.context}: the value does not open with key version {version.version}",
            context=self.context,
            version=version.version,
            hint=_OTHER_TYPE if opened else _CHANGED,
        )

    def __repr__(self) -> str:
        return f"<ColumnCipher {self.context} type {self.type_code:02x}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a column cipher cannot be pickled: open the keyring in the child")


_CHANGED = (
    "it was changed, belongs to another column, or was written as another type (piiguard manifest --check); "
    "piiguard verify finds such rows"
)
_OTHER_TYPE = (
    "it was written while the type took more than now: give an Enum its member back, then change the rows"
)
_PLAIN = "it is plaintext: piiguard encrypt"


def _spent() -> _Writer:
    raise StopIteration
