"""Puts canaries into a table, as the application would have: encrypted and indexed where the column is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import clock
from piiguard.database import inspect
from piiguard.detect.headers import hints
from piiguard.entities import KZ_DOCUMENT_DATE
from piiguard.errors import SubjectError
from piiguard.names import sql_line, word
from piiguard.subjects.breach.ours import is_created
from piiguard.subjects.canary.person import MARKED, birth_of, invent
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.rows.known import Known

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Planting", "plan"]


@dataclass(frozen=True, slots=True)
class Planting:
    """Rows to be put into one table; ``entities`` are what of an invented person they hold."""

    table: Table
    columns: tuple[str, ...]
    people: tuple[Mapping[str, str], ...]
    rows: tuple[Mapping[str, Any], ...]
    entities: tuple[str, ...]

    @property
    def insert(self) -> sa.Insert:
        """The statement; each column is bound by its own name."""
        types = [sa.column(name, self.table.types[name]) for name in self.columns]
        return sa.insert(sa.table(self.table.source.name, *types, schema=self.table.source.schema))

    def statement(self, connection: sa.Connection) -> str:
        """What is run, with placeholders in the place of values."""
        return sql_line(str(self.insert.compile(connection, column_keys=list(self.columns))))

    def run(self, connection: sa.Connection) -> None:
        """Put them there, in the transaction of the caller."""
        connection.execute(self.insert, [dict(row) for row in self.rows])


def plan(
    connection: sa.Connection, place: str, count: int, known: Known, given: Mapping[str, str]
) -> Planting:
    """What is put where. ``given`` are values of columns that cannot be invented.

    Raises :class:`SubjectError` for a table that has no column for an IIN, a phone or an e-mail, or one that must be filled
    and nothing says with what.
    """
    table = Catalogue.read(connection).named(place, where="canary")
    described = {
        c["name"]: c for c in inspect(connection).get_columns(table.relation.name, table.source.schema)
    }
    if unknown := sorted(set(given) - set(described)):
        raise SubjectError(
            f"{table.place}: there is no column {unknown[0]}",
            hint="--set COLUMN=VALUE names one of its columns",
        )
    people = tuple(invent() for _ in range(count))
    first = _next_key(connection, table, described)
    rows = [_row(table, known, described, person, given, first, n) for n, person in enumerate(people)]
    entities = tuple(e for e in MARKED if any(e in _meant(known, table, name) for name in rows[0]))
    if not entities:
        raise SubjectError(
            f"{table.place}: no column of it holds an IIN, a phone or an e-mail address",
            hint="a canary is told by one of them: name another table",
        )
    return Planting(table, tuple(rows[0]), people, tuple(rows), entities)


def _next_key(
    connection: sa.Connection, table: Table, described: Mapping[str, Any]
) -> tuple[str, int] | None:
    """The number of the next row, where the database gives none by itself."""
    name = table.key[0] if len(table.key) == 1 else ""
    if not isinstance(table.types.get(name), sa.Integer) or connection.dialect.name == "sqlite":
        return None
    if (
        described[name].get("default")
        or described[name].get("autoincrement") is True
        or described[name].get("identity")
    ):
        return None
    newest = connection.scalar(sa.select(sa.func.max(sa.column(name))).select_from(table.source))
    return name, int(newest or 0) + 1


def _row(
    table: Table,
    known: Known,
    described: Mapping[str, Any],
    person: Mapping[str, str],
    given: Mapping[str, str],
    first: tuple[str, int] | None,
    number: int,
) -> dict[str, Any]:
    row: dict[str, Any] = dict(given)
    if first is not None:
        row.setdefault(first[0], first[1] + number)
    helpers = {name for place, name in known.helpers if place == table.place}
    for name, about in described.items():
        if name in row or name in helpers or about.get("computed"):
            continue
        value = _value(known, table, name, person)
        if value is not None:
            row |= _stored(known, known.protected(table.place, name), name, value)
        elif _is_needed(table, name, about):
            raise SubjectError(
                f"{table.place}.{name}: must be filled, and nothing says with what",
                hint=f"--set {word(name) or 'COLUMN'}=VALUE",
            )
    return row


def _is_needed(table: Table, name: str, about: Mapping[str, Any]) -> bool:
    numbered = name in table.key and isinstance(table.types[name], sa.Integer)
    return not (about["nullable"] or about.get("default") or about.get("identity") or numbered)


def _meant(known: Known, table: Table, column: str) -> set[str]:
    if (table.place, column) in known.helpers:
        return set()
    return set(hints(column)) or {ENTITIES[kind] for kind in known.kinds(table.place, column)}


def _value(known: Known, table: Table, column: str, person: Mapping[str, str]) -> Any:
    meant, kind = _meant(known, table, column), table.types[column]
    if isinstance(kind, sa.Date | sa.DateTime):
        if is_created(column, kind):
            now = clock.now().replace(tzinfo=None, microsecond=0)
            return now if isinstance(kind, sa.DateTime) else now.date()
        return birth_of(dict(person)) if KZ_DOCUMENT_DATE in meant and "birth" in column.lower() else None
    found = next((person[entity] for entity in person if entity in meant), None)
    if found is None or not isinstance(kind, sa.Integer | sa.Numeric):
        return found
    return int(found.lstrip("+")) if found.lstrip("+").isdecimal() else None


def _stored(known: Known, item: ProtectedColumn | None, name: str, value: Any) -> dict[str, Any]:
    """As the column holds it."""
    if item is None:
        return {name: value}
    seal = known.seal(item)
    if seal is None:
        raise SubjectError(f"{item.place}: encrypted, and no keyring is given", hint="--keyring FILE")
    own = {name: seal.encrypt(value)}
    return own if item.index is None else {**own, item.index: seal.index(value)}
