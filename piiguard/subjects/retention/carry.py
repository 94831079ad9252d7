"""Counts what is past its term, and carries the rules out: a batch of rows is one transaction, whole or not at all.

What was done is not found again, so a job that was stopped or killed is run again and goes on. Rows are looked at again
under their lock: somebody may have come back since they were counted.
"""

from __future__ import annotations

import getpass
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from piiguard import clock, database
from piiguard.errors import DecryptionError, SubjectError
from piiguard.frames import emptied
from piiguard.protect.batches.pace import Pace
from piiguard.subjects.acting.act import carried, counts, writing
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.erasing.plan import plan_of
from piiguard.subjects.find import reading
from piiguard.subjects.found import Unsearched
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.planned.steps import Done, Plan
from piiguard.subjects.receipt import Changed, Receipt
from piiguard.subjects.restricted.rows import CLOSED, NO_KEYRING, PLACE, RestrictedRows, ensure
from piiguard.subjects.restricted.values import exactly
from piiguard.subjects.retention.overdue import Walk
from piiguard.subjects.retention.report import RetentionReport, TableOverdue
from piiguard.subjects.retention.rules import Expiry, Promised, Rules, expiries
from piiguard.subjects.retention.signs import How, Signs, signs_of
from piiguard.subjects.rows.known import Named
from piiguard.subjects.rows.person import Person, refuse_broken_keys, restricted_of
from piiguard.subjects.rows.reach import Reach
from piiguard.subjects.sealing.plan import restriction_of

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["Agreed", "retain"]

Agreed = Callable[[RetentionReport, Sequence[str]], bool]
"""Is shown what is past its term and the statements of a first batch, and says whether it goes."""
_PAGE = 1000
_BATCH = 100
NO_KEY = "it has no primary key, so its rows cannot be named"
NO_RULE = "no rule in the manifest says what becomes of its rows"


@emptied
def retain(
    target: str,
    policy: Promised,
    *,
    organisation: str = "",
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    how: How = "erase",
    agreed: Agreed = lambda report, statements: False,
    pace: Pace | None = None,
    trail: Path | None = None,
    now: datetime | None = None,
) -> RetentionReport:
    """Count the rows of a database that are past their term, and destroy them by the rules of the manifest if ``agreed``.

    Terms and dates are those of the ``policy`` and of ``[[subjects]]``. A row goes with what hangs on it, as one person's rows
    do; it is held while a law keeps some of that. ``how`` says ``restrict`` where their use is to stop instead, by ``restrict`` of the rules; what
    is restricted already is then not counted. ``pace`` limits rows per second and minutes.

    Raises: :class:`SubjectError` for a database that cannot be read or written.

    ::

        report = retain("sqlite:///crm.db", Policy.load("policy.toml"), manifest=manifest)
        print(report.overdue)
    """
    job = _Job(
        target,
        Rules(manifest, findings, keyring, dates=policy.dates),
        policy,
        organisation,
        now or clock.now(),
        how,
    )
    report, statements = job.look()
    if not report.overdue or not agreed(report, statements):
        return report
    return job.carry_out(report, pace or Pace(), keyring, trail)


