"""The quickest way to write a batch in each database; all of them compare with the old bytes.

PostgreSQL takes the batch as arrays, SQLite calls back a function inside its UPDATE, and everything else is
sent one statement per row. docs/benchmarks.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.batches.checkpoint import Checkpoint, Tally
from piiguard.protect.batches.postgresql import PostgresqlRoute
from piiguard.protect.batches.sql import is_binary
from piiguard.protect.batches.walk import UNREADABLE, Assignment, Route, Step, Walk, convert
from piiguard.protect.proof.held import Sent, settle
from piiguard.protect.schema.surroundings import triggers
from piiguard.protect.schema.table_code import writing
from piiguard.protect.schema.tables import Key, unmoved

__all__ = ["CoreRoute", "SqliteRoute", "route_for", "takes_functions"]


def route_for(connection: sa.Connection, plan: Walk, *, ahead: bool = False) -> Route:
    """The route for this connection, whose settings are made here; ``ahead`` it may read on another one."""
    driver = (connection.dialect.name, connection.dialect.driver)
    _settings(connection)
    if plan.needs is not None:
        return CoreRoute(plan)
    if driver == ("postgresql", "psycopg") and PostgresqlRoute.takes(plan):
        return PostgresqlRoute(connection, plan, ahead=ahead)
    if driver == ("sqlite", "pysqlite") and takes_functions(connection, plan):
        return SqliteRoute(connection, plan)
    return CoreRoute(plan)


def takes_functions(connection: sa.Connection, plan: Walk) -> bool:
    """Whether SQLite passes the values to and from a function as Python sees them.

    Where a value could go, what is written must be known row by row.
    """
    plain = sa.String | sa.Integer
    if plan.checked and not all(a.repeatable for a in plan.assignments):
        written = {a.target.name for a in plan.assignments}
        if any(cell.column.name in written for cell in plan.cells) or triggers(connection, plan.table):
            return False
    if plan.checked and not all(isinstance(c.type, plain) for c in plan.key.columns):
        return False
    sources = all(is_binary(c.column) or isinstance(c.column.type, plain | sa.JSON) for c in plan.cells)
    return sources and all(is_binary(a.target) or isinstance(a.target.type, plain) for a in plan.assignments)


def _settings(connection: sa.Connection) -> None:
    # A job gives way: it must not wait so long that the application's statements queue up behind it.
    statements = {
        "postgresql": ["set lock_timeout = '800ms'"],  # below the server's deadlock_timeout of one second
        "mysql": ["set session innodb_lock_wait_timeout = 3"],
        "sqlite": ["pragma busy_timeout = 20000", "pragma secure_delete = on"],
    }
    for statement in statements.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
    connection.commit()


def bounded(plan: Walk, checkpoint: Checkpoint) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of interest that are still in front of the checkpoint."""
    low = checkpoint.last if checkpoint.last is not None else checkpoint.low
    return (*plan.key.between(low, checkpoint.high), plan.where)


