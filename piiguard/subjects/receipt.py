"""The receipt of an erasure (акт об уничтожении, жою туралы акт), of a restriction or a release: what went, where, when, by whom and
by which rule, and that a search found nothing after it. No value stands in it, and no key of a row.

``to_dict`` gives the document of ``docs/schema/receipt.schema.json``; :mod:`piiguard.report.person.receipt` makes a paper of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from piiguard.names import json_text
from piiguard.subjects.planned.steps import Done

__all__ = ["SCHEMA", "Changed", "Receipt", "kinds_of"]

SCHEMA = "piiguard.receipt/1"


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done in one database; ``left`` is what the search after it found, ``unsure`` rows that may be another's.

    ``unsearched`` are columns with documents that nobody could take apart, which was accepted.
    """

    target: str
    committed: str
    places: tuple[Done, ...]
    left: int
    unsure: int
    unsearched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """One erasure, restriction or release, as ``kind`` says. ``by`` is the account that ran it, ``identifiers`` the kinds that the person was named by.

    ``trail`` is the number of the line in the audit trail that was written before anything was changed, None without a trail.
    """

    id: str
    started: str
    finished: str
    by: str
    identifiers: tuple[str, ...]
    databases: tuple[Changed, ...]
    files: tuple[str, ...] = ()
    trail: int | None = None
    tombstones: int = 0
    kind: Literal["erase", "restrict", "release"] = "erase"

    @property
    def erased(self) -> int:
        """The rows that went, or whose values went."""
        return self._rows("delete", "null", "pseudonym")

    @property
    def kept(self) -> int:
        """The rows that stay by law and are not restricted."""
        return self._rows("keep")

    @property
    def restricted(self) -> int:
        """The rows whose values were sealed, or whose flag was set."""
        return self._rows("seal", "flag")

    @property
    def released(self) -> int:
        """The rows whose values were put back."""
        return self._rows("release")

    def _rows(self, *actions: str) -> int:
        return sum(done.rows for one in self.databases for done in one.places if done.action in actions)

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "id": self.id,
            "started": self.started,
            "finished": self.finished,
            "by": self.by,
            "identifiers": list(self.identifiers),
            "erased": self.erased,
            "kept": self.kept,
            "restricted": self.restricted,
            "released": self.released,
            "databases": [
                {
                    "target": one.target,
                    "committed": one.committed,
                    "places": [{**asdict(done), "columns": list(done.columns)} for done in one.places],
                    "left": one.left,
                    "unsure": one.unsure,
                    "unsearched": list(one.unsearched),
                }
                for one in self.databases
            ],
            "files": list(self.files),
            "trail": self.trail,
            "tombstones": self.tombstones,
        }

    @property
    def digest(self) -> str:
        """What the audit trail keeps of it: there is no value in it to guess."""
        return hashlib.sha256(json_text(self.to_dict()).encode()).hexdigest()


def kinds_of(identifiers: Sequence[Any]) -> tuple[str, ...]:
    """The kinds of identifiers, each once."""
    return tuple(dict.fromkeys(one.kind for one in identifiers))
