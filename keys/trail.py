"""Where the lines of jobs go: into the keyring's own trail, or into a file where the keyring cannot be written.

The keyring's header covers its own trail. Lines of a file are only chained: cutting its end off shows by what a
database has pinned, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import audit, chain, change, derivation, store
from piiguard.keys.chain import Entry, Mark
from piiguard.keys.change import Unseal
from piiguard.keys.document import Contents, Document

__all__ = ["ChainedTrail", "KeyringTrail", "Trail", "verify_chained"]


class Trail(Protocol):
    """An audit trail that lines can be added to."""

    kind: ClassVar[str]
    """``trail``, covered by the keyring's header, or ``chained``."""

    @property
    def place(self) -> Path:
        """The file."""

    def note(self, action: str, details: Mapping[str, Any]) -> Mark:
        """Add a line of places and counts, never values; a KeyringError when it cannot be written."""

    def newest(self) -> Mark:
        """The newest line that the keyring knows, or that stands in the file."""

    def find(self, number: int) -> Mark | None:
        """One line, as far as the file has it."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyringTrail:
    """The trail beside a keyring: each line reseals the keyring, whose header covers it."""

    path: Path
    unseal: Unseal
    kind: ClassVar[str] = "trail"

    @property
    def place(self) -> Path:
        return audit.trail_path(self.path)

    def note(self, action: str, details: Mapping[str, Any]) -> Mark:
        try:
            return change.record(self.path, self.unseal, action, details)
        except KeyringFormatError:
            raise
        except KeyringError as error:
            hint = f"{error.hint}; where the keyring cannot be written: --trail FILE"
            raise KeyringError(str(error), hint=hint) from None

    def newest(self) -> Mark:
        held = _held(self.path, self.unseal)
        return chain.newest(change.audit_key(held), held.header, audit.read(self.path))

    def find(self, number: int) -> Mark | None:
        return _numbered(audit.read(self.path), number)


@dataclass(frozen=True, slots=True, repr=False)
class ChainedTrail:
    """A trail in a file of its own: nothing is written beside the keyring. One that was touched takes no line."""

    path: Path
    unseal: Unseal
    file: Path
    kind: ClassVar[str] = "chained"

    @property
    def place(self) -> Path:
        return self.file

    def note(self, action: str, details: Mapping[str, Any]) -> Mark:
        with store.locked(self.file):
            held = _held(self.path, self.unseal)
            last = self._check(held, audit.lines_of(self.file))
            line = chain.entry(_key(held), last, change.utc_now(), held.generation, action, details)
            audit.append(self.file, line, held.id)
            return chain.mark(line)

    def newest(self) -> Mark:
        return self._check(_held(self.path, self.unseal), audit.lines_of(self.file))

    def find(self, number: int) -> Mark | None:
        return _numbered(audit.lines_of(self.file), number)

    def _check(self, held: Contents, lines: Sequence[Entry]) -> Mark:
        return chain.check(_key(held), lines, str(self.file))


def verify_chained(held: Contents, file: Path) -> int:
    """Check a trail in a file of its own; how many lines it has."""
    lines = audit.whole_lines_of(file)
    chain.check(_key(held), lines, str(file))
    return len(lines)


def _held(path: Path, unseal: Unseal) -> Contents:
    return unseal(Document.parse(store.read(path), str(path)))[0]


def _key(held: Contents) -> bytes:
    return derivation.chained_key(change.audit_key(held), held.id)


def _numbered(lines: Sequence[Entry], number: int) -> Mark | None:
    return next((chain.mark(line) for line in lines if line["number"] == number), None)
