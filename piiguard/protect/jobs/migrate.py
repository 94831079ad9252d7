"""Expand → backfill → verify → swap: a column and its twin, beside a running application.

Where a run stands is read from the schema itself, so a run that was killed goes on with what is left:
a twin that is there is filled further, a swap that is done is not done again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect
from piiguard.errors import JobError, PiiguardError
from piiguard.protect import refusal
from piiguard.protect.batches.batch import Assignment, Batches, Route
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.batches.routes import route_for
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.plain import writer
from piiguard.protect.jobs.job import Job
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.proof.changes import Moment, now
from piiguard.protect.proof.prove import Proof, Wrong, empty
from piiguard.protect.proof.record import Fingerprint, forget, remember
from piiguard.protect.proof.swap import exchange, prove, take_lock, unlock
from piiguard.protect.schema.ddl import Ddl, Migration, ddl_for
from piiguard.protect.schema.statements import indexed, make_indexes, refused, run_ddl
from piiguard.protect.schema.tables import Key, reflect
from piiguard.protect.seal import Seal
from piiguard.protect.transient import is_transient

__all__ = ["Mover"]

_LEFTOVERS = 2_000  # rows that may be filled while writers wait


@dataclass(slots=True)
class Mover:
    """Moves one column; the steps are called in order."""

    job: Job
    move: Migration
    key: Key
    seal: Seal
    since: Moment = field(default_factory=Moment)  # rows that nobody has touched since were opened

    @property
    def ddl(self) -> Ddl:
        return ddl_for(self.job.engine.dialect, self.move)

    def run(self, kind: str, *, keep_source: bool = False) -> Outcome:
        """All steps; ``keep_source`` stops before the swap. After a refusal the table is as it was."""
        resumed, made = self.move.twin in self.move.table.c, self.move.adds
        try:
            return self._run(kind, resumed, keep_source=keep_source)
        except refusal.Refusal as refused:
            if not resumed:
                self.withdraw(made, refused)
            raise

    def _run(self, kind: str, resumed: bool, *, keep_source: bool) -> Outcome:
        table, columns = self._about
        self.expand()
        seen = Fingerprint() if keep_source else None
        tally = self._filled(seen)
        if self.job.pace.over():
            return Outcome(table, columns, kind, tally, self.missing(), True, resumed)
        if seen is not None:
            with connect(self.job.engine) as connection:
                remember(connection, self.seal.item, self.job.keyring, seen)
            return Outcome(table, columns, "kept", tally, resumed=resumed)
        self.job.watch.begin("swap", table, columns, 0)
        self.swap()
        with connect(self.job.engine) as connection:
            forget(connection, table, columns[0])
            connection.commit()
        return Outcome(table, columns, kind, tally, resumed=resumed)

    def withdraw(self, made: tuple[str, ...], refused: refusal.Refusal, then: Sequence[str] = ()) -> None:
        """Take back what this run has made; where that cannot be done now, it is no refusal: the next run goes on."""
        try:
            with connect(self.job.engine) as connection:
                there = reflect(connection, self.move.table.fullname).c
                made = tuple(name for name in made if name in there)
                run_ddl(connection, self.move.place, [*self.ddl.withdraw(list(made)), *then])
        except PiiguardError:
            raise refusal.kept(refused) from None

    def _filled(self, seen: Fingerprint | None) -> Tally:
        """Backfill until a whole verification finds nothing wrong."""
        tally, wrong = self.backfill(), Wrong()
        for _ in range(5):
            if self.job.pace.over() or not (wrong := self.verify(seen)):
                return tally
            tally += self.backfill()
        raise refusal.rows(
            self.move.place,
            wrong.keys,
            len(wrong),
            "values come out different from what they were, five times in a row",
            "does the column's type keep them exactly, does a trigger change them? nothing was replaced",
        )

    def expand(self) -> None:
        """Add the twin, the index column and the trigger; twins older than the trigger are not trusted."""
        with connect(self.job.engine) as connection:
            with refusal.first_step():
                run_ddl(connection, self.move.place, self.ddl.expand())
            run_ddl(connection, self.move.place, self.ddl.guard())
            table = reflect(connection, self.move.table.fullname)
        self.key = self.key.of(table)
        self.move = replace(self.move, table=table, source=table.c[self.move.source.name], adds=())

    def backfill(self) -> Tally:
        """Fill twins until none is missing; rows that cannot be converted are told and stop the job."""
        kind = "encrypt" if self.move.to_cipher else "decrypt"
        table, columns = self._about
        target = self.job.keyring.primary("data").id
        passed = self.job.passes(
            kind,
            lambda: self.job.spec(table, f"fill {kind}", columns, target),
            self.batches,
            self.missing,
            enough=_LEFTOVERS,
        )
        if passed.tally.failed or (passed.left > _LEFTOVERS and not passed.paused):
            raise self.stuck(self._wanted)
        return passed.tally

    def verify(self, seen: Fingerprint | None = None) -> Wrong:
        """Open every twin and compare it with the source; what differs is emptied."""
        self.job.watch.begin("verify", *self._about, self.count(self.twin.is_not(None)))
        with connect(self.job.engine) as connection:
            self.since = now(connection, self.move.table)
            connection.rollback()
            wrong = self.proof.wrong(
                connection,
                self.twin.is_not(None),
                lambda rows: self.job.watch.step(Tally(rows)),
                self.job.pace.over,
                between=connection.rollback,  # no snapshot is held open over a long table
                seen=seen,
            )
            empty(connection, self.move, self.key, wrong)
            connection.commit()
        return wrong

    def swap(self) -> None:
        """Lock the table, fill what came in meanwhile, put the twin in place, drop the source."""
        self.make_index()
        self._look_again()
        for attempt in range(30):
            if self.job.engine.dialect.name == "sqlite" or self.missing() < _LEFTOVERS:
                with connect(self.job.engine) as connection:
                    if self._swap_once(connection, attempt):
                        return
            else:
                self.backfill()
        raise JobError(
            f"{self.move.place}: the table could not be locked",
            hint="long transactions hold it; run the same command again when they have ended",
        )

    def _look_again(self) -> None:
        """What has changed while an index was made is opened before the lock, so that few rows are left for it."""
        if self.since.oldest is None:
            return
        with connect(self.job.engine) as connection:
            moment = now(connection, self.move.table)
            connection.rollback()
            changed = sa.and_(self.since.later(connection), self.twin.is_not(None))
            empty(
                connection,
                self.move,
                self.key,
                self.proof.wrong(connection, changed, between=connection.rollback),
            )
            connection.commit()
        self.since = moment

    def make_index(self) -> None:
        """Index the blind index, or what was unique through it, unless that is done."""
        with connect(self.job.engine) as connection:
            if not indexed(connection, self.ddl, self.key, self.seal.item):
                make_indexes(connection, self.move.table, self.move.place, self.ddl.indexes())
            make_indexes(connection, self.move.table, self.move.place, self.move.carried.online)

    # -- parts -------------------------------------------------------------------------------------------

    @property
    def twin(self) -> sa.Column[Any]:
        return self.move.table.c[self.move.twin]

    @property
    def proof(self) -> Proof:
        return Proof(self.job.engine.dialect.name, self.move, self.key, self.seal)

    @property
    def _about(self) -> tuple[str, tuple[str, ...]]:
        return self.move.table.fullname, (self.move.source.name,)

    @property
    def _wanted(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.move.source.is_not(None), self.twin.is_(None))

    def missing(self) -> int:
        """Rows whose twin is not filled."""
        return self.count(self._wanted)

    def count(self, where: sa.ColumnElement[bool]) -> int:
        """Rows of the table for which this holds."""
        with connect(self.job.engine) as connection:
            return int(
                connection.scalar(sa.select(sa.func.count()).select_from(self.move.table).where(where)) or 0
            )

    def batches(self) -> Batches:
        """Every source without a twin gets one, with its blind index."""
        seal, sealed = self.seal, not self.move.to_cipher
        source = Cell(self.job.engine.dialect.name, self.move.source, sealed=sealed)
        if not self.move.to_cipher:
            found = [Assignment(self.twin, 0, self._plain, lambda stored: [self._plain(v) for v in stored])]
        else:
            found = [Assignment(self.twin, 0, seal.encrypt, seal.encrypt_many)]
            if self.move.index:
                index = self.move.table.c[self.move.index]
                found.append(Assignment(index, 0, lambda one: seal.index_read([one])[0], seal.index_read))
        return Batches(
            self.move.table, self.key, (source,), tuple(found), self._wanted, (self.twin,), checked=True
        )

    def _plain(self, stored: Any) -> Any:
        """The value as the twin takes it: MariaDB keeps JSON in a column of text, and an interval as a moment."""
        value = self.seal.decrypt(stored)
        if stored is None:
            return None
        if (write := writer(self.seal.item.type, self.twin.type)) is not None:
            return write(value)
        null = self.seal.item.type == "json" and value is None
        return sa.JSON.NULL if null else value  # null is a document, and not NULL

    def stuck(self, where: sa.ColumnElement[bool]) -> refusal.Refusal:
        """Name the rows that passes do not get any further with."""
        with connect(self.job.engine) as connection:
            rows = connection.execute(sa.select(*self.key.columns).where(where).limit(refusal.SHOWN)).all()
        return refusal.rows(
            self.move.place,
            rows,
            max(self.count(where), len(rows)),
            "values cannot be converted",
            "correct these rows, the type of the column in the manifest, or the trigger that keeps them as"
            " they are; then run the command again",
        )

    def _swap_once(self, connection: sa.Connection, attempt: int) -> bool:
        ddl = self.ddl
        route = route_for(connection, self.batches())
        try:
            take_lock(connection, ddl)
            self._fill_locked(connection, route)
            exchange(connection, ddl, lambda: self._prove(connection, route))
            connection.commit()
        except (SQLAlchemyError, refusal.Refusal) as error:
            connection.rollback()
            if isinstance(error, refusal.Refusal):
                raise
            if is_transient(error, reconnecting=False):
                time.sleep(0.2 + 0.1 * attempt)
                return False
            found = refused(self.move.place, error)
            raise refusal.Refusal(str(found), hint=found.hint) from None
        finally:
            unlock(connection)
        run_ddl(connection, self.move.place, ddl.after())
        return True

    def _prove(self, connection: sa.Connection, route: Route) -> None:
        """A twin that fell behind since it was verified is made anew, once."""
        if wrong := self.proof.wrong(
            connection, sa.and_(self.since.later(connection), self.twin.is_not(None))
        ):
            empty(connection, self.move, self.key, wrong)
            self._fill_locked(connection, route)
        prove(connection, self.proof, self.since if not wrong else Moment())

    def _fill_locked(self, connection: sa.Connection, route: Route) -> None:
        point = Checkpoint(self.move.table.fullname, 0, "", None, None, None, Tally())
        while (step := route(connection, point, 1000)).last is not None:
            if step.tally.failed:
                raise self.stuck(self._wanted)
            point = replace(point, last=step.last)
        if connection.dialect.name == "mysql":
            connection.commit()  # the next statement would do it anyway
