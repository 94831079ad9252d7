"""The steps that restrict rows and release them, and what is read afterwards to prove it.

What is sealed is read under the lock, written beside, and read back from there before it counts; what is put back must find its
place as it was left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from piiguard import clock
from piiguard.errors import SubjectError
from piiguard.rights import SEAL, TableRule
from piiguard.subjects.live import BrokenText, Row, Table
from piiguard.subjects.planned.content import told
from piiguard.subjects.planned.steps import Step, text_of, update
from piiguard.subjects.restricted.rows import RestrictedRow, RestrictedRows
from piiguard.subjects.restricted.values import in_place
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.sealing.columns import Columns, flag_value, is_set
from piiguard.subjects.sealing.returned import affinity, places, returned, written_since

__all__ = ["Sealer"]


@dataclass(slots=True)
class Sealer:
    """Makes the steps for one person's rows in one database; ``wrong`` reads afterwards whether they came to what was meant."""

    connection: sa.Connection
    known: Known
    person: Person
    held: RestrictedRows = field(init=False)
    _moved: dict[tuple[Table, Row], RestrictedRow] = field(default_factory=dict)
    _written: dict[tuple[Table, Row], Mapping[str, Any]] = field(default_factory=dict)
    _forgotten: dict[Table, tuple[Row, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.known.keyring is None:
            raise SubjectError(
                "there is no keyring: what is restricted is sealed under a key of it",
                hint="piiguard keys create makes one; name it with --keyring FILE",
            )
        self.held = RestrictedRows(self.connection, self.known.keyring)

    def restrict(
        self, table: Table, rows: tuple[Row, ...], rule: TableRule, until: str | None = None
    ) -> Iterator[Step]:
        """The steps by which the use of some rows stops."""
        way = self._seal if rule.restrict == SEAL else self._flag
        before = self.person.restricted.get(table, {})
        mixed = [
            row for row in rows if row in before and (before[row].how == "seal") != (rule.restrict == SEAL)
        ]
        if mixed:
            raise SubjectError(
                f"{table.place}: {len(mixed)} rows are restricted in another way than the manifest says now",
                hint="piiguard subject release, then restrict them again",
            )
        for step in way(table, rows, rule):
            yield replace(step, rule=rule, until=until)

    def release(self) -> Iterator[Step]:
        """The steps that put everything back; the rows are restricted no more."""
        for table, rows in self.person.restricted.items():
            yield from self._back(table, rows)
            yield self._without(table, tuple(rows), "record")

    def forget(self, table: Table) -> Iterator[Step]:
        """What was moved away of a table's rows goes with them."""
        if rows := tuple(self.person.restricted.get(table, {})):
            yield self._without(table, rows, "forget")

    def wrong(self) -> str | None:
        """The first place that is not as it was meant."""
        for table in {table for table, _ in (*self._moved, *self._written)}:
            meant = {row: one for (t, row), one in self._moved.items() if t == table}
            written = {row: values for (t, row), values in self._written.items() if t == table}
            if self._are_not(table, meant, written):
                return table.place
        return next(
            (table.place for table, rows in self._forgotten.items() if self.held.of(table, rows)), None
        )

    def _are_not(
        self, table: Table, meant: Mapping[Row, RestrictedRow], written: Mapping[Row, Mapping[str, Any]]
    ) -> bool:
        for part in chunks(meant):
            found = RestrictedRows(self.connection, self.known.keyring).of(table, part)
            if any(row not in found or found[row].values != meant[row].values for row in part):
                return True
        names = tuple({name for values in written.values() for name in values})
        for part in chunks(written):
            now = in_place(self.connection, table, names, part)
            if any(
                now.get(row, {}).get(name, self) != value
                for row in part
                for name, value in written[row].items()
            ):
                return True
        return False

    def _seal(self, table: Table, rows: tuple[Row, ...], rule: TableRule) -> Iterator[Step]:
        hit = frozenset(h.column for h in self.person.hits if h.table == table)
        hit |= told(self.connection, table, rows)
        columns = Columns.of(self.connection, self.known, self.person.catalogue, table, hit)
        if not columns.names:
            yield Step("leave", table, (), rows)
            return
        fresh: dict[Row, RestrictedRow] = {}
        more: dict[Row, RestrictedRow] = {}
        lefts: dict[Row, dict[str, Any]] = {}
        for part in chunks(rows):
            for row, stored in in_place(self.connection, table, columns.all, part).items():
                before = self.person.restricted.get(table, {}).get(row)
                moved = _moving(columns, stored, before)
                if moved:
                    one = self._record(columns, row, moved, before)
                    (fresh if before is None else more)[row] = one
                    lefts[row] = {name: one.left[name] for name in moved}
        yield from self._kept(table, fresh, more)
        yield from self._update("seal", table, lefts)

    def _record(
        self, columns: Columns, row: Row, moved: dict[str, Any], before: RestrictedRow | None
    ) -> RestrictedRow:
        table = columns.table
        left = {name: columns.left(name, value) for name, value in moved.items()}
        plain = {
            name: data for name, value in moved.items() if (data := columns.plain(name, value)) is not None
        }
        types = {name: affinity(table.types[name]) for name in moved}
        if before is None:
            return RestrictedRow(table, row, "seal", clock.stamp(), moved, left, plain, types)
        return replace(
            before, values={**before.values, **moved}, left={**before.left, **left},
            plain={**before.plain, **plain}, types={**before.types, **types},
        )  # fmt: skip

    def _flag(self, table: Table, rows: tuple[Row, ...], rule: TableRule) -> Iterator[Step]:
        name = str(rule.restrict)
        value = flag_value(table, name)
        fresh: dict[Row, RestrictedRow] = {}
        lefts: dict[Row, dict[str, Any]] = {}
        for part in chunks(rows):
            for row, stored in in_place(self.connection, table, (name,), part).items():
                if row not in self.person.restricted.get(table, {}):
                    fresh[row] = RestrictedRow(table, row, "flag", clock.stamp(), stored, {name: value})
                if not is_set(stored[name]):
                    lefts[row] = {name: value}
        yield from self._kept(table, fresh, {})
        yield from self._update("flag", table, lefts)

    def _kept(
        self, table: Table, fresh: Mapping[Row, RestrictedRow], more: Mapping[Row, RestrictedRow]
    ) -> Iterator[Step]:
        """What is moved away is written first."""
        own = self.held.own.source
        columns = {name: sa.bindparam(f"v_{name}", type_=sa.types.NullType()) for name in self.held.own.types}
        source = sa.table(own.name, *map(sa.column, columns), schema=own.schema)
        changed = sa.update(source).where(source.c.name == columns["name"]).values(sealed=columns["sealed"])
        for rows, statement, names in (
            (fresh, sa.insert(source).values(columns), tuple(columns)),
            (more, changed, ("name", "sealed")),
        ):
            self._moved |= {(table, row): one for row, one in rows.items()}
            if rows:
                yield Step(
                    "record", table, names, tuple(rows), text_of(self.connection, statement), statement=statement,
                    make=partial(_bound, self.held, rows, names), keyed=False,
                )  # fmt: skip

    def _update(self, action: Any, table: Table, values: Mapping[Row, Mapping[str, Any]]) -> Iterator[Step]:
        """A statement for all rows of which the same columns change, and to values of the same way to be bound."""
        groups: dict[tuple[tuple[str, bool], ...], list[Row]] = {}
        for row, changed in values.items():
            alike = tuple((name, isinstance(value, BrokenText)) for name, value in changed.items())
            groups.setdefault(alike, []).append(row)
            if action != "flag":
                self._written[table, row] = changed
        for alike, rows in groups.items():
            names, statement = tuple(name for name, _ in alike), update(table, values[rows[0]])
            text = text_of(self.connection, statement)
            yield Step(action, table, names, tuple(rows), text, statement=statement, make=values.__getitem__)

    def _without(self, table: Table, rows: tuple[Row, ...], action: Any) -> Step:
        own = self.held.own.source
        source = sa.table(own.name, sa.column("name"), schema=own.schema)
        statement = sa.delete(source).where(
            source.c.name == sa.bindparam("v_name", type_=sa.types.NullType())
        )
        self._forgotten[table] = rows
        return Step(
            action, table, (), rows, text_of(self.connection, statement), statement=statement,
            make=lambda row: {"name": self.held.name(table, row)}, keyed=False,
        )  # fmt: skip

    def _back(self, table: Table, rows: Mapping[Row, RestrictedRow]) -> Iterator[Step]:
        columns = Columns(self.connection, self.known, table, beside=self.known.beside(table, table.types))
        names = {name for one in rows.values() for name in places(columns, one)}
        back: dict[Row, dict[str, Any]] = {}
        flags: dict[Row, dict[str, Any]] = {}
        for part in chunks(rows):
            now = in_place(self.connection, table, sorted(names), part)
            for row in part:
                if row not in now:
                    raise SubjectError(
                        f"{table.place}: a restricted row is not there any more, so its values can go nowhere",
                        hint="piiguard subject erase takes them away",
                    )
                one, stored = rows[row], now[row]
                if one.how == "flag":
                    flags[row] = {n: v for n, v in one.values.items() if is_set(stored[n])}
                else:
                    back[row] = returned(columns, one, stored)
        yield from self._update("release", table, {row: values for row, values in back.items() if values})
        yield from self._update("release", table, {row: values for row, values in flags.items() if values})


def _bound(
    held: RestrictedRows, rows: Mapping[Row, RestrictedRow], names: tuple[str, ...], row: Row
) -> Mapping[str, Any]:
    bound = held.bound(rows[row])
    return {name: bound[name] for name in names}


def _moving(columns: Columns, stored: Mapping[str, Any], before: RestrictedRow | None) -> dict[str, Any]:
    """What is moved away of a row. Raises :class:`SubjectError` for a value that came where one was moved away."""
    left = before.left if before else {}
    moved = {n: v for n, v in stored.items() if not columns.is_left(n, v, left)}
    if before is not None and (again := moved.keys() & before.values.keys()):
        raise written_since(columns.table, min(again))
    return moved
