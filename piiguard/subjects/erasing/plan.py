"""The statements by which a person goes out of one database, in their order; refused as a whole where a rule is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.names import shown, toml
from piiguard.rights import TableRule
from piiguard.subjects.erasing.columns import going, makers
from piiguard.subjects.erasing.content import told
from piiguard.subjects.erasing.order import by_level, ordered
from piiguard.subjects.live import Edge, Row, Table
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.rows.reach import chunks

__all__ = ["Done", "Plan", "Step", "plan_of"]

Action = Literal["unlink", "null", "pseudonym", "delete", "keep"]


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One statement, run for each of its rows; ``keep`` has none. ``text`` is what it is, with placeholders."""

    action: Action
    table: Table
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text: str = ""
    rule: TableRule | None = None
    until: str | None = None
    statement: Any = None
    make: Callable[[], dict[str, Any]] = dict

    def parameters(self) -> Iterator[dict[str, Any]]:
        """What is bound for each row."""
        for row in self.rows:
            values = {f"v_{name}": value for name, value in self.make().items()}
            yield values | {f"k_{at}": value for at, value in enumerate(row)}


@dataclass(frozen=True, slots=True)
class Done:
    """What a step came to, for the receipt: no row is named there."""

    table: str
    action: Action
    rows: int
    columns: tuple[str, ...] = ()
    law: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in one database; ``kept`` and ``unsure`` are rows that a search may find afterwards."""

    steps: tuple[Step, ...]
    kept: frozenset[tuple[Table, Row]] = field(default=frozenset(), repr=False)
    unsure: frozenset[tuple[Table, Row]] = field(default=frozenset(), repr=False)

    @property
    def mark(self) -> tuple[Any, ...]:
        """What changes when other rows, or other statements, come out."""
        return tuple((step.action, step.table.place, step.text, frozenset(step.rows)) for step in self.steps)

    @property
    def done(self) -> list[Done]:
        return [
            Done(s.table.place, s.action, len(s.rows), s.columns, s.rule.law if s.rule else None, s.until)
            for s in self.steps
        ]

    def texts(self) -> list[str]:
        """Every statement with placeholders, and for how many rows it is run."""
        return [f"{s.text};  -- {s.table.place}: {len(s.rows)} times" for s in self.steps if s.text]


def plan_of(connection: sa.Connection, person: Person, known: Known, *, leave_kept: bool = False) -> Plan:
    """The plan for what was found. Raises :class:`SubjectError`, which says everything that is in the way."""
    return _Planner(connection, person, known, leave_kept).plan()


@dataclass(slots=True)
class _Planner:
    connection: sa.Connection
    person: Person
    known: Known
    leave_kept: bool
    rules: dict[Table, TableRule] = field(default_factory=dict)

    def plan(self) -> Plan:
        self._refuse_unsearched()
        self.rules = self._rules()
        self._refuse_keyless()
        gone = [table for table in self.person.rows if self.rules[table].erase == "delete"]
        order, cycles = ordered(gone, self._used(gone))
        steps = [*self._unlinked(gone, cycles), *self._changed(), *self._kept()]
        steps += [self._delete(table) for table in order]
        kept = {(s.table, row) for s in steps if s.action == "keep" for row in s.rows}
        unsure = {(doubt.table, row) for doubt in self.person.doubts for row in doubt.rows}
        return Plan(tuple(steps), frozenset(kept), frozenset(unsure))

    def _refuse_unsearched(self) -> None:
        if self.person.unread:
            place, why = next(iter(self.person.unread.items()))
            more = len(self.person.unread) - 1
            raise SubjectError(
                f"{place}: not searched: {why}{f' (and {more} more)' if more else ''}: what was not searched is not erased",
                hint="piiguard subject find names every such place; the keyring, and an account that may read all, open them",
            )
        doubt = next((doubt for doubt in self.person.doubts if doubt.why == "shared"), None)
        if doubt is not None and not self.person.rows:
            raise SubjectError(
                f"{doubt.table.place}: several persons have what was asked for, and none is chosen",
                hint="name the person by IIN, or by its row: key=TABLE:VALUE",
            )

    def _rules(self) -> dict[Table, TableRule]:
        found = {table: self.known.rule(table.place) for table in self.person.rows}
        lacking = [table for table, rule in found.items() if rule is None]
        if lacking:
            entry = f"[[subjects.tables]] table = {toml(lacking[0].place)} erase = …"
            raise SubjectError(
                f"{', '.join(shown(table.place) for table in lacking)}: rows of the person are there, and no rule says what"
                " becomes of them",
                hint=f"write it into the manifest: {entry}",
            )
        return {table: rule for table, rule in found.items() if rule is not None}

    def _refuse_keyless(self) -> None:
        for table in self.person.rows:
            if not table.key and self.rules[table].erase != "keep":
                raise SubjectError(
                    f"{table.place}: the table has no primary key, so its rows cannot be named",
                    hint="add a primary key, or delete these rows by hand",
                )

    def _used(self, tables: Iterable[Table]) -> list[Edge]:
        """The foreign keys between rows of the person."""
        wanted = set(tables)
        return [e for e in self.person.catalogue.edges if e.child in wanted and e.parent in wanted]

    def _unlinked(self, gone: Sequence[Table], cycles: Sequence[Edge]) -> Iterator[Step]:
        """References that are emptied before what they refer to goes."""
        for edge in self.person.catalogue.edges:
            if edge.parent not in gone:
                continue
            rows = dict(self.person.reach.shared.get(edge, {}))
            if edge.child not in gone or edge in cycles:
                rows |= dict.fromkeys(self._referring(edge))
            if rows:
                yield self._unlink(edge, tuple(rows))

    def _referring(self, edge: Edge) -> Iterator[Row]:
        own = self.person.reach.rows.get(edge.child, {})
        if own:
            found = self.person.reach.referring(edge, list(self.person.reach.rows[edge.parent]))
            yield from (row for row in found if row in own)

    def _unlink(self, edge: Edge, rows: tuple[Row, ...]) -> Step:
        if not edge.loose or not edge.child.key:
            raise SubjectError(
                f"{edge.place}: {len(rows)} rows refer to the person's rows in {shown(edge.parent.place)}, stay, and may not"
                " be without a reference",
                hint=f'they are others\' too, or kept: erase = "null" or "pseudonym" for {shown(edge.parent.place)}',
            )
        others = {c for e in self.person.catalogue.above(edge.child) if e != edge for c in e.columns}
        column = next((c for c in edge.loose if c not in others), edge.loose[-1])  # one is enough
        return self._update("unlink", edge.child, (column,), rows, lambda: {column: None})

    def _changed(self) -> Iterator[Step]:
        for table, rows in self.person.rows.items():
            rule = self.rules[table]
            if rule.erase not in ("null", "pseudonym"):
                continue
            hit = frozenset(hit.column for hit in self.person.hits if hit.table == table)
            hit |= told(self.connection, table, rows)
            names = going(self.known, self.person.catalogue, table, hit, rule.erase)
            make = makers(self.connection, self.known, table, names, rule.erase)
            yield self._update(rule.erase, table, tuple(make()), tuple(rows), make, rule)

    def _update(
        self,
        action: Action,
        table: Table,
        columns: tuple[str, ...],
        rows: tuple[Row, ...],
        make: Callable[[], dict[str, Any]],
        rule: TableRule | None = None,
    ) -> Step:
        source = sa.table(table.relation.name, *map(sa.column, table.types), schema=table.source.schema)
        statement = (
            sa.update(source)
            .where(self._named(table, source))
            .values({name: sa.bindparam(f"v_{name}", type_=sa.types.NullType()) for name in columns})
        )
        return Step(action, table, columns, rows, self._text(statement), rule, None, statement, make)

    def _delete(self, table: Table) -> Step:
        source = sa.table(table.relation.name, *map(sa.column, table.types), schema=table.source.schema)
        statement = sa.delete(source).where(self._named(table, source))
        rows = list(self.person.rows[table])
        for edge in self.person.catalogue.below(table):
            if edge.child == table and not edge.loose:
                rows = by_level(rows, self._parents(edge, rows), table.place)
        return Step(
            "delete", table, (), tuple(rows), self._text(statement), self.rules[table], None, statement
        )

    def _parents(self, edge: Edge, rows: list[Row]) -> dict[Row, set[Row]]:
        found: dict[Row, set[Row]] = {}
        for parent in rows:
            for child in self.person.reach.referring(edge, [parent]):
                found.setdefault(child, set()).add(parent)
        return found

    def _named(self, table: Table, source: sa.TableClause) -> sa.ColumnElement[bool]:
        return sa.and_(
            *(
                source.c[name] == sa.bindparam(f"k_{at}", type_=sa.types.NullType())
                for at, name in enumerate(table.key)
            )
        )

    def _text(self, statement: Any) -> str:
        return " ".join(str(statement.compile(dialect=self.connection.dialect)).split())

    def _kept(self) -> Iterator[Step]:
        for table, rows in self.person.rows.items():
            rule = self.rules[table]
            if rule.erase != "keep":
                continue
            until = self._until(table, rule, list(rows))
            if not self.leave_kept:
                raise SubjectError(
                    f"{table.place}: {len(rows)} rows are kept by law ({rule.law}{f', until {until}' if until else ''}), and"
                    " nothing stops their use yet",
                    hint="--leave-kept erases the rest and leaves them as they are; the receipt names them",
                )
            yield Step("keep", table, (), tuple(rows), rule=rule, until=until)

    def _until(self, table: Table, rule: TableRule, rows: list[Row]) -> str | None:
        """When the last of the terms ends, where the date of each row is known."""
        if rule.term is None or rule.since is None or not table.key:
            return None
        name = rule.since.rpartition(".")[2]
        if name not in table.types:
            raise SubjectError(
                f"{rule.since}: there is no such column", hint="the manifest says from where a term runs"
            )
        ends: list[str] = []
        for part in chunks(rows):
            dated: sa.ColumnElement[Any] = sa.column(name)
            query = sa.select(dated).select_from(table.source).where(table.is_any(table.key, part))
            for value in self.connection.scalars(query):
                start = _moment(value)
                if start is None:
                    return None
                ends.append(rule.term.after(start).date().isoformat())
        return max(ends, default=None)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