class CoreRoute:
    """SELECT a batch, convert it, UPDATE row by row through SQLAlchemy Core."""

    def __init__(self, plan: Walk) -> None:
        self.plan = plan
        self.update = self._statement()

    def __call__(self, connection: sa.Connection, checkpoint: Checkpoint, size: int) -> Step:
        plan = self.plan
        width = len(plan.key.columns)
        cells = len(plan.cells)
        exact = [cell.exact for cell in plan.cells if not cell.speaks_for_itself]
        found = connection.execute(
            sa.select(*plan.key.columns, *(cell.read for cell in plan.cells), *exact)
            .where(*bounded(plan, checkpoint))
            .order_by(*plan.key.order)
            .limit(size)
        ).all()
        if not found:
            return Step(None, Tally())
        last = tuple(found[-1][:width])
        if plan.needs is not None:
            found = [row for row in found if plan.needs(row[width : width + cells])]
        if not found:
            return Step(last, Tally())
        made = convert(plan, list(zip(*(row[width : width + cells] for row in found), strict=True)))
        chosen = found if made.rows is None else [found[n] for n in made.rows]
        columns = list(zip(*chosen, strict=True)) or [()] * (width + cells + len(exact))
        old = self._old(columns[width : width + cells], columns[width + cells :])
        sent = Sent(columns[:width], old, made.fresh, len(found), made.failed)
        tally = settle(connection, plan, sent, self._write(connection, sent)) if chosen else sent.tally(0, 0)
        return Step(last, tally)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _old(self, read: Sequence[Sequence[Any]], exact: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """What each cell is compared with: what was read of it, where that says it all."""
        more = iter(exact)
        return [
            values if cell.speaks_for_itself else next(more)
            for cell, values in zip(self.plan.cells, read, strict=True)
        ]

    def _write(self, connection: sa.Connection, sent: Sent) -> int:
        cells = self.plan.cells
        names = [
            f"{letter}{n}"
            for letter, group in zip("kon", (sent.keys, sent.old, sent.fresh), strict=True)
            for n in range(len(group))
        ]
        old = [
            [c.old(v) for v in column] if c.speaks_for_itself else column
            for c, column in zip(cells, sent.old, strict=True)
        ]
        rows = zip(*sent.keys, *old, *sent.fresh, strict=True)
        parameters = [dict(zip(names, row, strict=True)) for row in rows]
        with writing(connection, self.plan.table):
            return connection.execute(self.update, parameters).rowcount

    def _statement(self) -> sa.Update:
        plan = self.plan
        same_row = [c == sa.bindparam(f"k{n}", type_=c.type) for n, c in enumerate(plan.key.columns)]
        unchanged = [c.same(sa.bindparam(f"o{n}", type_=c.old_type)) for n, c in enumerate(plan.cells)]
        still_empty = [column.is_(None) for column in plan.empty]
        fresh = {a.target: sa.bindparam(f"n{n}", type_=a.bound) for n, a in enumerate(plan.assignments)}
        return (
            sa.update(plan.table)
            .where(*same_row, *unchanged, *still_empty)
            .values({**unmoved(plan.table), **fresh})
        )


class SqliteRoute:
    """UPDATE … SET column = function(column): one statement is its own compare-and-swap.

    Where equal cells may get equal values, the function only looks up what was converted in one sweep before,
    under the same lock; what it does not know stays as it is.
    """

    def __init__(self, connection: sa.Connection, plan: Walk) -> None:
        self.plan = plan
        self.failed = 0
        self.known = [_Known(self._keeps(a)) for a in plan.assignments]
        self.sweeps = all(a.repeatable for a in plan.assignments)
        driver: Any = connection.connection.driver_connection
        names = [f"piiguard_{n}" for n in range(len(plan.assignments))]
        for name, assignment, known in zip(names, plan.assignments, self.known, strict=True):
            function = known.__getitem__ if self.sweeps else self._guarded(assignment)
            driver.create_function(name, 1, function)
        self.values = {
            a.target: getattr(sa.func, name)(plan.cells[a.source].column, type_=a.target.type)
            for name, a in zip(names, plan.assignments, strict=True)
        }

    def _keeps(self, assignment: Assignment) -> bool:
        return self.plan.cells[assignment.source].column is assignment.target

    def _guarded(self, assignment: Assignment) -> Callable[[Any], Any]:
        """An exception in the function would undo the whole batch: a bad row keeps what it has."""
        one, keep = assignment.one, self._keeps(assignment)

        def changed(value: Any) -> Any:
            try:
                return one(value)
            except UNREADABLE:
                self.failed += 1
                return value if keep else None

        return changed

    def __call__(self, connection: sa.Connection, checkpoint: Checkpoint, size: int) -> Step:
        plan = self.plan
        rows = bounded(plan, checkpoint)
        if self.sweeps:
            _begin(connection)
        last = self._last(connection, plan.key, rows[:-1], size)
        if last is None:
            return Step(None, Tally())
        batch = (*rows, plan.key.upto(last))
        self.failed = 0
        sent = self._sweep(connection, batch) if self.sweeps else None
        touched = connection.execute(sa.update(plan.table).where(*batch).values(self.values)).rowcount
        failed = min(self.failed, touched)
        if plan.checked and sent is not None and sent.rows:
            settle(connection, plan, sent, touched)
        return Step(last, Tally(touched - failed, 0, failed))

    def close(self) -> None:
        """Forget what was converted."""
        for known in self.known:
            known.clear()

    def _sweep(self, connection: sa.Connection, batch: Sequence[sa.ColumnElement[bool]]) -> Sent | None:
        """Convert the cells of a batch, column by column; what the rows are to hold."""
        self.close()
        plan, width = self.plan, len(self.plan.key.columns)
        select = sa.select(*plan.key.columns, *(cell.read for cell in plan.cells)).where(*batch)
        result = connection.execute(select)
        found = result.cursor.fetchall()  # as the function will see them; a Row would cost as much as SQLite
        result.close()
        if not found:
            return None
        columns = list(zip(*found, strict=True))
        cells = columns[width:]
        made = convert(plan, cells)
        self.failed = made.failed
        for known, a, fresh in zip(self.known, plan.assignments, made.fresh, strict=True):
            old = cells[a.source] if made.rows is None else [cells[a.source][n] for n in made.rows]
            known.update(zip(old, fresh, strict=True))
        fresh = [
            [known[v] for v in cells[a.source]] for known, a in zip(self.known, plan.assignments, strict=True)
        ]
        return Sent(columns[:width], cells, fresh, len(found), 0)

    @staticmethod
    def _last(
        connection: sa.Connection, key: Key, bounds: Sequence[sa.ColumnElement[bool]], size: int
    ) -> tuple[Any, ...] | None:
        """The key of the last row of a batch: any row counts, so that the condition is evaluated only once."""
        ahead = sa.select(*key.columns).where(*bounds)
        found = connection.execute(ahead.order_by(*key.order).limit(1).offset(size - 1)).one_or_none()
        if found is None:
            backwards = [column.desc() for column in key.order]
            found = connection.execute(ahead.order_by(*backwards).limit(1)).one_or_none()
        return None if found is None else tuple(found)


class _Known(dict[Any, Any]):
    """New values by old ones; what is not known stays as it is, or NULL in another column."""

    def __init__(self, keeps: bool) -> None:
        super().__init__()
        self.keeps = keeps

    def __missing__(self, value: Any) -> Any:
        return value if self.keeps else None


def _begin(connection: sa.Connection) -> None:
    """Take SQLite's write lock before reading, so that nobody writes between reading and writing."""
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
