"""What a search for a person found: places, counts and masked keys, never a value.

``to_dict`` gives the document of ``docs/schema/subject.schema.json``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from piiguard.detect.cell import claims, entity_of
from piiguard.detect.headers import hints
from piiguard.detect.leaves import as_text
from piiguard.detect.mask import mask
from piiguard.entities import OTHER

__all__ = ["KEYS", "SCHEMA", "Ambiguous", "Place", "Restricted", "SubjectReport", "Unsearched", "shown_keys"]

SCHEMA = "piiguard.subject/1"
KEYS = 100
"""So many rows of a place are named; ``rows`` counts all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where data of the person lies: a column, a foreign key by which rows hang on him, or lines of a file.

    ``via`` restricted: the value of this column lies sealed elsewhere.

    ``entity`` is what stands there, None for rows that are reached by a foreign key alone.
    """

    target: str
    rows: int
    row_keys: tuple[str, ...]
    via: Literal["index", "value", "foreign key", "restricted"]
    table: str | None = None
    file: str | None = None
    column: str | None = None
    path: str | None = None
    entity: str | None = None

    def to_dict(self) -> dict[str, Any]:
        own = {**asdict(self), "row_keys": list(self.row_keys)}
        del own["file" if self.file is None else "table"]
        return own


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Rows that may be another person's, and why; they are shown and never decided on."""

    target: str
    table: str
    rows: int
    row_keys: tuple[str, ...]
    by: tuple[str, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "row_keys": list(self.row_keys), "by": list(self.by)}


@dataclass(frozen=True, slots=True)
class Restricted:
    """Rows of the person that are restricted, since the earliest of these times."""

    target: str
    table: str
    rows: int
    row_keys: tuple[str, ...]
    since: str

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "row_keys": list(self.row_keys)}


@dataclass(frozen=True, slots=True)
class Unsearched:
    """A place that could not be searched."""

    target: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """All that a search has to say; times are ISO 8601 in UTC.

    ``shared`` are tables that the person's rows refer to, which were not followed: ``table.column → table``, with the rows.
    """

    started: str
    finished: str
    places: tuple[Place, ...] = ()
    unread: tuple[Unsearched, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    shared: tuple[tuple[str, str, str, int], ...] = ()
    undeclared: tuple[tuple[str, str, str], ...] = ()
    """target, ``table.column`` and table: columns that look like references, which were not followed"""
    restricted: tuple[Restricted, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was searched."""
        return not self.unread

    @property
    def found(self) -> bool:
        return bool(self.places or self.ambiguous)

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`."""
        return {
            "schema": SCHEMA,
            "started": self.started,
            "finished": self.finished,
            "complete": self.complete,
            "found": self.found,
            "places": [place.to_dict() for place in self.places],
            "unread": [asdict(place) for place in self.unread],
            "ambiguous": [one.to_dict() for one in self.ambiguous],
            "shared": [
                {"target": target, "place": place, "table": table, "rows": rows}
                for target, place, table, rows in self.shared
            ],
            "restricted": [one.to_dict() for one in self.restricted],
            "undeclared": [
                {"target": target, "place": place, "table": table} for target, place, table in self.undeclared
            ],
        }


def shown_keys(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
    """The first keys of rows, masked where a key is itself personal data.

    >>> shown_keys(("id",), [(7,)]), shown_keys(("iin",), [("050312300015",)])
    (('7',), ('05**********',))
    """
    listed = [row for _, row in zip(range(KEYS), rows, strict=False)]
    return tuple(",".join(_masked(n, v) for n, v in zip(names or ("",), row, strict=False)) for row in listed)


def _masked(name: str, value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else as_text(value)
    entities = sorted(hints(name)) or [entity_of(claim) for claim in (claims(text) if text else ()) or ()]
    if entities or "@" in text:
        return mask(entities[0] if entities else OTHER, text)
    return text
