"""After a batch was written, and before its commit: does the database hold what was sent?

A trigger may keep a row as it was, or change what comes in; a rule may send the UPDATE elsewhere; a column may cut a
text. A row that the UPDATE did not find has met another writer only if it no longer holds what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.protect import refusal
from piiguard.protect.outcome import Tally

if TYPE_CHECKING:
    from piiguard.protect.batches.batch import Batches

__all__ = ["Sent", "settle"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a batch wrote, column by column, in the order of the keys; ``old`` is what the cells held before."""

    keys: Sequence[Sequence[Any]]
    old: Sequence[Sequence[Any]]
    fresh: Sequence[Sequence[Any]]
    found: int  # rows that were read
    failed: int  # values of them that cannot be converted

    @property
    def rows(self) -> int:
        """Rows that were sent."""
        return len(self.keys[0]) if self.keys else 0

    def tally(self, changed: int, missed: int) -> Tally:
        """A row that failed in one of several cells is written for the others, and counts as failed."""
        partly = self.failed - (self.found - self.rows)
        return Tally(max(changed - partly, 0), missed, self.failed)


def settle(
    connection: sa.Connection, plan: Batches, sent: Sent, written: int, held: int | None = None
) -> Tally:
    """What came of a batch; refuses, and rolls back, when a value or its new form is something else now.

    ``held`` is the number of rows that hold both, where the route has counted them.
    """
    if written == sent.rows and (not plan.checked or held == written):
        return sent.tally(written, 0)
    held, gone, altered = _compared(connection, plan, sent)
    if (
        held < sent.rows and connection.dialect.name == "mysql"
    ):  # what others have committed, by a locking read
        held, gone, altered = _compared(connection, plan, sent, lock=True)
    # A row that was written is locked: nobody but a trigger can have changed or deleted it since.
    if plan.checked and held < written and (named := altered or gone):
        connection.rollback()
        raise refusal.rows(
            plan.table.fullname,
            named,
            len(named),
            "the column would hold something else than what was written"
            if altered
            else "rows are deleted when they are written",
            "a trigger or a rule of the table changes it, or the column cuts it: switch that off for the job;"
            " nothing of this batch was written",
        )
    return sent.tally(held if plan.checked else written, len(gone) + len(altered))


def _compared(
    connection: sa.Connection, plan: Batches, sent: Sent, *, lock: bool = False
) -> tuple[int, list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """How many rows hold what was sent; the keys of those that are gone, and of those that hold something else."""
    now = _now(connection, plan, sent, lock=lock)
    held, gone, other = 0, list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    rows = zip(
        zip(*sent.keys, strict=True), zip(*sent.old, strict=True), zip(*sent.fresh, strict=True), strict=True
    )
    for key, old, fresh in rows:
        found = now.get(key)
        if found is None:
            gone.append(key)
        elif _arrived(plan, found[1], fresh) and _kept(plan, found[0], old):
            held += 1
        elif found[0] != tuple(map(_plain, old)) or any(value is not None for value in found[2]):
            other.append(key)
    return held, gone, other


def _arrived(plan: Batches, now: tuple[Any, ...], fresh: Sequence[Any]) -> bool:
    """Whether what takes a value's place is there to the byte; a twin is opened later, and need only be filled."""
    read = {cell.column.name for cell in plan.cells}
    return all(
        value == sent if a.target.name in read else (value is None) == (sent is None)
        for a, value, sent in zip(plan.assignments, now, map(_plain, fresh), strict=True)
    )


def _kept(plan: Batches, now: tuple[Any, ...], old: Sequence[Any]) -> bool:
    """Whether the cells that are not written themselves are as they were."""
    written = {a.target.name for a in plan.assignments}
    pairs = zip(plan.cells, now, map(_plain, old), strict=True)
    return all(value == before for cell, value, before in pairs if cell.column.name not in written)


_Row = tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]


def _now(connection: sa.Connection, plan: Batches, sent: Sent, *, lock: bool) -> dict[tuple[Any, ...], _Row]:
    """By key, what cells, targets and those that must be empty hold now."""
    keys = plan.key.columns
    first, last = (tuple(column[n] for column in sent.keys) for n in (0, -1))
    targets = [_raw(a.target).label(f"t{n}") for n, a in enumerate(plan.assignments)]
    empty = [_raw(column).label(f"e{n}") for n, column in enumerate(plan.empty)]
    cells = [cell.token.label(f"c{n}") for n, cell in enumerate(plan.cells)]
    select = sa.select(*keys, *cells, *targets, *empty).where(plan.key.since(first), plan.key.upto(last))
    cuts = len(keys), len(keys) + len(cells), len(keys) + len(cells) + len(targets)
    found = {}
    for row in connection.execute(select.with_for_update() if lock else select):
        values = tuple(map(_plain, row))
        found[tuple(row[: cuts[0]])] = values[cuts[0] : cuts[1]], values[cuts[1] : cuts[2]], values[cuts[2] :]
    return found


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """As the driver hands it over: SQLite keeps ciphertext in a column of any type."""
    return sa.type_coerce(column, sa.types.NullType())


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
