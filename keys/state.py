"""One generation of an opened keyring, as values are encrypted with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from piiguard.keys.document import LIVE, Contents, KeyVersion

__all__ = ["State"]


@dataclass(frozen=True, slots=True, repr=False)
class State:
    """One generation of an opened keyring; readers keep a reference while a reload makes the next."""

    id: uuid.UUID
    generation: int
    history: str
    versions: tuple[KeyVersion, ...]
    by_id: Mapping[int, KeyVersion]
    roots: Mapping[str, bytes]
    members: Mapping[str, bytes]

    @classmethod
    def of(cls, contents: Contents) -> State:
        versions = contents.versions
        live = {v.slot: contents.secrets[v.slot] for v in versions if v.state in LIVE}
        members = {name: contents.secrets[name] for name in contents.members}
        by_id = {v.id: v for v in versions}
        return cls(contents.id, contents.generation, contents.history, versions, by_id, live, members)

    def primary(self, kind: str) -> KeyVersion:
        """The version that writes."""
        return next(v for v in self.versions if v.kind == kind and v.state == "primary")

    def index_roots(self) -> list[tuple[int, bytes]]:
        """Every live index version, the primary first."""
        live = [v for v in self.versions if v.kind == "index" and v.state in LIVE]
        live.sort(key=lambda v: (v.state != "primary", -v.version))
        return [(v.version, self.roots[v.slot]) for v in live]
