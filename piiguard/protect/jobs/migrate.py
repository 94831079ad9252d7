"""Expand → backfill → verify → swap: a column and its twin, beside a running application.

Where a run stands is read from the schema itself, so a run that was killed goes on with what is left:
a twin that is there is filled further, a swap that is done is not done again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect, inspect
from piiguard.errors import JobError
from piiguard.protect.batches.checkpoint import Checkpoint, Tally
from piiguard.protect.batches.routes import route_for
from piiguard.protect.batches.sql import Cell
from piiguard.protect.batches.walk import UNREADABLE, Assignment, Walk
from piiguard.protect.jobs.job import Job
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.ddl import Ddl, Migration, SqliteDdl, ddl_for
from piiguard.protect.schema.statements import invalid_indexes, make_indexes, refused, run_ddl
from piiguard.protect.schema.table_code import writing
from piiguard.protect.schema.tables import Key, reflect, unique_groups
from piiguard.protect.seal import Seal
from piiguard.protect.show import show_key
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

    @property
    def ddl(self) -> Ddl:
        return ddl_for(self.job.engine.dialect, self.move)

    def run(self, kind: str, *, keep_source: bool = False) -> Outcome:
        """All steps; ``keep_source`` stops before the swap."""
        resumed = self.move.twin in self.move.table.c
        table, columns = self._about
        self.expand()
        tally = self._filled()
        if self.job.pace.over():
            return Outcome(table, columns, kind, tally, self.missing(), True, resumed)
        if keep_source:
            return Outcome(table, columns, "kept", tally, resumed=resumed)
        self.job.watch.begin("swap", table, columns, 0)
        self.swap()
        return Outcome(table, columns, kind, tally, resumed=resumed)

    def _filled(self) -> Tally:
        """Backfill until a whole verification finds nothing wrong."""
        tally = self.backfill()
        for _ in range(5):
            if self.job.pace.over() or not self.verify():
                return tally
            tally += self.backfill()
        raise JobError(
            f"{self.move.place}: values come out different from what they were, five times in a row",
            hint="does the column's type keep them exactly? name it with --type; nothing was replaced",
        )

    def expand(self) -> None:
        """Add the twin, the index column and the trigger; twins older than the trigger are not trusted."""
        with connect(self.job.engine) as connection:
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
            self.walk,
            self.missing,
            enough=_LEFTOVERS,
        )
        if passed.tally.failed or (passed.left > _LEFTOVERS and not passed.paused):
            raise self._stuck(passed.left)
        return passed.tally

    def verify(self) -> int:
        """Open every twin and compare it with the source; what differs is emptied. Returns how many did."""
        self.job.watch.begin("verify", *self._about, self.count(self.twin.is_not(None)))
        wrong, last = 0, None
        while not self.job.pace.over():
            with connect(self.job.engine) as connection:
                rows = self._verify_batch(connection, last)
                if not rows:
                    return wrong
                last = rows[-1][: len(self.key.columns)]
                wrong += self._empty(connection, [row for row in rows if not self._agrees(row)])
            self.job.watch.step(Tally(len(rows)))
        return wrong

    def swap(self) -> None:
        """Lock the table, fill what came in meanwhile, put the twin in place, drop the source."""
        self.make_index()
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

    def make_index(self) -> None:
        """Index the blind index, or what was unique through it, unless that is done."""
        with connect(self.job.engine) as connection:
            if not self._indexed(connection):
                make_indexes(connection, self.move.table, self.move.place, self.ddl.indexes())

    # -- parts -------------------------------------------------------------------------------------------

    @property
    def twin(self) -> sa.Column[Any]:
        return self.move.table.c[self.move.twin]

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

    def walk(self) -> Walk:
        """Every source without a twin gets one, with its blind index."""
        seal, source = self.seal, Cell(self.job.engine.dialect.name, self.move.source)
        if not self.move.to_cipher:
            found = [Assignment(self.twin, 0, self._plain, lambda stored: [self._plain(v) for v in stored])]
        else:
            found = [Assignment(self.twin, 0, seal.encrypt, seal.encrypt_many)]
            if self.move.index:
                found.append(Assignment(self.move.table.c[self.move.index], 0, seal.index, seal.index_many))
        return Walk(self.move.table, self.key, (source,), tuple(found), self._wanted, (self.twin,))

    def _plain(self, stored: Any) -> Any:
        """The value as the twin takes it: MariaDB keeps JSON in a column of text."""
        value = self.seal.decrypt(stored)
        if value is None or self.seal.item.type != "json" or isinstance(self.twin.type, sa.JSON):
            return value
        return json.dumps(value, ensure_ascii=False)

    def _stuck(self, left: int) -> JobError:
        with connect(self.job.engine) as connection:
            rows = connection.execute(sa.select(*self.key.columns).where(self._wanted).limit(5)).all()
        shown = ", ".join(show_key(row) for row in rows)
        return JobError(
            f"{self.move.place}: {left} rows cannot be converted, the first of them at {shown}",
            hint="correct these rows, or the type of the column in the manifest, then run the command again",
        )

    def _verify_batch(self, connection: sa.Connection, last: Sequence[Any] | None) -> list[Any]:
        dialect = connection.dialect.name
        index = [self.move.table.c[self.move.index]] if self.move.index and self.move.to_cipher else []
        found = connection.execute(
            sa.select(
                *self.key.columns, Cell(dialect, self.move.source).read, Cell(dialect, self.twin).read, *index
            )
            .where(*self.key.between(last, None), self.twin.is_not(None))
            .order_by(*self.key.order)
            .limit(self.job.pace.size)
        )
        return list(found.all())

    def _agrees(self, row: Sequence[Any]) -> bool:
        source, twin, *index = row[len(self.key.columns) :]
        try:
            if not self.move.to_cipher:  # a database may spell a value its own way: 1.10 as 1.1000
                return self.seal.same(twin, self.seal.decrypt(source))
            value = self.seal.decrypt(twin)
            if self.seal.encode(source) != self.seal.open(twin):
                return False
        except UNREADABLE:
            return False
        wanted: list[bytes | None] = [*self.seal.indexes(value)]
        return not index or index[0] in (wanted or [None])

    def _empty(self, connection: sa.Connection, rows: Sequence[Any]) -> int:
        names = [self.move.twin, *([self.move.index] if self.move.index and self.move.to_cipher else [])]
        for row in rows:
            same = [c == v for c, v in zip(self.key.columns, row, strict=False)]
            emptied = (
                sa.update(self.move.table).where(*same).values({self.move.table.c[n]: None for n in names})
            )
            with writing(connection, self.move.table):
                connection.execute(emptied)
        connection.commit()
        return len(rows)

    def _indexed(self, connection: sa.Connection) -> bool:
        """Whether there is nothing to make; refuses values that cannot be unique."""
        if not self.move.to_cipher or not self.move.index:
            return not self.ddl.indexes()
        table, broken = self.move.table, invalid_indexes(connection, self.move.table)
        for found in inspect(connection).get_indexes(table.name, table.schema):
            fits = found["column_names"] == [self.move.index] and found["name"] not in broken
            if fits and (found["unique"] or not self.move.unique):
                return True
        if not broken and [self.move.index] in unique_groups(connection, table):
            return True
        if self.move.unique:
            self._refuse_duplicates(connection)
        return False

    def _refuse_duplicates(self, connection: sa.Connection) -> None:
        """Values that are equal only after normalizing; told by their keys."""
        index = self.move.table.c[str(self.move.index)]
        twice = (
            sa.select(index).where(index.is_not(None)).group_by(index).having(sa.func.count() > 1).limit(1)
        )
        if (value := connection.scalar(twice)) is None:
            return
        rows = connection.execute(sa.select(*self.key.columns).where(index == value).limit(5)).all()
        raise JobError(
            f"{self.move.place}: the rows {', '.join(map(show_key, rows))} are equal after the normalizer"
            f" {self.seal.item.normalizer}, so {self.move.index} cannot be unique",
            hint="correct one of them, or choose --normalizer exact; then run the command again",
        )

    def _swap_once(self, connection: sa.Connection, attempt: int) -> bool:
        ddl = self.ddl
        route = route_for(connection, self.walk())
        try:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("set local lock_timeout = '2s'")
            for statement in ddl.lock():
                connection.exec_driver_sql(statement)
            self._fill_locked(connection, route)
            self._execute(connection, ddl.unguard())
            self._exchange(connection, ddl)
            connection.commit()
        except SQLAlchemyError as error:
            connection.rollback()
            if is_transient(error, reconnecting=False):
                time.sleep(0.2 + 0.1 * attempt)
                return False
            raise refused(self.move.place, error) from None
        finally:
            if connection.dialect.name == "mysql" and not connection.invalidated:
                connection.exec_driver_sql("UNLOCK TABLES")
        run_ddl(connection, self.move.place, ddl.after())
        return True

    def _fill_locked(self, connection: sa.Connection, route: Callable[..., Any]) -> None:
        point = Checkpoint(self.move.table.fullname, 0, "", None, None, None, Tally())
        while (step := route(connection, point, 1000)).last is not None:
            if step.tally.failed:
                connection.rollback()
                raise self._stuck(step.tally.failed)
            point = replace(point, last=step.last)
        if connection.dialect.name == "mysql":
            connection.commit()  # the next statement would do it anyway

    def _exchange(self, connection: sa.Connection, ddl: Ddl) -> None:
        if not isinstance(ddl, SqliteDdl):
            self._execute(connection, ddl.swap())
            return
        connection.exec_driver_sql("SAVEPOINT piiguard")
        try:
            for statement in ddl.swap():
                connection.exec_driver_sql(statement)
        except SQLAlchemyError:
            connection.exec_driver_sql("ROLLBACK TO piiguard")
            self._execute(connection, ddl.copy())

    @staticmethod
    def _execute(connection: sa.Connection, statements: Sequence[str]) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)
