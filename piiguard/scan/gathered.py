"""The outcomes of a source as they come: those that have something to say are kept, and of files the others are added up.

A bucket has millions of objects in which there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from piiguard.read import Source
from piiguard.scan import filenames
from piiguard.scan.outcome import Outcome

__all__ = ["Gathered"]


@dataclass(slots=True)
class Gathered:
    """What places came to; ``folders`` are those that the files among them lie in, but for what was left out."""

    source: Source
    told: list[Outcome] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    _quiet: Outcome = field(default_factory=lambda: Outcome("", 0, 0))

    def add(self, outcome: Outcome) -> None:
        """Take what a place came to. Of a database every table counts."""
        files = self.source.kind == "file"
        if files and not outcome.left:
            self.folders.update(filenames.folders([outcome.place], self.source.root))
        if not files or _has_something_to_say(outcome):
            self.told.append(outcome)
            return
        self._quiet = replace(
            self._quiet,
            units=self._quiet.units + outcome.units,
            bytes=self._quiet.bytes + outcome.bytes,
            total=self._quiet.total + outcome.total,
        )

    def every(self, others: Iterable[Outcome] = ()) -> list[Outcome]:
        """All of them, in the order of their places, with what is known without reading one."""
        quiet = [self._quiet] if self.source.kind == "file" else []
        return sorted([*self.told, *others, *quiet], key=lambda outcome: outcome.place)


def _has_something_to_say(outcome: Outcome) -> bool:
    people = outcome.people.led or outcome.people.partial
    return bool(
        outcome.findings or outcome.errors or outcome.notes or outcome.left or people or not outcome.complete
    )