@dataclass(slots=True)
class _Job:
    target: str
    known: Rules
    policy: Promised
    organisation: str
    now: datetime
    how: How = "erase"
    walks: dict[str, Walk] = field(default_factory=dict)
    """by table, children first; those that may be carried out"""
    tally: Counter[Done] = field(default_factory=Counter)
    held: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self) -> tuple[RetentionReport, list[str]]:
        """What is past its term, and the statements of a first batch of each table."""
        started, statements = clock.stamp(), list[str]()
        with reading(self.target) as connection:
            catalogue = Catalogue.read(connection)
            unread = dict(catalogue.unread)
            found, kept = expiries(catalogue, self.known, self.policy, unread)
            tables = []
            for expiry in found:
                one, first = self._count(connection, catalogue, expiry, unread)
                tables.append(one)
                if first and expiry.table.place in self.walks:
                    statements += self._texts(connection, catalogue, self.walks[expiry.table.place], first)
            shown = database.shown(connection.engine.url)
        return (
            RetentionReport(
                shown,
                self.organisation,
                started,
                clock.stamp(),
                tuple(tables),
                kept,
                tuple(Unsearched(shown, place, why) for place, why in unread.items()),
            ),
            statements,
        )

    def _count(
        self, connection: sa.Connection, catalogue: Catalogue, expiry: Expiry, unread: dict[str, str]
    ) -> tuple[TableOverdue, list[Row]]:
        place, rule = expiry.table.place, self.known.of(expiry.table.place).rule(expiry.table.place)
        before = expiry.term.before(self.now)
        one = TableOverdue(
            place, expiry.column, expiry.term.text, before.date().isoformat(), 0, 0,
            rule.erase if rule else None, expiry.law,
        )  # fmt: skip
        if not expiry.table.key:
            unread[place] = NO_KEY
            return one, []
        why = NO_RULE if rule is None else expiry.table.relation.aside
        signs = Signs()
        try:
            if rule is not None:
                signs = signs_of(self.known, catalogue, expiry.table, rule, self.how)
        except SubjectError as error:
            why = str(error)
        filled = signs.filled
        sealed = self._restricted(connection, expiry.table, unread) if filled and self.how == "erase" else ()
        walk = Walk(expiry, before, filled, sealed, signs.done)
        if not why:
            self.walks[place] = walk
        first, overdue, undated, after = list[Row](), 0, 0, None
        while True:
            page = walk.page(connection, after, _PAGE)
            first = first or page.overdue[:_BATCH]
            overdue, undated, after = overdue + len(page.overdue), undated + page.undated, page.last
            if after is None:
                return replace(one, overdue=overdue, undated=undated, reason=why or None), first

    def _restricted(self, connection: sa.Connection, table: Table, unread: dict[str, str]) -> tuple[Row, ...]:
        """Rows of which values lie elsewhere: those have not gone when the row itself holds none."""
        held = RestrictedRows(connection, self.known.keyring)
        if held.closed:
            unread.setdefault(PLACE, NO_KEYRING)
        try:
            return tuple(one.row for one in held.all(table) if one.how == "seal")
        except DecryptionError:
            unread.setdefault(PLACE, CLOSED)
            return ()

    def _texts(
        self, connection: sa.Connection, catalogue: Catalogue, walk: Walk, rows: list[Row]
    ) -> list[str]:
        try:
            return self._plan(connection, catalogue, walk, rows, locked=False).texts()
        except SubjectError as error:  # some are held: which, is found out row by row
            return [f"-- {walk.table.place}: row by row: {error}"]

    def _plan(
        self, connection: sa.Connection, catalogue: Catalogue, walk: Walk, rows: list[Row], *, locked: bool
    ) -> Plan:
        rules = self.known.of(walk.table.place)
        persons = frozenset(catalogue.tables[s.table] for s in rules.subjects if s.table in catalogue.tables)
        expired = {walk.table: dict.fromkeys(rows)}
        reach = Reach(connection, catalogue, persons, locked, rules.let_go(catalogue.edges), expired)
        reach.extend(expired)
        for table, own in reach.rows.items():
            rule = rules.rule(table.place)
            if (
                self.how == "erase"
                and own
                and rule is not None
                and rule.erase == "keep"
                and rule.restrict is None
            ):
                raise SubjectError(
                    f"{table.place}: rows that hang on it are kept by law ({rule.law})",
                    hint="it goes when their term has ended, or when a rule says how they are restricted",
                )
        unread: dict[str, str] = {}
        held = restricted_of(connection, rules, reach, unread)
        refuse_broken_keys([reach.rows], unread)
        person = Person(catalogue, reach, [], [], unread, held)
        make = plan_of if self.how == "erase" else restriction_of
        return make(connection, person, rules)

    def carry_out(
        self, report: RetentionReport, pace: Pace, keyring: Keyring | None, trail: Path | None
    ) -> RetentionReport:
        """Destroy what is past its term, table by table, and count again."""
        lines = Lines.of(keyring, trail, [self.target])
        receipt = Receipt(str(uuid.uuid4()), clock.stamp(), "", getpass.getuser(), (), (), kind=self.how)
        if lines is not None:
            begun = {"receipt": receipt.id, "databases": [report.target]}
            receipt = replace(receipt, trail=lines.begin("retention", begun))
        if self.known.restricts:
            with writing(self.target) as connection:  # of its own: on some databases it ends a transaction
                ensure(connection)
        for walk in self.walks.values():
            self._walk(walk, pace)
        left, _ = _Job(self.target, self.known, self.policy, self.organisation, self.now, self.how).look()
        after = {one.table: one.overdue for one in left.tables}
        places = tuple(replace(done, rows=rows) for done, rows in self.tally.items())
        whole = Changed(report.target, clock.stamp(), places, left.overdue, 0)
        receipt = replace(receipt, finished=clock.stamp(), databases=(whole,))
        if lines is not None:
            ended = {"receipt": receipt.id, **counts(receipt), "sha256": receipt.digest}
            lines.end("retention", ended)
        tables = tuple(self._told(one, after.get(one.table, 0)) for one in report.tables)
        return replace(report, finished=clock.stamp(), tables=tables, receipt=receipt)

    def _told(self, one: TableOverdue, left: int) -> TableOverdue:
        held, why = self.held.get(one.table, (0, one.reason))
        return replace(one, done=max(0, one.overdue - left), held=held, reason=why)

    def _walk(self, walk: Walk, pace: Pace) -> None:
        after: Row | None = None
        while not pace.over():
            with reading(self.target) as connection:
                page = walk.page(connection, after, min(pace.size, _BATCH))
            if page.overdue:
                self._batch(walk, page.overdue, pace)
            after = page.last
            if after is None:
                return

    def _batch(self, walk: Walk, rows: list[Row], pace: Pace) -> None:
        """All of them in one transaction; where something is in the way, each in its own."""
        begun = clock.monotonic()
        try:
            self._destroy(walk, rows)
        except SubjectError as error:
            if len(rows) == 1:
                count, _ = self.held.get(walk.table.place, (0, ""))
                self.held[walk.table.place] = (count + 1, str(error))
                return
            for row in rows:
                if pace.over():
                    return
                self._batch(walk, [row], pace)
            return
        with reading(self.target) as connection:
            pace.after(connection, len(rows), clock.monotonic() - begun)

    def _destroy(self, walk: Walk, rows: list[Row]) -> None:
        with writing(self.target) as connection:
            exactly(connection)
            still = walk.still(connection, rows)
            if not still:
                return
            plan = self._plan(connection, Catalogue.read(connection), walk, still, locked=True)
            carried(connection, plan, walk.table.place)
            connection.commit()
        for done in plan.done:
            self.tally[replace(done, rows=0)] += done.rows
