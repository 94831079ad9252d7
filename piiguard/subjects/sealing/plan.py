"""The statements by which the use of somebody's rows stops; refused as a whole where a rule is missing."""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.rights import SEAL
from piiguard.subjects.planned.refusals import (
    refuse_keyless,
    refuse_lasting,
    refuse_ruleless,
    refuse_unsearched,
)
from piiguard.subjects.planned.steps import Plan
from piiguard.subjects.planned.terms import kept_until
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.sealing.steps import Sealer

__all__ = ["restriction_of"]

_HOW = 'erase = "…" restrict = "seal"'


def restriction_of(connection: sa.Connection, person: Person, known: Known) -> Plan:
    """The plan for what was found. Raises :class:`SubjectError` for what is in the way."""
    refuse_unsearched(person, "restricted")
    refuse_lasting(connection, person.rows)
    sealer = Sealer(connection, known, person)
    rules = {table: known.rule(table.place) for table in person.rows}
    without = (table for table, rule in rules.items() if rule is None or rule.restrict is None)
    refuse_ruleless(without, _HOW, "how their use stops")
    refuse_keyless(rules, "block")
    steps = tuple(
        step
        for table, rule in rules.items()
        if rule is not None
        for step in sealer.restrict(
            table, tuple(person.rows[table]), rule, kept_until(connection, table, rule, person.rows[table])
        )
    )
    flagged = {t for t, rule in rules.items() if rule is not None and rule.restrict != SEAL}
    kept = frozenset((t, row) for t in flagged for row in person.rows[t])
    sealed = frozenset((t, row) for t, rows in person.rows.items() if t not in flagged for row in rows)
    unsure = frozenset((doubt.table, row) for doubt in person.doubts for row in doubt.rows)
    return Plan(steps, kept, sealed, unsure, sealer.wrong)
