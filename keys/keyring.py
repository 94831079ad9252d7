"""The keyring as a process uses it: lazy, reloaded when its file changes, safe across threads and forks."""

from __future__ import annotations

import logging
import os
import threading
import uuid
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.errors import (
    KeyringError,
    KeyringFormatError,
    KeyVersionDestroyed,
    KeyVersionNotFound,
    KeyVersionRetired,
    PiiguardError,
)
from piiguard.frames import emptied
from piiguard.keys import change, recipients, store
from piiguard.keys.column import ColumnCipher, SubkeyCache
from piiguard.keys.document import LIVE, Contents, Document, KeyVersion
from piiguard.keys.envelope import Envelope
from piiguard.keys.heartbeat import BEAT_SECONDS, Beat, FileHeartbeat, Heartbeat, this_instance
from piiguard.keys.index import IndexKey
from piiguard.keys.normalizers import Normalizer, normalizer_for
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["Keyring", "State"]

_log = logging.getLogger("piiguard.keys")
POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True, repr=False)
class State:
    """One generation of an opened keyring; readers keep a reference while a reload makes the next."""

    id: uuid.UUID
    generation: int
    versions: tuple[KeyVersion, ...]
    by_id: Mapping[int, KeyVersion]
    roots: Mapping[str, bytes]

    @classmethod
    def of(cls, contents: Contents) -> State:
        versions = contents.versions
        live = {v.slot: contents.secrets[v.slot] for v in versions if v.state in LIVE}
        return cls(contents.id, contents.generation, versions, {v.id: v for v in versions}, live)

    def primary(self, kind: str) -> KeyVersion:
        """The version that writes."""
        return next(v for v in self.versions if v.kind == kind and v.state == "primary")

    def index_roots(self) -> list[tuple[int, bytes]]:
        """Every live index version, the primary first."""
        live = [v for v in self.versions if v.kind == "index" and v.state in LIVE]
        live.sort(key=lambda v: (v.state != "primary", -v.version))
        return [(v.version, self.roots[v.slot]) for v in live]


