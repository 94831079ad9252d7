"""The batches of one table in key order: read, convert, write back, move the checkpoint, commit.

A batch is one short transaction. Before its commit nothing has happened; after it, the checkpoint has moved
with the rows. That is the whole of being resumable.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, SQLAlchemyError

from piiguard import clock
from piiguard.database import connect
from piiguard.errors import DatabaseError, PiiguardError
from piiguard.protect.batches.batch import Batches
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.batches.pace import Pace
from piiguard.protect.batches.routes import route_for
from piiguard.protect.outcome import Tally
from piiguard.protect.refusal import Refusal
from piiguard.protect.transient import explained, is_transient

__all__ = ["run"]

ATTEMPTS = 10


def run(
    engine: sa.Engine,
    plan: Batches,
    checkpoint: Checkpoint,
    pace: Pace,
    told: Callable[[Tally], None] = lambda step: None,
) -> Checkpoint:
    """Bring the batches to their end, or as far as the pace allows; what fails for a moment is tried again."""
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


def _unread(plan: Batches, error: Exception) -> Refusal:
    """A driver that cannot read a value; its words may repeat it."""
    return Refusal(
        f"{plan.table.fullname}: a value cannot be read ({type(error).__name__})",
        hint="run the command again: it names the rows before it begins",
    )


def _final(plan: Batches, error: Exception) -> PiiguardError:
    """What a database answered for the last time."""
    if isinstance(error, DataError):
        names = ", ".join(a.target.name for a in plan.assignments)
        what = f"{plan.table.fullname}: a value does not fit into {names}"
        return Refusal(what, hint="choose a type that takes every value: --type")
    return explained(error, plan.table.fullname)


def _batches(connection: sa.Connection, plan: Batches, checkpoint: Checkpoint, pace: Pace) -> Any:
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
