"""Tables of ours as a leaked file is compared with them: whose a row is, and what says how new it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.subjects.dates import moment
from piiguard.subjects.live import Catalogue, Table

if TYPE_CHECKING:
    from piiguard.rights import Subject

__all__ = ["Newest", "Ours", "Spot", "is_created", "tables_of"]

_CREATED = re.compile(
    r"creat|regist|added|insert|issued|joined|enrol|placed|ordered|sozd|дата_созд|құрыл", re.IGNORECASE
)
"""When a row came: a copy that has it is no older. What is changed later says nothing of a copy."""
_MAY_DATE = (sa.DateTime, sa.Date, sa.String, sa.Integer, sa.Numeric, sa.types.NullType)


@dataclass(frozen=True, slots=True)
class Ours:
    """One table: ``person`` are the columns that name whose a row is, in the table ``owner``; without one a row is its own.

    ``clock`` is the column that says how new a row is, and ``counts`` that it is a running number and no date.
    """

    target: str
    table: Table
    owner: str | None
    person: tuple[str, ...]
    clock: str | None
    counts: bool

    @property
    def selected(self) -> list[sa.ColumnElement[Any]]:
        """What is read of a row before its values; each with a name of its own, for a column may stand there twice."""
        names = [*self.person, *([self.clock] if self.clock else [])]
        return [sa.column(name).label(f"p{at}") for at, name in enumerate(names)]

    def whose(self, row: tuple[Any, ...]) -> tuple[object, ...] | None:
        """What tells the person of a row from others; None where the row names nobody."""
        key = row[: len(self.person)]
        if not key or None in key:
            return None
        return (self.target, self.owner or self.table.place, *key)


@dataclass(slots=True)
class Newest:
    """The newest row of some, by one column."""

    raw: Any = None
    at: datetime | None = None
    counts: bool = False

    def see(self, value: Any) -> None:
        """One more row."""
        if self.counts:
            if isinstance(value, int) and (self.raw is None or value > self.raw):
                self.raw = value
        elif (found := moment(value)) is not None and (self.at is None or found > self.at):
            self.raw, self.at = value, found


@dataclass(slots=True)
class Spot:
    """A column of ours, or a path in it, that holds values of the file; ``number`` is its own in the ledger."""

    number: int
    ours: Ours
    column: str
    path: str | None
    entity: str
    via: str
    rows: int = 0
    newest: Newest = field(default_factory=Newest)


def tables_of(target: str, catalogue: Catalogue, subjects: Iterable[Subject]) -> list[Ours]:
    """Every table that rows can be compared with."""
    listed = list(subjects)
    persons = {s.table: s for s in listed if s.table in catalogue.tables}
    dates = dict(s.last_activity.rpartition(".")[::2] for s in listed if s.last_activity)
    return [_ours(target, table, catalogue, persons, dates) for table in catalogue.tables.values()]


def _ours(
    target: str, table: Table, catalogue: Catalogue, persons: dict[str, Subject], dates: dict[str, str]
) -> Ours:
    owner, person = _person(table, catalogue, persons)
    created = next((name for name, kind in table.types.items() if is_created(name, kind)), None)
    key = _running_number(table)
    clock = created or key or dates.get(table.place)
    if clock not in table.types:
        clock = None
    return Ours(target, table, owner, person, clock, counts=clock is not None and clock == key)


def _running_number(table: Table) -> str | None:
    """A key that grows with each row; one that refers to another table does not."""
    name = table.key[0] if len(table.key) == 1 else ""
    return name if isinstance(table.types.get(name), sa.Integer) else None


def is_created(name: str, kind: Any) -> bool:
    """Whether a column says when its row came."""
    return bool(_CREATED.search(name)) and isinstance(kind, _MAY_DATE) and not isinstance(kind, sa.Boolean)


def _person(
    table: Table, catalogue: Catalogue, persons: dict[str, Subject]
) -> tuple[str | None, tuple[str, ...]]:
    if subject := persons.get(table.place):
        return table.place, subject.key
    for edge in catalogue.above(table):
        owner = persons.get(edge.parent.place)
        if owner is not None and set(edge.referred) == set(owner.key):
            by_name = dict(zip(edge.referred, edge.columns, strict=True))
            return owner.table, tuple(by_name[name] for name in owner.key)
    return None, table.key