class Keyring:
    """Keys for columns and blind indexes. Nothing is opened until a value is encrypted or decrypted.

    Opening costs one Argon2id or one call to a key service: in asyncio do it at startup,
    ``await asyncio.to_thread(keyring.open)``.
    """

    def __init__(
        self, locate: Callable[[], Path], ask: AskPassphrase | None, heartbeats: Sequence[Heartbeat] = ()
    ) -> None:
        self._locate = locate
        self._ask = ask
        self._path: Path | None = None
        self._state: State | None = None
        self._stamp: store.Stamp | None = None
        self._file_key = b""
        self._heartbeats = tuple(heartbeats)
        self._beaten = (0, float("-inf"))  # generation and time of the last report
        self._searched = float("-inf")  # when an unknown key id last made us read the file
        self._cache = SubkeyCache()
        self._columns: dict[tuple[str, int], ColumnCipher] = {}
        self._indexes: dict[tuple[str, str, tuple[Normalizer, ...]], IndexKey] = {}
        self.lock = threading.RLock()
        self.due = float("-inf")  # when the file is looked at next
        _keyrings.add(self)

    @classmethod
    def from_env(cls, *, heartbeats: Sequence[Heartbeat] = ()) -> Keyring:
        """The keyring that ``PIIGUARD_KEYRING`` names; the variable is read on first use."""
        return cls(_path_from_env, _passphrase_from_env, heartbeats)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        passphrase: AskPassphrase | None = None,
        heartbeats: Sequence[Heartbeat] = (),
    ) -> Keyring:
        """The keyring in a file; ``passphrase`` is asked only if a recipient needs it.

        ``heartbeats`` are further places, beside the directory at the keyring, where this process reports
        which generation it has loaded.
        """
        place = Path(path)
        return cls(lambda: place, passphrase or _passphrase_from_env, heartbeats)

    @classmethod
    @emptied
    def create(
        cls, path: str | os.PathLike[str], wrap: Sequence[str], *, passphrase: AskPassphrase | None = None
    ) -> Keyring:
        """Make a keyring file with one data key and one index key; ``wrap`` as in ``keys init --wrap``."""
        change.create(Path(path), wrap, passphrase or _passphrase_from_env)
        return cls.from_file(path, passphrase=passphrase)

    @emptied
    def open(self) -> Keyring:
        """Open it now rather than at first use; a second call does nothing."""
        self._opened()
        return self

    @emptied
    def reload(self) -> bool:
        """Read the file again; whether a new generation was loaded."""
        with self.lock:
            before = self._state
            self._load()
            return self._state is not before

    @emptied
    def record(self, action: str, **details: Any) -> None:
        """Add a line to the audit trail, such as the summary of a job; no values, only places and counts."""
        self.open()
        change.record(self.path, self._unseal, action, details)

    @property
    def path(self) -> Path:
        """Where the file is."""
        if self._path is None:
            self._path = self._locate()
        return self._path

    @property
    def id(self) -> uuid.UUID:
        """Which keyring this is; every envelope is bound to it."""
        return self.current().id

    @property
    def generation(self) -> int:
        """How often it was changed; only ever grows."""
        return self.current().generation

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
    def version_of(self, envelope: bytes) -> KeyVersion:
        """The key version that wrote an envelope, whatever its state is now."""
        return self._known(Envelope.parse(envelope).key_id, "the envelope")[1]

    @emptied
    def needs_rotation(self, envelope: bytes) -> bool:
        """Whether an envelope was written with another key than the primary one."""
        return Envelope.parse(envelope).key_id != self.primary().id

    def current(self) -> State:
        """The state to work with now; looks for a new file at most once a second."""
        if clock.monotonic() >= self.due:
            self.poll()
        return self._state or self._opened()

    def _opened(self) -> State:
        with self.lock:
            return self._state or self._load()

    def poll(self) -> None:
        """Look at the file, unless another thread has just done so."""
        with self.lock:
            if clock.monotonic() >= self.due:
                self._look()

    def _look(self) -> None:
        """Load the file if it has changed; when that fails, keep what is loaded and warn."""
        state = self._opened()
        self.due = clock.monotonic() + POLL_SECONDS
        stamp = store.stamp(self.path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                state = self._load()
            except PiiguardError as error:
                _log.warning("generation %d stays in use: %s", state.generation, error)
        self._report(state)

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
                hint=f"piiguard keys retire --undo {version.version}, rotate, then retire it again",
            )
        return state, version

    def _known(self, key_id: int, place: str) -> tuple[State, KeyVersion]:
        state = self.current()
        if key_id not in state.by_id:
            with self.lock:
                if clock.monotonic() >= self._searched + POLL_SECONDS:
                    # A stamp may be late on network file systems; but unknown ids may come in floods.
                    self._searched = clock.monotonic()
                    self._stamp = None
                self._look()
                state = self._opened()
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

    def _load(self) -> State:
        stamp = store.stamp(self.path)
        document = Document.parse(store.read(self.path), str(self.path))
        self._refuse_foreign(document)
        contents = self._unseal(document)
        state = self._state
        if state is None or contents.generation != state.generation:
            self._state = state = State.of(contents)
            self._forget()
        self._stamp = stamp
        self._report(state)
        return state

    def _refuse_foreign(self, document: Document) -> None:
        loaded = self._state
        if loaded is None:
            return
        if document.id != loaded.id:
            raise KeyringFormatError(
                f"{self.path}: another keyring ({document.id}) than the one in use ({loaded.id})",
                hint="bring the right file back, or restart with the new one",
            )
        if document.generation < loaded.generation:
            raise KeyringFormatError(
                f"{self.path}: generation {document.generation} is older than {loaded.generation}, which was in use",
                hint="an old copy was put in place; bring the newest one back",
            )

    def _unseal(self, document: Document) -> Contents:
        """Try the file key that is known first: a reload must not cost Argon2id or a call to a service."""
        if self._file_key:
            try:
                return document.open(self._file_key, str(self.path))
            except KeyringFormatError:  # rewrapped
                pass
        self._file_key = recipients.unwrap(document, str(self.path), self._ask)
        return document.open(self._file_key, str(self.path))

    def _report(self, state: State) -> None:
        """Say which generation is loaded: at once when it is new, else once a minute."""
        now = clock.monotonic()
        if state.generation == self._beaten[0] and now < self._beaten[1] + BEAT_SECONDS:
            return
        self._beaten = state.generation, now
        beat = Beat(this_instance(), state.generation, clock.seconds(), str(state.id))
        for place in (FileHeartbeat(self.path), *self._heartbeats):
            try:
                place.report(beat)
            except Exception as error:  # noqa: BLE001 - a failed report must not stop an application
                _log.warning("heartbeat: %s", type(error).__name__)

    def _forget(self) -> None:
        self._cache.forget()
        for column in self._columns.values():
            column.forget()
        for index in self._indexes.values():
            index.forget()

    def _after_fork(self) -> None:
        """Locks may have been held by a thread that is not in the child; nonces must not be shared."""
        self.lock = threading.RLock()
        self._cache.after_fork()
        self._beaten = (0, float("-inf"))
        self._forget()

    def __repr__(self) -> str:
        state = self._state
        return f"<Keyring {state.id} generation {state.generation}>" if state else "<Keyring, not opened>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a keyring cannot be pickled or copied: open it in the child")


_keyrings: weakref.WeakSet[Keyring] = weakref.WeakSet()


def _after_fork() -> None:
    for keyring in list(_keyrings):
        keyring._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


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
