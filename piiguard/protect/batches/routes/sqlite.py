"""SQLite's route: it calls back a function of ours inside its own UPDATE."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches, Step, bounded, convert
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.batches.routes.held import Sent, settle
from piiguard.protect.cells.exact import is_binary
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.surroundings import triggers
from piiguard.protect.schema.tables import Key

__all__ = ["SqliteRoute", "takes_functions"]


def takes_functions(connection: sa.Connection, plan: Batches) -> bool:
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


class SqliteRoute:
    """UPDATE … SET column = function(column): one statement is its own compare-and-swap.

    Where equal cells may get equal values, the function only looks up what was converted in one sweep before,
    under the same lock; what it does not know stays as it is.
    """

    def __init__(self, connection: sa.Connection, plan: Batches) -> None:
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
