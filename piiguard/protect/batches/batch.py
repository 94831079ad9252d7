"""What the batches of a job do to a table: what is read, how it is converted, and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from piiguard.errors import (
    DecryptionError,
    EnvelopeError,
    KeyVersionDestroyed,
    KeyVersionNotFound,
    KeyVersionRetired,
    NotEncrypted,
)
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.cells.cell import Cell
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.tables import Key

__all__ = ["UNREADABLE", "Assignment", "Batches", "Converted", "Route", "Step", "bounded", "convert"]

# What one bad row may raise: it is counted and left as it is, and the job goes on.
UNREADABLE = (
    DecryptionError,
    EnvelopeError,
    NotEncrypted,
    KeyVersionNotFound,
    KeyVersionRetired,
    KeyVersionDestroyed,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One column to write: from which cell, and how one value or many become new ones.

    ``repeatable``: rows with equal cells may get equal values. Plaintext is never so: equal ciphertexts would
    tell which of its values are equal. ``sealed``: ciphertext, whatever the declared type of the target says.
    """

    target: sa.Column[Any]
    source: int
    one: Callable[[Any], Any]
    many: Callable[[Sequence[Any]], Sequence[Any]]
    repeatable: bool = False
    sealed: bool = False

    @property
    def bound(self) -> sa.types.TypeEngine[Any]:
        """The type in which a new value is bound."""
        stores = isinstance(self.target.type, sa.LargeBinary | sa.types._Binary | sa.String)
        return self.target.type if stores or not self.sealed else sa.types.NullType()


@dataclass(frozen=True, slots=True)
class Batches:
    """What is done to a table, batch by batch.

    ``cells`` are read, and compared with what was read when a row is written; ``empty`` columns must still
    be NULL then; ``where`` names the rows of interest. ``checked``: what the database holds of the values
    and their new form is looked at before the commit, as a trigger may have changed either. ``needs`` tells by its
    cells whether a row is written, where no database can tell.
    """

    table: sa.Table
    key: Key
    cells: tuple[Cell, ...]
    assignments: tuple[Assignment, ...]
    where: sa.ColumnElement[bool]
    empty: tuple[sa.Column[Any], ...] = ()
    checked: bool = False
    needs: Callable[[Sequence[Any]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One batch that was written but not yet committed; ``last`` None: there was no row left."""

    last: tuple[Any, ...] | None
    tally: Tally


class Route(Protocol):
    """A way to write batches."""

    def __call__(self, connection: sa.Connection, checkpoint: Checkpoint, size: int) -> Step:
        """Write the next batch of at most ``size`` rows; the caller commits."""

    def close(self) -> None:
        """Let go of what the route holds."""


@dataclass(frozen=True, slots=True)
class Converted:
    """New values, column by column; ``rows`` they belong to, or None for all; ``failed`` rows stay as they are."""

    fresh: Sequence[Sequence[Any]]
    rows: Sequence[int] | None = None
    failed: int = 0


def convert(plan: Batches, cells: Sequence[Sequence[Any]]) -> Converted:
    """Convert a batch in one sweep; if one value of it does not open, row by row."""
    try:
        return Converted([a.many(cells[a.source]) for a in plan.assignments])
    except UNREADABLE:
        return _row_by_row(plan, cells)


def _row_by_row(plan: Batches, cells: Sequence[Sequence[Any]]) -> Converted:
    rows, fresh, failed = [], [], 0
    for number, values in enumerate(zip(*cells, strict=True)):
        try:
            changed, whole = _row(plan, values)
        except UNREADABLE:
            failed += 1
            continue
        rows.append(number)
        fresh.append(changed)
        failed += not whole
    columns = [list(column) for column in zip(*fresh, strict=True)] or [[] for _ in plan.assignments]
    return Converted(columns, rows, failed)


def _row(plan: Batches, values: Sequence[Any]) -> tuple[list[Any], bool]:
    """One row; a cell that is rewritten in place keeps what it has, and does not hold up the others."""
    changed, whole = [], True
    for a in plan.assignments:
        try:
            changed.append(a.one(values[a.source]))
        except UNREADABLE:
            if plan.cells[a.source].column is not a.target:
                raise
            changed.append(values[a.source])
            whole = False
    return changed, whole


def bounded(plan: Batches, checkpoint: Checkpoint) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of interest that are still in front of the checkpoint."""
    low = checkpoint.last if checkpoint.last is not None else checkpoint.low
    return (*plan.key.between(low, checkpoint.high), plan.where)
