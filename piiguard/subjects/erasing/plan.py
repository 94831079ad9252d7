"""The statements by which a person goes out of one database, in their order; refused as a whole where a rule is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.names import shown
from piiguard.rights import SEAL, TableRule
from piiguard.subjects.erasing.columns import going, makers
from piiguard.subjects.erasing.order import by_level, ordered
from piiguard.subjects.live import Edge, Row, Table
from piiguard.subjects.planned.content import told
from piiguard.subjects.planned.refusals import (
    refuse_keyless,
    refuse_lasting,
    refuse_ruleless,
    refuse_unsearched,
)
from piiguard.subjects.planned.steps import Action, Plan, Step, deletion, text_of, update
from piiguard.subjects.planned.terms import kept_until
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.sealing.steps import Sealer

__all__ = ["plan_of"]


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
    sealer: Sealer | None = None

    def plan(self) -> Plan:
        refuse_unsearched(self.person, "erased")
        refuse_lasting(self.connection, self.person.rows)
        self.rules = self._rules()
        refuse_keyless((t for t in self.person.rows if self.rules[t].erase != "keep"), "delete")
        gone = [table for table in self.person.rows if self.rules[table].erase == "delete"]
        order, cycles = ordered(gone, self._used(gone))
        steps = [*self._unlinked(gone, cycles), *self._changed(), *self._kept(), *self._forgotten()]
        steps += [self._delete(table) for table in order]
        kept = {(t, row) for t, rows in self.person.rows.items() for row in rows if self._may_be_found(t)}
        sealed = {(t, row) for t, rows in self.person.rows.items() for row in rows if self._is_sealed(t)}
        unsure = {(doubt.table, row) for doubt in self.person.doubts for row in doubt.rows}
        wrong = self.sealer.wrong if self.sealer else _nothing
        return Plan(tuple(steps), frozenset(kept), frozenset(sealed), frozenset(unsure), wrong)

    def _is_sealed(self, table: Table) -> bool:
        rule = self.rules[table]
        return rule.erase == "keep" and rule.restrict == SEAL

    def _may_be_found(self, table: Table) -> bool:
        return self.rules[table].erase == "keep" and not self._is_sealed(table)

    def _forgotten(self) -> Iterator[Step]:
        """What was moved away of rows that go."""
        for table in self.person.restricted:
            if self.rules[table].erase != "keep":
                yield from self._sealer().forget(table)

    def _sealer(self) -> Sealer:
        self.sealer = self.sealer or Sealer(self.connection, self.known, self.person)
        return self.sealer

    def _rules(self) -> dict[Table, TableRule]:
        found = {table: self.known.rule(table.place) for table in self.person.rows}
        refuse_ruleless(
            (table for table, rule in found.items() if rule is None), "erase = …", "what becomes of them"
        )
        return {table: rule for table, rule in found.items() if rule is not None}

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
                f"{edge.place}: rows that refer to the person's rows in {shown(edge.parent.place)} stay ({len(rows)}), and may"
                " not be without a reference",
                hint=f'they are others\' too, or kept: erase = "null" or "pseudonym" for {shown(edge.parent.place)}',
            )
        rule = self.known.rule(edge.child.place)
        others = {c for e in self.person.catalogue.above(edge.child) if e != edge for c in e.columns}
        wanted = [c for c in edge.loose if rule is not None and c in rule.columns]
        free = [c for c in edge.loose if c not in others]
        column = (wanted or free or edge.loose)[-1]  # one is enough; a tenant or a region comes first
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
        make: Callable[[], Mapping[str, Any]],
        rule: TableRule | None = None,
    ) -> Step:
        statement = update(table, dict.fromkeys(columns))
        text = text_of(self.connection, statement)
        return Step(action, table, columns, rows, text, rule, None, statement, lambda row: make())

    def _delete(self, table: Table) -> Step:
        statement = deletion(table)
        rows = list(self.person.rows[table])
        for edge in self.person.catalogue.below(table):
            if edge.child == table and not edge.loose:
                rows = by_level(rows, self._parents(edge, rows), table.place)
        text = text_of(self.connection, statement)
        return Step("delete", table, (), tuple(rows), text, self.rules[table], None, statement)

    def _parents(self, edge: Edge, rows: list[Row]) -> dict[Row, set[Row]]:
        found: dict[Row, set[Row]] = {}
        for parent in rows:
            for child in self.person.reach.referring(edge, [parent]):
                found.setdefault(child, set()).add(parent)
        return found

    def _kept(self) -> Iterator[Step]:
        for table, rows in self.person.rows.items():
            rule = self.rules[table]
            if rule.erase != "keep":
                continue
            until = kept_until(self.connection, table, rule, rows)
            if rule.restrict is not None:
                refuse_keyless([table], "block")
                yield from self._sealer().restrict(table, tuple(rows), rule, until)
                continue
            if not self.leave_kept:
                raise SubjectError(
                    f"{table.place}: {len(rows)} rows are kept by law ({rule.law}{f', until {until}' if until else ''}), and"
                    " nothing stops their use yet",
                    hint=f'restrict = "seal" in the rule of {shown(table.place)} does; --leave-kept erases the rest and leaves them as they are',
                )
            yield Step("keep", table, (), tuple(rows), rule=rule, until=until)


def _nothing() -> None:
    return None
