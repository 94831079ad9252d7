"""The keyring as an application uses it: it hands out ciphers and blind indexes, and says which keys there are."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from piiguard import clock
from piiguard.errors import KeyringError, KeyVersionDestroyed, KeyVersionNotFound, KeyVersionRetired
from piiguard.frames import emptied
from piiguard.keys import change
from piiguard.keys.canary import Canaries
from piiguard.keys.column import ColumnCipher, SubkeyCache
from piiguard.keys.document import KeyVersion
from piiguard.keys.envelope import Envelope
from piiguard.keys.following import Followed
from piiguard.keys.heartbeat import Heartbeat
from piiguard.keys.index import IndexKey
from piiguard.keys.loading import KeyringFile, Opened
from piiguard.keys.normalizers import Normalizer, normalizer_for
from piiguard.keys.restriction import Restriction
from piiguard.keys.state import State
from piiguard.keys.tombstone import Tombstones
from piiguard.keys.trail import ChainedTrail, KeyringTrail, Trail
from piiguard.keys.trust import Accepts, Trust
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["Keyring", "State"]


POLL_SECONDS = 1.0  # how often the file is looked at


class Keyring(Followed):
    """Keys for columns and blind indexes. Nothing is opened until a value is encrypted or decrypted.

    Opening costs one Argon2id or one call to a key service: in asyncio do it at startup,
    ``await asyncio.to_thread(keyring.open)``.
    """

    def __init__(self, file: KeyringFile | None, heartbeats: Sequence[Heartbeat] = ()) -> None:
        self._cache = SubkeyCache()
        self._columns: dict[tuple[str, int], ColumnCipher] = {}
        self._indexes: dict[tuple[str, str, tuple[Normalizer, ...]], IndexKey] = {}
        super().__init__(file, heartbeats)

    @classmethod
    def from_env(cls, *, heartbeats: Sequence[Heartbeat] = (), **accepts: Unpack[Accepts]) -> Keyring:
        """The keyring that ``PIIGUARD_KEYRING`` names; the variables are read on first use.

        ``accepts`` as for :meth:`from_file`.
        """
        return cls(KeyringFile(_path_from_env, _passphrase_from_env, accepts), heartbeats)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        passphrase: AskPassphrase | None = None,
        heartbeats: Sequence[Heartbeat] = (),
        **accepts: Unpack[Accepts],
    ) -> Keyring:
        """The keyring in a file; ``passphrase`` is asked only if a recipient needs it.

        ``heartbeats`` are further places, beside the directory at the keyring, where this process reports which
        generation it has loaded, and asks which one was seen there. ``accepts`` says what the file may be and ask
        for, whatever stands in it: ``id``, ``min_generation``, ``providers``, ``pkcs11_module``, ``wrapping_key``,
        ``max_argon2_mib``, ``max_recipients``, ``allowed_suites``; what is not given is read from the variable of
        its name (docs/key-management.md)::

            Keyring.from_file("keyring.json", min_generation=7, wrapping_key="file:/run/secrets/wrapping")
        """
        place = Path(path)
        return cls(KeyringFile(lambda: place, passphrase or _passphrase_from_env, accepts), heartbeats)

    @classmethod
    @emptied
    def create(
        cls, path: str | os.PathLike[str], wrap: Sequence[str], *, passphrase: AskPassphrase | None = None
    ) -> Keyring:
        """Make a keyring file with one data key and one index key; ``wrap`` as in ``keys init --wrap``.

        What ``wrap`` names is accepted by the keyring that is given back.
        """
        change.create(Path(path), wrap, passphrase or _passphrase_from_env)
        return cls.from_file(path, passphrase=passphrase, **Trust.of(wrap))

    @classmethod
    def in_memory(cls) -> Keyring:
        """A new keyring that is never written: for tests and local work. What it encrypts ends with the process."""
        keyring = cls(None)
        keyring._opened = Opened.fresh(change.new(clock.stamp()))
        keyring.due = float("inf")
        return keyring

    @emptied
    def open(self) -> Keyring:
        """Open it now rather than at first use; a second call does nothing."""
        self._first()
        self._reports.wait()
        return self

    @emptied
    def reload(self) -> bool:
        """Read the file again, and wait for its key service; whether a new generation was loaded."""
        if self._file is None:
            return False
        with self._loading:
            before = self._opened
            opened = self._load(wait=True)
        self._reports.wait()
        return before is None or opened.state is not before.state

    @emptied
    def record(self, action: str, **details: Any) -> None:
        """Add a line to the audit trail, such as the summary of a job; no values, only places and counts.

        A keyring in memory has no trail: there it does nothing.
        """
        if (trail := self.trail()) is not None:
            trail.note(action, details)

    @emptied
    def trail(self, file: Path | None = None) -> Trail | None:
        """The audit trail: the keyring's own, or one in a file where the keyring cannot be written.

        None for a keyring in memory.
        """
        self.open()
        if self._file is None:
            return None
        unseal = self._file.unseal(self._opened)
        return KeyringTrail(self.path, unseal) if file is None else ChainedTrail(self.path, unseal, file)

    @property
    def path(self) -> Path:
        """Where the file is; a KeyringError for one in memory."""
        if self._file is None:
            raise KeyringError(
                "the keyring is in memory and has no file", hint="piiguard keys init makes a file"
            )
        return self._file.path

    @property
    def id(self) -> uuid.UUID:
        """Which keyring this is; every envelope is bound to it."""
        return self.current().id

    @property
    def generation(self) -> int:
        """How often it was changed; only ever grows."""
        return self.current().generation

    @property
    def history(self) -> str:
        """What tells two histories of one generation apart: the MAC of the line of the audit trail that made it."""
        return self.current().history

    @property
    def versions(self) -> tuple[KeyVersion, ...]:
        """All key versions, the destroyed ones too."""
        return self.current().versions

    def primary(self, kind: str = "data") -> KeyVersion:
        """The version that new values are written with."""
        return self.current().primary(kind)

    def column(self, context: str, type_code: int) -> ColumnCipher:
        """The cipher of one column; ``type_code`` is that of its codec."""
        with self.lock:
            if (context, type_code) not in self._columns:
                self._columns[context, type_code] = ColumnCipher(self, self._cache, context, type_code)
            return self._columns[context, type_code]

    def index(
        self, context: str, name: str, normalizer: str | Normalizer | Sequence[str | Normalizer]
    ) -> IndexKey:
        """The blind index of one column; of several normalizers, the newest first, under all of which rows stand."""
        rules = (normalizer,) if isinstance(normalizer, str | Normalizer) else normalizer
        found = tuple(map(normalizer_for, rules))
        with self.lock:
            if (context, name, found) not in self._indexes:
                self._indexes[context, name, found] = IndexKey(self, context, name, found)
            return self._indexes[context, name, found]

    @emptied
    def tombstones(self) -> Tombstones:
        """Makes tombstones of what is erased; a keyring of before gets its key now, as its next generation."""
        return Tombstones(self._member("tombstone"), self.id)

    @emptied
    def restriction(self) -> Restriction:
        """Seals and opens what is restricted; a keyring of before gets its key now, as its next generation."""
        return Restriction(self._member("restrict"), self.id)

    def canaries(self) -> Canaries:
        """Marks invented people, so that they are told again in a leaked file."""
        return Canaries(self._member("restrict"), self.id)

    def _member(self, name: str) -> bytes:
        if name not in self.open().current().members and self._file is not None:
            change.grow(self.path, self._file.unseal(self._opened), name)
            self.reload()
        return self.current().members[name]

    @emptied
    def version_of(self, envelope: bytes) -> KeyVersion:
        """The key version that wrote an envelope, whatever its state is now."""
        return self._known(Envelope.parse(envelope).key_id, "the envelope")[1]

    @emptied
    def needs_rotation(self, envelope: bytes) -> bool:
        """Whether an envelope was written with another key than the primary one."""
        return Envelope.parse(envelope).key_id != self.primary().id

    def allow(self, suite: int, place: str) -> None:
        """Refuse a suite of envelopes that configuration does not name."""
        trust = Trust() if self._file is None else self._file.trust
        trust.allow(suite, place)

    def find(self, key_id: int, place: str) -> tuple[State, KeyVersion]:
        """A data key that may decrypt; otherwise the error that says why not."""
        state, version = self._known(key_id, place)
        if version.kind != "data":
            raise KeyringError(f"{place}: the envelope names index key version {version.version}")
        if version.state == "destroyed":
            raise KeyVersionDestroyed(
                f"{place}: key version {version.version} was destroyed",
                version=version.version,
                hint="what it encrypted cannot be read again; restore a copy that was rotated before",
            )
        if version.state == "retired":
            raise KeyVersionRetired(
                f"{place}: key version {version.version} is retired",
                version=version.version,
                hint=f"piiguard keys retire --undo {version.version:d}, rotate, then retire it again",
            )
        return state, version

    def _known(self, key_id: int, place: str) -> tuple[State, KeyVersion]:
        state = self.current()
        if key_id not in state.by_id and self._file is not None:
            self._search()
            state = self.current()
        version = state.by_id.get(key_id)
        if version is None:
            known = [v.version for v in state.versions if v.kind == "data"]
            raise KeyVersionNotFound(
                f"{place}: key id {key_id:08x} is not in the keyring (generation {state.generation}, "
                f"data key versions {', '.join(map(str, known))})",
                key_id=key_id,
                known=known,
                hint="deploy the newest keyring file; or the value belongs to another keyring",
            )
        return state, version

    def _interval(self) -> float:
        return POLL_SECONDS

    def _forget(self) -> None:
        self._cache.forget()
        for column in list(self._columns.values()):
            column.forget()
        for index in list(self._indexes.values()):
            index.forget()

    def after_fork(self) -> None:
        """Locks may have been held by a thread that is not in the child; nonces must not be shared."""
        super().after_fork()
        self._cache.after_fork()
        self._forget()

    def __repr__(self) -> str:
        if self._opened is None:
            return "<Keyring, not opened>"
        state = self._opened.state
        return f"<Keyring {state.id} generation {state.generation}{'' if self._file else ', in memory, never written'}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a keyring cannot be pickled or copied: open it in the child")


def _path_from_env() -> Path:
    path = os.environ.get("PIIGUARD_KEYRING")
    if not path:
        raise KeyringError(
            "PIIGUARD_KEYRING is not set", hint="set it to the keyring file; piiguard keys init makes one"
        )
    return Path(path)


def _passphrase_from_env() -> str:
    passphrase = os.environ.get("PIIGUARD_PASSPHRASE")
    if passphrase is None:
        raise KeyringError("a passphrase is needed", hint="set PIIGUARD_PASSPHRASE")
    return passphrase
