"""What a comparison found: counts and places, never a value. ``to_dict`` is ``docs/schema/breach.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from piiguard.subjects.found import Unsearched

__all__ = ["SCHEMA", "BreachReport", "Canary", "Held", "Origin", "People", "Place", "Recent"]

SCHEMA = "piiguard.breach/1"
_MOST = 0.5
"""A table is called the source when it has more than this part of the file's values."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest row of ours that the file has: ``by`` a column, ``at`` its date, and how many rows came later."""

    by: str
    at: str | None
    newer_rows: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A column of ours that holds values of the file.

    ``values`` are different ones, ``of_file`` their part of the file's values of this entity, ``of_table`` the part of the
    column's rows that are in the file. ``people`` are different persons, 0 where nothing says whose a row is.
    """

    target: str
    table: str
    column: str
    path: str | None
    entity: str
    via: str
    values: int
    rows: int
    people: int
    of_file: float
    of_table: float
    newest: Recent | None


@dataclass(frozen=True, slots=True)
class Held:
    """What the file holds of one entity; ``never_ours`` is None where it is nothing to compare by."""

    entity: str
    values: int
    ours: int
    never_ours: int | None


@dataclass(frozen=True, slots=True)
class People:
    """How many of our people; ``at_least`` where no table of persons is named, so that the largest place counts."""

    count: int
    at_least: bool


@dataclass(frozen=True, slots=True)
class Canary:
    """An invented person of ours who is in the file, and where he was put."""

    name: str
    planted: str
    people: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the file probably comes from, by its largest share."""

    target: str
    table: str
    column: str
    entity: str
    of_file: float
    of_table: float


@dataclass(frozen=True, slots=True)
class BreachReport:
    """All that a comparison has to say; times are ISO 8601 in UTC."""

    file: str
    started: str
    finished: str
    people: People
    places: tuple[Place, ...] = ()
    holds: tuple[Held, ...] = ()
    canaries: tuple[Canary, ...] = ()
    unread: tuple[Unsearched, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of the file was read and compared with everything."""
        return not self.unread

    @property
    def ours(self) -> bool:
        """Whether anybody in it is ours."""
        return bool(self.places or self.canaries)

    @property
    def source(self) -> Origin | None:
        """The place that accounts for most of the file; tentative, for a table may be copied into another."""
        return origin(self.places)

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`."""
        source = self.source
        return {
            "schema": SCHEMA,
            "started": self.started,
            "finished": self.finished,
            "file": self.file,
            "complete": self.complete,
            "ours": self.ours,
            "people": asdict(self.people),
            "source": None if source is None else asdict(source),
            "canaries": [asdict(one) for one in self.canaries],
            "places": [asdict(one) for one in self.places],
            "holds": [asdict(one) for one in self.holds],
            "unread": [asdict(one) for one in self.unread],
        }


def origin(places: Iterable[Place]) -> Origin | None:
    """The place with the largest part of the file, then of its own table."""
    likely = [place for place in places if place.of_file > _MOST]
    if not likely:
        return None
    best = max(likely, key=lambda one: (one.of_file, one.of_table, one.values))
    return Origin(best.target, best.table, best.column, best.entity, best.of_file, best.of_table)
