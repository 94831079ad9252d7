"""How far a job is: one row per part in ``piiguard_jobs``, moved in the same transaction as the rows."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from piiguard.database import has_own
from piiguard.errors import JobError
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.tables import Key, dump_key, load_key
from piiguard.protect.state import jobs, now

__all__ = ["Checkpoint", "Spec", "Unfinished", "claim", "finish", "parts", "unfinished"]


@dataclass(frozen=True, slots=True)
class Spec:
    """What a job does; a job that finds the same left unfinished goes on with it."""

    table: str
    kind: str
    columns: tuple[str, ...]
    keyring_id: str
    generation: int
    target: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One part of a job, and where it is; ``owner`` fences off a run that was taken over."""

    table: str
    part: int
    owner: str
    low: tuple[Any, ...] | None
    high: tuple[Any, ...] | None
    last: tuple[Any, ...] | None
    tally: Tally
    resumed: bool = False

    def moved(self, connection: sa.Connection, last: tuple[Any, ...] | None, step: Tally) -> Checkpoint:
        """Write the new position; the caller commits it together with the rows."""
        tally = self.tally + step
        ours = (jobs.c.table_name == self.table, jobs.c.part == self.part, jobs.c.owner == self.owner)
        written = connection.execute(
            jobs.update()
            .where(*ours)
            .values(
                last_key=dump_key(last),
                changed=tally.changed,
                missed=tally.missed,
                failed=tally.failed,
                updated=now(),
            )
        )
        if written.rowcount != 1:
            raise JobError(
                f"{self.table}: another run has taken this job over", hint="piiguard status shows it"
            )
        return replace(self, last=last, tally=tally)

    def reread(self, connection: sa.Connection, key: Key) -> Checkpoint:
        """The position as committed: after a lost connection nobody else knows whether it was."""
        row = connection.execute(sa.select(jobs).where(_at(self.table, self.part))).one()
        return replace(_load(row, key), owner=self.owner)


def _at(table: str, part: int) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.table_name == table, jobs.c.part == part)


def _load(row: sa.Row[Any], key: Key) -> Checkpoint:
    bounds = (load_key(text, key) for text in (row.low, row.high, row.last_key))
    low, high, last = bounds
    tally = Tally(row.changed, row.missed, row.failed)
    return Checkpoint(row.table_name, row.part, row.owner, low, high, last, tally)


def claim(
    connection: sa.Connection,
    spec: Spec,
    key: Key,
    *,
    part: int = 0,
    low: tuple[Any, ...] | None = None,
    high: tuple[Any, ...] | None = None,
) -> Checkpoint:
    """Begin a part, or go on with the same part that a run left unfinished; commits."""
    owner = secrets.token_hex(16)
    row = connection.execute(sa.select(jobs).where(_at(spec.table, part))).one_or_none()
    if row is not None and row.state == "running" and _same(row, spec):
        connection.execute(jobs.update().where(_at(spec.table, part)).values(owner=owner, updated=now()))
        connection.commit()
        return replace(_load(row, key), owner=owner, resumed=True)
    # A new job begins with its first part: what an earlier one left behind it is of no more use.
    old = jobs.c.table_name == spec.table if part == 0 else _at(spec.table, part)
    connection.execute(jobs.delete().where(old))
    connection.execute(
        jobs.insert().values(
            table_name=spec.table,
            part=part,
            kind=spec.kind,
            columns=",".join(spec.columns),
            keyring_id=spec.keyring_id,
            generation=spec.generation,
            target=spec.target,
            state="running",
            owner=owner,
            host=f"{socket.gethostname()}:{os.getpid()}"[:190],
            low=dump_key(low),
            high=dump_key(high),
            last_key=None,
            changed=0,
            missed=0,
            failed=0,
            started=now(),
            updated=now(),
        )
    )
    connection.commit()
    return Checkpoint(spec.table, part, owner, low, high, None, Tally())


def _same(row: sa.Row[Any], spec: Spec) -> bool:
    mine = (spec.kind, ",".join(spec.columns), spec.keyring_id, spec.target)
    return (row.kind, row.columns, row.keyring_id, row.target) == mine


def parts(connection: sa.Connection, spec: Spec) -> list[int]:
    """The parts of the same job that an earlier run left unfinished."""
    found = connection.execute(
        sa.select(jobs)
        .where(jobs.c.table_name == spec.table, jobs.c.state == "running")
        .order_by(jobs.c.part)
    )
    return [row.part for row in found if _same(row, spec)]


def finish(connection: sa.Connection, table: str) -> None:
    """Mark the table's job done, and forget the keys it stood at: a key may be personal data."""
    connection.execute(
        jobs.update()
        .where(jobs.c.table_name == table)
        .values(state="done", low=None, high=None, last_key=None, updated=now())
    )
    connection.commit()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A part of a job that has not come to its end: it runs, or was stopped."""

    table: str
    part: int
    kind: str
    columns: str
    changed: int
    failed: int
    host: str
    started: str
    updated: str


def unfinished(connection: sa.Connection) -> list[Unfinished]:
    """Parts of jobs that were not brought to their end."""
    if not has_own(connection, jobs.name):
        return []
    found = connection.execute(
        sa.select(jobs).where(jobs.c.state != "done").order_by(jobs.c.table_name, jobs.c.part)
    )
    return [
        Unfinished(
            row.table_name,
            row.part,
            row.kind,
            row.columns,
            row.changed,
            row.failed,
            row.host,
            row.started,
            row.updated,
        )
        for row in found
    ]
