"""One walk over a table in key order: read a batch, convert it, write it back, move the checkpoint, commit.

A batch is one short transaction. Before its commit nothing has happened; after it, the checkpoint has moved
with the rows. That is the whole of being resumable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from piiguard import clock
from piiguard.database import connect
from piiguard.errors import (
    DatabaseError,
    DecryptionError,
    EnvelopeError,
    KeyVersionDestroyed,
    KeyVersionNotFound,
    KeyVersionRetired,
    NotEncrypted,
    PiiguardError,
)
from piiguard.protect.batches.checkpoint import Checkpoint, Tally
from piiguard.protect.batches.sql import Cell
from piiguard.protect.refusal import Refusal
from piiguard.protect.schema.tables import Key
from piiguard.protect.transient import NotUnique, explained, is_transient

if TYPE_CHECKING:
    from piiguard.protect.batches.pace import Pace

__all__ = ["UNREADABLE", "Assignment", "Converted", "Step", "Walk", "convert", "walk"]

# What one bad row may raise: it is counted and left as it is, and the walk goes on.
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
ATTEMPTS = 10
_SIGNAL = 1644  # MariaDB: a trigger has refused the row


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
class Walk:
    """What a walk does to a table.

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


def convert(plan: Walk, cells: Sequence[Sequence[Any]]) -> Converted:
    """Convert a batch in one sweep; if one value of it does not open, row by row."""
    try:
        return Converted([a.many(cells[a.source]) for a in plan.assignments])
    except UNREADABLE:
        return _row_by_row(plan, cells)


def _row_by_row(plan: Walk, cells: Sequence[Sequence[Any]]) -> Converted:
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


def _row(plan: Walk, values: Sequence[Any]) -> tuple[list[Any], bool]:
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


def walk(
    engine: sa.Engine,
    plan: Walk,
    checkpoint: Checkpoint,
    pace: Pace,
    told: Callable[[Tally], None] = lambda step: None,
) -> Checkpoint:
    """Bring the walk to its end, or as far as the pace allows; what fails for a moment is tried again."""
    failures = 0
    while True:
        try:
            with connect(engine) as connection:
                if failures:
                    checkpoint = checkpoint.reread(connection, plan.key)
                for reached, step in _batches(connection, plan, checkpoint, pace):
                    checkpoint, failures = reached, 0
                    told(step)
                return checkpoint
        except (ValueError, TypeError, OverflowError) as error:
            raise _unread(plan, error) from None
        except (SQLAlchemyError, DatabaseError, engine.dialect.dbapi.Error) as error:  # type: ignore[union-attr]
            failures += 1
            if failures > ATTEMPTS or not is_transient(error, reconnecting=failures > 1):
                raise _final(plan, error) from None
            pace.smaller()
            time.sleep(min(0.05 * 2**failures, 5.0))


def _unread(plan: Walk, error: Exception) -> Refusal:
    """A driver that cannot read a value; its words may repeat it."""
    return Refusal(
        f"{plan.table.fullname}: a value cannot be read ({type(error).__name__})",
        hint="run the command again: it names the rows before it begins",
    )


def _final(plan: Walk, error: Exception) -> PiiguardError:
    """A connection or a lock may be there the next time; what a type, a CHECK or a trigger refuses stays refused."""
    found = explained(error, plan.table.fullname)
    lasting = isinstance(error, DBAPIError) and not isinstance(error, InterfaceError)
    if isinstance(error, OperationalError):
        lasting = getattr(error.orig, "args", (None,))[0] == _SIGNAL
    if not lasting or isinstance(found, NotUnique):
        return found
    if isinstance(error, DataError):
        names = ", ".join(a.target.name for a in plan.assignments)
        what = f"{plan.table.fullname}: a value does not fit into {names}"
        return Refusal(what, hint="choose a type that takes every value: --type")
    return Refusal(str(found), hint=found.hint)


def _batches(connection: sa.Connection, plan: Walk, checkpoint: Checkpoint, pace: Pace) -> Any:
    from piiguard.protect.batches.routes import route_for

    with closing(route_for(connection, plan, ahead=True)) as route:
        while not pace.over():
            started = clock.monotonic()
            step = route(connection, checkpoint, pace.size)
            if step.last is None:
                connection.rollback()
                return
            checkpoint = checkpoint.moved(connection, step.last, step.tally)
            connection.commit()
            yield checkpoint, step.tally
            pace.after(connection, step.tally.changed, clock.monotonic() - started)
