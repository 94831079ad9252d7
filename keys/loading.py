"""From a keyring file to an opened keyring, acting on nothing that the file says before it is proved.

In this order: what configuration refuses, what this process or the trail has seen newer, the body under the key that
is already known; only then a recipient, and of those only the ones that are proved or named by configuration.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from piiguard.errors import KeyringFormatError, WrappingKeyError
from piiguard.keys import freshness, recipients, store
from piiguard.keys.document import Contents, Document
from piiguard.keys.state import State
from piiguard.keys.trust import Accepts, Trust
from piiguard.keys.wrapping import AskPassphrase

__all__ = ["KeyringFile", "Opened", "Sealed"]


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What a process has loaded: the state, the key that opened it, and the recipients that its body has proved."""

    state: State
    file_key: bytes
    recipients: tuple[Mapping[str, Any], ...]

    @classmethod
    def fresh(cls, contents: Contents) -> Opened:
        """One that no file key opens, since it is in no file."""
        return cls(State.of(contents), b"", ())

    def with_state(self, state: State) -> Opened:
        """The same under another key, after a rewrap that changed no generation."""
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A file that was read and not yet opened."""

    document: Document
    place: str
    trust: Trust
    ask: AskPassphrase | None
    before: Opened | None

    def open(self) -> Opened | None:
        """Open it with the file key that is known; None when it was rewrapped, or nothing is known yet."""
        if self.before is None:
            return None
        try:
            contents = self.document.open(self.before.file_key, self.place)
        except KeyringFormatError:
            return None
        return self._opened(contents, self.before.file_key)

    def unwrap(self) -> Opened:
        """Ask recipients for the file key: may take as long as a person or a service."""
        among = self._among()
        file_key = recipients.unwrap(self.document, self.place, self.ask, self.trust, among, values=True)
        return self._opened(self.document.open(file_key, self.place), file_key)

    def _among(self) -> list[Mapping[str, Any]] | None:
        """The recipients that may be asked: at a reload none that only the file proposes."""
        if self.before is None or self.trust.wrapping_key is not None:
            return None
        found = recipients.proved(self.document, self.before.file_key, self.before.recipients)
        if not found:
            raise WrappingKeyError(
                f"{self.place}: recipients: none is known to this process, and nothing proves the new ones",
                hint="if it was rewrapped on purpose, restart the application; "
                "PIIGUARD_WRAPPING_KEY=PROVIDER:… names a wrapping key that is always asked",
            )
        return found

    def _opened(self, contents: Contents, file_key: bytes) -> Opened:
        state = State.of(contents)
        if self.before is not None:
            freshness.refuse_fork(
                state, self.before.state.generation, self.before.state.history, self.place, "in use"
            )
        return Opened(state, file_key, self.document.recipients)


class KeyringFile:
    """Where the file is, and what is accepted of it; nothing is looked at before it is needed."""

    def __init__(self, locate: Callable[[], Path], ask: AskPassphrase | None, accepts: Accepts) -> None:
        self._locate = locate
        self._ask = ask
        self._accepts = accepts

    @cached_property
    def path(self) -> Path:
        """The file, wherever links lead."""
        return self._locate()

    @cached_property
    def trust(self) -> Trust:
        """The configuration, read once."""
        return Trust.configured(os.environ, **self._accepts)

    def stamp(self) -> store.Stamp | None:
        """What changes when the file is replaced."""
        return store.stamp(self.path)

    def read(self, before: Opened | None) -> Sealed:
        """The file of now, or the error that says why it is not accepted; no recipient is asked."""
        place = str(self.path)
        trust = self.trust
        document = Document.parse(store.read(self.path), place)
        if before is not None:
            _refuse_foreign(document, before.state, place)
        trust.admit(document, place)
        trust.refuse_older(document.generation, place)
        freshness.refuse_behind_trail(self.path, document)
        return Sealed(document, place, trust, self._ask, before)

    def unseal(self, opened: Opened | None) -> Callable[[Document], tuple[Contents, bytes]]:
        """Opens a document that was read under the lock of the file, by the key that is known first."""

        def unseal(document: Document) -> tuple[Contents, bytes]:
            sealed = Sealed(document, str(self.path), self.trust, self._ask, opened)
            file_key = (sealed.open() or sealed.unwrap()).file_key
            return document.open(file_key, sealed.place), file_key

        return unseal


def _refuse_foreign(document: Document, loaded: State, place: str) -> None:
    if document.id != loaded.id:
        raise KeyringFormatError(
            f"{place}: another keyring ({document.id}) than the one in use ({loaded.id})",
            hint="bring the right file back, or restart with the new one",
        )
    if document.generation < loaded.generation:
        raise KeyringFormatError(
            f"{place}: generation {document.generation} is older than {loaded.generation}, which was in use",
            hint="an old copy was put in place; bring the newest one back",
        )
