"""The route that every database takes: one UPDATE per row, through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.batches.batch import Batches, Step, bounded, convert
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.batches.routes.held import Sent, settle
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.table_code import writing
from piiguard.protect.schema.tables import unmoved

__all__ = ["CoreRoute"]


class CoreRoute:
    """SELECT a batch, convert it, UPDATE row by row through SQLAlchemy Core."""

    def __init__(self, plan: Batches) -> None:
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
